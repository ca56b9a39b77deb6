//! A group of one's own: who else is in it, as far as guest access goes.

use domain::id::GroupId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::groups::{self, Fellows};
use services::{Denied, Refusal};

use crate::routes;
use crate::ssr::{Visit, visit};
use crate::ui::{Avatar, Empty, Filters, Head, Notice, Pager, PanelFrame, Tone, list_ask, page};

#[component]
pub fn FellowsPage() -> impl IntoView {
    let group = use_params_map().get_untracked().get("group").unwrap_or_default();
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let group: GroupId = group.parse().map_err(|_| Refusal::Denied(Denied::NotFound))?;
        let found = groups::fellows(&visit.services, &viewer, group, &list_ask(&visit)).await?;
        Ok(fellows(visit, group, found).into_any())
    })
}

fn fellows(visit: Visit, group: GroupId, found: Fellows) -> impl IntoView + use<> {
    let Fellows { group: name, description, people, alone } = found;
    let me = visit.viewer.as_ref().map(|viewer| viewer.user.id);
    let rows = people
        .items
        .into_iter()
        .map(|fellow| {
            let own = (Some(fellow.id) == me).then_some(" (you)");
            let address = fellow.address.map(|address| address.shown()).filter(|address| *address != fellow.name);
            view! {
                <li>
                    <Avatar name=fellow.name.clone()/>
                    <div><b>{fellow.name} {own}</b> <small>{address}</small></div>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let body = if alone {
        view! {
            <Notice tone=Tone::Info>"The organization does not show guests who else is in a group."</Notice>
            <ul class="rows">{rows}</ul>
        }
        .into_any()
    } else {
        let found = if rows.is_empty() {
            view! {
                <Empty icon="search" title="Nobody here" text="Nobody in this group matches what you look for.">
                    <a class="button" href=routes::fellows(group)>"Show everyone"</a>
                </Empty>
            }
            .into_any()
        } else {
            view! { <ul class="rows">{rows}</ul> }.into_any()
        };
        view! {
            <Filters visit=visit.clone() what="people in this group" placeholder="Name"/>
            {found}
            <Pager visit=visit.clone() count=people.count next=people.next previous=people.previous one="person" many="people"/>
        }
        .into_any()
    };
    let lead = description.unwrap_or_else(|| "Who is in this group with you.".to_owned());
    view! {
        <PanelFrame visit=visit.clone() name=name.clone() narrow=true>
            <Head title=name lead=lead crumbs=vec![(routes::ACCOUNT.to_owned(), "Account".to_owned())]/>
            {body}
        </PanelFrame>
    }
}
