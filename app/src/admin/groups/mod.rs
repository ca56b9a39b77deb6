//! Groups: the list of all, and what an administrator does to them.

pub mod delete;
pub mod group;
pub mod new;

use leptos::prelude::*;
use services::groups::Counted;
use services::{Count, Page, groups};

use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    AdminFrame, Badge, Empty, FilterChip, Filters, Head, Icon, Notices, Pager, SortHead, Tone, When, list_ask, page,
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
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Groups">
                <Head title="Groups" lead="Applications are assigned to groups; their owners invite the guests.">
                    <a class="button primary" href=routes::NEW_GROUP><Icon name="plus"/> "Create group"</a>
                </Head>
                <Notices visit=visit.clone() problems=problems/>
                <Filters visit=visit.clone() what="groups" placeholder="Name or description" chips=chips/>
                {list(visit, orphans, found)}
            </AdminFrame>
        }
        .into_any())
    })
}

fn list(visit: Visit, orphans: bool, found: Page<Counted>) -> AnyView {
    if found.items.is_empty() && found.count == Count::Exactly(0) {
        return none(&visit, orphans);
    }
    let rows = found.items.iter().map(|counted| row(&visit, counted)).collect_view();
    view! {
        <div class="table">
            <table>
                <caption class="hidden">"Groups"</caption>
                <thead>
                    <tr>
                        <SortHead visit=visit.clone() name="name" label="Group" first=true/>
                        <th scope="col" class="number">"Members"</th>
                        <th scope="col" class="number">"Owners"</th>
                        <th scope="col" class="number">"Applications"</th>
                        <th scope="col">"Managed by"</th>
                        <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager visit=visit count=found.count next=found.next previous=found.previous one="group" many="groups"/>
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
    let filtered = orphans || visit.query.get("q").is_some();
    let next = if filtered {
        view! { <a class="button" href=routes::GROUPS>"Show all groups"</a> }.into_any()
    } else {
        view! { <a class="button primary" href=routes::NEW_GROUP>"Create group"</a> }.into_any()
    };
    view! { <Empty icon="group" title text>{next}</Empty> }.into_any()
}
