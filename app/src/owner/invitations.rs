//! The invitations to a group: their states and what became of their letters.

use domain::id::GroupId;
use domain::invitation::{InvitationState, LetterState};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::invitations::{self, Listed, Showing};
use services::jobs::{self, Progress};
use services::{Page, groups};

use super::frame::{GroupFrame, Tab, may_invite};
use super::invitation::ResendInvitation;
use super::{owner, param, words};
use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{Avatar, Badge, Empty, FilterChip, Filters, Hidden, Icon, Pager, SortHead, When, list_ask, page};

#[component]
pub fn InvitationsPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let details = groups::get(&visit.services, &owner).await?;
        let showing = visit.query.get("show").and_then(Showing::parse).unwrap_or(Showing::All);
        let found = invitations::page(&visit.services, &owner, &list_ask(&visit), showing).await?;
        let jobs = jobs::of(&visit.services, owner.viewer()).await?;
        let jobs = jobs.into_iter().filter(|job| job.group == Some(owner.group().id)).take(3).collect();
        let problems = refused(&visit).await?;
        let body = body(visit.clone(), details.group.value.id, found, jobs);
        Ok(view! {
            <GroupFrame visit=visit details=details tab=Tab::Invitations problems=problems>{body}</GroupFrame>
        }
        .into_any())
    })
}

fn said(showing: Showing) -> &'static str {
    match showing {
        Showing::All => "All",
        Showing::Pending => "Pending",
        Showing::Suspended => "Suspended",
        Showing::Refused => "Letter refused",
        Showing::Accepted => "Accepted",
        Showing::Declined => "Declined",
        Showing::Revoked => "Revoked",
        Showing::Expired => "Expired",
    }
}

fn body(visit: Visit, group: GroupId, found: Page<Listed>, jobs: Vec<Progress>) -> AnyView {
    let narrowed = ["q", "show", "after", "before"].iter().any(|name| visit.query.get(name).is_some());
    let jobs = lists(&visit, jobs);
    if found.items.is_empty() && !narrowed {
        let invite = may_invite(&visit).then(|| {
            view! { <a class="button primary" href=routes::invite(group)>"Invite guests"</a> }
        });
        return view! {
            {jobs}
            <Empty icon="letter" title="No invitations yet" text="Whom you invite to this group is listed here, with what became of the letter.">
                {invite}
            </Empty>
        }
        .into_any();
    }
    let values = Showing::ALL.iter().skip(1).map(|show| (show.to_string(), said(*show).to_owned())).collect();
    let chips = vec![FilterChip { name: "show", label: "Show", values }];
    let filters = view! { <Filters visit=visit.clone() what="invitations" placeholder="Name, address" chips=chips/> };
    if found.items.is_empty() {
        return view! {
            {filters}
            <Empty icon="search" title="No invitation here" text="No invitation to this group matches what you look for.">
                <a class="button" href=routes::invitations(group)>"Show all"</a>
            </Empty>
        }
        .into_any();
    }
    let rows = found.items.into_iter().map(|listed| row(&visit, group, listed)).collect_view();
    view! {
        {jobs}
        {filters}
        <div class="table">
            <table>
                <caption class="hidden">"Invitations to this group"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Invited"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Letter"</th>
                        <SortHead visit=visit.clone() name="created" label="Sent by" first=true descending=true/>
                        <th scope="col">"Open until"</th>
                        <th class="menu-cell"><span class="hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager visit=visit.clone() count=found.count next=found.next previous=found.previous one="invitation" many="invitations"/>
    }
    .into_any()
}

fn row(visit: &Visit, group: GroupId, listed: Listed) -> impl IntoView + use<> {
    let Listed { invitation, state, inviter, partner, .. } = listed;
    let name = invitation.name.as_ref().map(ToString::to_string);
    let shown = name.clone().unwrap_or_else(|| invitation.address.shown());
    let address = name.map(|_| invitation.address.shown());
    let below: Vec<String> = address.into_iter().chain(partner.map(|partner| partner.name)).collect();
    let below = (!below.is_empty()).then(|| below.join(" · "));
    let (tone, said) = words::invitation(state);
    let open = matches!(state, InvitationState::Pending | InvitationState::Suspended { .. });
    let details = routes::invitation(group, invitation.id);
    let resend = (state == InvitationState::Pending && invitation.letter != LetterState::Waiting).then(|| {
        view! {
            <form method="post" action=ResendInvitation::PATH>
                <Hidden name="group" value=group.to_string()/>
                <Hidden name="id" value=invitation.id.to_string()/>
                <Hidden name="from_list" value="true"/>
                <button>"Resend"</button>
            </form>
        }
    });
    let revoke = open.then(|| {
        view! { <hr/> <a class="danger" href=routes::revoke_invitation(group, invitation.id)>"Revoke…"</a> }
    });
    let until = if open {
        view! { <td data-label="Open until"><When visit=visit.clone() at=invitation.expires_at/></td> }.into_any()
    } else {
        view! { <td></td> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <a class="person" href=details.clone()>
                    <Avatar name=shown.clone()/>
                    <span>{shown.clone()} " " {below.map(|below| view! { <small>{below}</small> })}</span>
                </a>
            </th>
            <td data-label="State"><Badge tone=tone text=said/></td>
            <td data-label="Letter">{words::letter(visit, &invitation)}</td>
            <td data-label="Sent by">
                <span>{inviter} " " <small class="muted"><When visit=visit.clone() at=invitation.created_at/></small></span>
            </td>
            {until}
            <td class="menu-cell">
                <details class="menu" name="row">
                    <summary><Icon name="more"/><span class="hidden">{format!("Actions for {shown}")}</span></summary>
                    <div><a href=details>"Details"</a> {resend} {revoke}</div>
                </details>
            </td>
        </tr>
    }
}

/// The long lists that the viewer sent to this group.
fn lists(visit: &Visit, jobs: Vec<Progress>) -> impl IntoView + use<> {
    let rows = jobs
        .into_iter()
        .map(|job| {
            let (tone, state) = super::job::state(job.state);
            let said = format!("{} of {} addresses", crate::say::number(job.done), crate::say::number(job.total));
            view! {
                <li>
                    <Icon name="letter"/>
                    <div>
                        <b><a href=routes::job(job.id)>{said}</a></b>
                        " "
                        <Badge tone=tone text=state/>
                        <small>"begun " <When visit=visit.clone() at=job.created_at/></small>
                    </div>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! { <section class="card"><header><h2>"Long lists"</h2></header><ul class="rows">{rows}</ul></section> }
    })
}
