//! Groups: the list of all, and what an administrator does to them.

pub mod delete;
pub mod group;
pub mod new;

use leptos::prelude::*;
use services::groups::Counted;
use services::{Page, groups};

use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    Badge, FilterChip, Icon, ListPage, ListTable, Nothing, Paging, SortHead, Tone, When, is_empty, list_ask, page,
};

#[component]
pub fn GroupsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let orphans = visit.query.get("show") == Some("orphans");
        let found = groups::list(&visit.services, &admin, orphans, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let orphan = ("orphans".to_owned(), "Without an owner who can come in".to_owned());
        let chips = vec![FilterChip { name: "show", label: "Show", values: vec![orphan] }];
        let add = view! { <a class="button primary" href=routes::NEW_GROUP><Icon name="plus"/> "Create group"</a> };
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Groups"
                lead="Applications are assigned to groups; their owners invite the guests."
                problems=problems
                what="groups"
                placeholder="Name or description"
                chips=chips
                add=Some(add.into_any())
            >
                {list(visit, orphans, found)}
            </ListPage>
        }
        .into_any())
    })
}

fn list(visit: Visit, orphans: bool, found: Page<Counted>) -> AnyView {
    if is_empty(&found) {
        return none(&visit, orphans);
    }
    let rows = found.items.iter().map(|counted| row(&visit, counted)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Groups" rows paging one="group" many="groups">
            <SortHead visit=visit.clone() name="name" label="Group" first=true/>
            <th scope="col" class="number">"Members"</th>
            <th scope="col" class="number">"Owners"</th>
            <th scope="col" class="number">"Applications"</th>
            <th scope="col">"Managed by"</th>
            <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
        </ListTable>
    }
    .into_any()
}

/// A count that the store takes to 10,001.
pub(in crate::admin) fn many(n: i64) -> String {
    if n > 10_000 { "10,000+".to_owned() } else { crate::say::number(n) }
}

fn row(visit: &Visit, counted: &Counted) -> impl IntoView + use<> {
    let group = &counted.group;
    let managed = if group.owners_manage { "Owners" } else { "Administrators" };
    let owners = if counted.owners == 0 {
        view! { <Badge tone=Tone::Caution text="None"/> }.into_any()
    } else {
        many(counted.owners).into_any()
    };
    let description = group.description.as_ref().map(|text| view! { <small>{text.to_string()}</small> });
    view! {
        <tr>
            <th scope="row"><a href=routes::group(group.id)>{group.name.to_string()}</a> {description}</th>
            <td data-label="Members" class="number">{many(counted.members)}</td>
            <td data-label="Owners" class="number">{owners}</td>
            <td data-label="Applications" class="number">{many(counted.applications)}</td>
            <td data-label="Managed by">{managed}</td>
            <td data-label="Created"><When visit=visit.clone() at=group.created_at/></td>
        </tr>
    }
}

fn none(visit: &Visit, orphans: bool) -> AnyView {
    let (title, text) = if visit.query.get("q").is_some() {
        ("No group matches", "Each word must begin a word of a name or a description.")
    } else if orphans {
        ("Every group has an owner", "Groups whose last owner is gone or disabled are listed here.")
    } else {
        ("No groups yet", "A group opens applications to its members; its owners invite them.")
    };
    let narrowed = orphans || visit.query.get("q").is_some();
    let (all, add) = ((routes::GROUPS, "Show all groups"), Some((routes::NEW_GROUP, "Create group")));
    view! { <Nothing icon="group" title text narrowed all add/> }.into_any()
}
