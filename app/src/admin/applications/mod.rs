//! Applications: the list of all, and the groups one can choose for them.

pub mod application;
mod assign;
mod cards;
pub mod deeds;
pub mod delete;
pub mod new;
pub mod setup;

pub use assign::AssignGroupPage;

use domain::application::Application;
use leptos::prelude::*;
use services::applications::{self, Show};
use services::{Page, PageAsk, UserAdmin, Verb, groups};

use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    Badge, FilterChip, Icon, ListPage, ListTable, Logo, Nothing, Paging, SelectOption, SortHead, Tone, When, is_empty,
    list_ask, page,
};

/// So many groups stand in one select; with more, they are searched.
const OFFERED: usize = 200;

#[component]
pub fn ApplicationsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let show = visit.query.get("show").and_then(Show::parse).unwrap_or(Show::All);
        let found = applications::list(&visit.services, &admin, show, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let values =
            [(Show::Enabled, "Enabled"), (Show::Disabled, "Disabled"), (Show::SelfService, "With self-service")];
        let values = values.map(|(show, said)| (show.as_str().to_owned(), said.to_owned())).to_vec();
        let chips = vec![FilterChip { name: "show", label: "Show", values }];
        let add =
            view! { <a class="button primary" href=routes::NEW_APPLICATION><Icon name="plus"/> "Add application"</a> };
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Applications"
                lead="What people open from their apps page."
                problems=problems
                what="applications"
                placeholder="Name, description, publisher"
                chips=chips
                add=Some(add.into_any())
            >
                {list(visit, show, found)}
            </ListPage>
        }
        .into_any())
    })
}

fn list(visit: Visit, show: Show, found: Page<Application>) -> AnyView {
    if is_empty(&found) {
        return none(&visit, show);
    }
    let rows = found.items.iter().map(|app| row(&visit, app)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Applications" rows paging one="application" many="applications">
            <SortHead visit=visit.clone() name="name" label="Application" first=true/>
            <th scope="col">"State"</th>
            <th scope="col">"Self-service"</th>
            <th scope="col">"Opens"</th>
            <SortHead visit=visit.clone() name="created" label="Added" descending=true/>
        </ListTable>
    }
    .into_any()
}

/// Whether it launches, and whether a tile shows it.
fn state(app: &Application) -> impl IntoView + use<> {
    let (tone, text) = match (app.enabled, app.visible) {
        (false, _) => (Tone::Critical, "Disabled"),
        (true, false) => (Tone::Neutral, "Hidden"),
        (true, true) => (Tone::Positive, "Enabled"),
    };
    view! { <Badge tone text/> }
}

fn row(visit: &Visit, app: &Application) -> impl IntoView + use<> {
    let service = match app.self_service {
        Some(service) => view! { <a href=routes::group(service.group)>"By a group"</a> }.into_any(),
        None => view! { <a href=routes::setup(app.id)>"Set up"</a> }.into_any(),
    };
    let publisher = app.publisher.as_ref().map(|publisher| view! { " " <small>{publisher.to_string()}</small> });
    view! {
        <tr>
            <th scope="row">
                <a class="person" href=routes::application(app.id)>
                    <Logo name=app.name.to_string() logo=app.logo.clone()/>
                    <span>{app.name.to_string()} {publisher}</span>
                </a>
            </th>
            <td data-label="State">{state(app)}</td>
            <td data-label="Self-service">{service}</td>
            <td data-label="Opens" class="wrap">{app.launch_url.host().to_owned()}</td>
            <td data-label="Added"><When visit=visit.clone() at=app.created_at/></td>
        </tr>
    }
}

fn none(visit: &Visit, show: Show) -> AnyView {
    let narrowed = visit.query.get("q").is_some() || show != Show::All;
    let (title, text) = if narrowed {
        ("No application matches", "No application fits these words and filters.")
    } else {
        ("No applications yet", "An application is an address that people launch from their apps page.")
    };
    let add = Some((routes::NEW_APPLICATION, "Add application"));
    view! { <Nothing icon="application" title text narrowed all=(routes::APPLICATIONS, "Show all applications") add/> }
        .into_any()
}

/// Groups to choose from.
struct Offered {
    options: Vec<SelectOption>,
    /// There are more than the select holds, so that one can search.
    more: bool,
}

/// The first groups by name that `find` of the address matches; `chosen` stands among them in any case.
async fn offered(visit: &Visit, by: &UserAdmin, chosen: Option<(domain::id::GroupId, String)>) -> Verb<Offered> {
    let words = visit.query.get("find").map(domain::text::words).unwrap_or_default();
    let narrowed = !words.is_empty();
    let ask = PageAsk { size: OFFERED, words, ..PageAsk::default() };
    let found = groups::list(&visit.services, by, false, &ask).await?;
    let more = narrowed || found.next.is_some();
    let mut options: Vec<SelectOption> = found
        .items
        .into_iter()
        .map(|counted| SelectOption::new(counted.group.id, counted.group.name.to_string()))
        .collect();
    if let Some((id, name)) = chosen
        && !options.iter().any(|option| option.value == id.to_string())
    {
        options.insert(0, SelectOption::new(id, name));
    }
    Ok(Offered { options, more })
}

/// A search for groups, where one select does not hold all of them.
fn find(visit: &Visit, offered: &Offered) -> Option<impl IntoView + use<>> {
    let value = visit.query.get("find").unwrap_or_default().to_owned();
    offered.more.then(|| {
        view! {
            <form class="filters" role="search" aria-label="Find a group" action=visit.path.clone()>
                <label class="search">
                    <Icon name="search"/>
                    <span class="hidden">"Find a group"</span>
                    <input type="search" name="find" value=value placeholder="Find a group"/>
                </label>
                <button class="button small">"Find"</button>
            </form>
        }
    })
}
