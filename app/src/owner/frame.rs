//! The frame of one group's pages: what it opens, how many are in it, and its tabs.

use domain::id::GroupId;
use leptos::prelude::*;
use services::groups::Details;

use crate::routes;
use crate::ssr::Visit;
use crate::ui::{Icon, Logo, Notice, Notices, PanelFrame, Tone};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Guests,
    Invitations,
    Rules,
}

/// May whoever manages a group invite to it at present?
pub fn may_invite(visit: &Visit) -> bool {
    let tenant = visit.services.tenant();
    let settings = &tenant.collaboration.value;
    let by_setting = |viewer: &services::Viewer| settings.lets_invite(viewer.user.user_type, viewer.user.roles);
    settings.lets_owners_invite() || visit.viewer.as_ref().is_some_and(by_setting)
}

/// A count that is exact up to ten thousand.
pub fn counted(n: i64) -> String {
    if n > 10_000 { "10,000+".to_owned() } else { crate::say::number(n) }
}

/// "Opens Records and Rota", else what the group says of itself.
pub fn lead(details: &Details) -> Option<String> {
    let names: Vec<String> = details.opens.iter().map(|opened| opened.name.clone()).collect();
    let description = details.group.value.description.as_ref().map(ToString::to_string);
    if names.is_empty() { description } else { Some(format!("Opens {}", super::words::all_of(&names))) }
}

/// (address, name) of the pages above one that lies below a tab.
pub fn crumbs(group: GroupId, name: &str) -> Vec<(String, String)> {
    vec![(routes::MANAGE.to_owned(), "Manage".to_owned()), (routes::guests(group), name.to_owned())]
}

#[component]
pub fn GroupFrame(
    visit: Visit,
    details: Details,
    tab: Tab,
    #[prop(optional)] problems: Vec<String>,
    children: Children,
) -> impl IntoView {
    let group = details.group.value.id;
    let name = details.group.value.name.to_string();
    let first = details.opens.first();
    let picture = first.map_or_else(|| name.clone(), |opened| opened.name.clone());
    let logo = first.and_then(|opened| opened.logo.clone());
    let counts = details.counts;
    let may = may_invite(&visit);
    let invites = may.then(|| {
        view! { <a class="button primary" href=routes::invite(group)><Icon name="plus"/> "Invite guests"</a> }
    });
    let stopped = (!may).then(|| {
        view! { <Notice tone=Tone::Info>"The organization does not let owners invite at present."</Notice> }
    });
    let title = match tab {
        Tab::Guests => name.clone(),
        Tab::Invitations => format!("Invitations · {name}"),
        Tab::Rules => format!("Rules · {name}"),
    };
    let link = move |of: Tab, href: String, said: &'static str, count: Option<i64>| {
        let current = (of == tab).then_some("page");
        let count = count.filter(|n| *n > 0).map(|n| view! { " " <span class="count">{counted(n)}</span> });
        view! { <a href=href aria-current=current>{said} {count}</a> }
    };
    let ending = routes::with(&routes::guests(group), "show", "ending");
    view! {
        <PanelFrame visit=visit.clone() name=title>
            <header class="head">
                <nav class="crumbs" aria-label="Breadcrumbs">
                    <ol>
                        <li><a href=routes::MANAGE>"Manage"</a></li>
                        <li aria-current="page">{name.clone()}</li>
                    </ol>
                </nav>
                <Logo name=picture logo=logo/>
                <div>
                    <h1>{name.clone()}</h1>
                    {lead(&details).map(|lead| view! { <p class="lead">{lead}</p> })}
                    <ul class="counts">
                        <li><b>{counted(counts.guests)}</b> {if counts.guests == 1 { " guest" } else { " guests" }}</li>
                        <li><b>{counted(counts.pending)}</b> " pending"</li>
                        {(counts.ending > 0).then(|| view! {
                            <li><a href=ending><b>{counted(counts.ending)}</b> " ending soon"</a></li>
                        })}
                    </ul>
                </div>
                <div class="actions">{invites}</div>
            </header>
            <nav class="tabs" aria-label=name>
                {link(Tab::Guests, routes::guests(group), "Guests", Some(counts.guests))}
                {link(Tab::Invitations, routes::invitations(group), "Invitations", Some(counts.pending))}
                {link(Tab::Rules, routes::group_rules(group), "Rules", None)}
            </nav>
            <Notices visit=visit.clone() problems=problems/>
            {stopped}
            {children()}
        </PanelFrame>
    }
}
