//! The members of a group as its owners see them: state, last sign-in, end, and what can be done to several.

use domain::id::GroupId;
use leptos::prelude::*;
use services::Page;
use services::groups::{self, Listed, Members};

use super::frame::{GroupFrame, Tab, may_invite};
use super::{owner, param, words};
use crate::organization;
use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{Avatar, Badge, Empty, FilterChip, Filters, Icon, Pager, SortHead, When, list_ask, page};

#[component]
pub fn GuestsPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let details = groups::get(&visit.services, &owner).await?;
        let show = visit.query.get("show").and_then(Members::parse).unwrap_or(Members::Everyone);
        let found = groups::members(&visit.services, &owner, show, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let body = body(visit.clone(), details.group.value.id, found);
        Ok(view! {
            <GroupFrame visit=visit details=details tab=Tab::Guests problems=problems>{body}</GroupFrame>
        }
        .into_any())
    })
}

fn said(show: Members) -> &'static str {
    match show {
        Members::Everyone => "Everyone",
        Members::Guests => "Guests",
        Members::Invited => "Invited",
        Members::Ending => "Ending in 14 days",
        Members::Ended => "Ended",
    }
}

fn body(visit: Visit, group: GroupId, found: Page<Listed>) -> AnyView {
    let narrowed = visit.query.get("q").is_some() || visit.query.get("show").is_some();
    let at_an_edge = visit.query.get("after").is_some() || visit.query.get("before").is_some();
    if found.items.is_empty() && !narrowed && !at_an_edge {
        return nobody(&visit, group).into_any();
    }
    let values = Members::ALL.iter().skip(1).map(|show| (show.to_string(), said(*show).to_owned())).collect();
    let chips = vec![FilterChip { name: "show", label: "Show", values }];
    let filters = view! {
        <Filters visit=visit.clone() what="guests" placeholder="Name, address, organization" chips=chips>
            <a class="button quiet small" href=routes::add_member(group)>"Add a person"</a>
        </Filters>
    };
    if found.items.is_empty() {
        return view! {
            {filters}
            <Empty icon="search" title="Nobody here" text="Nobody in this group matches what you look for.">
                <a class="button" href=routes::guests(group)>"Show everyone"</a>
            </Empty>
        }
        .into_any();
    }
    let rows = found.items.into_iter().map(|listed| row(&visit, group, listed)).collect_view();
    let (remove, end) = (routes::remove_members(group, &[]), routes::end_members(group, &[]));
    let action = end.clone();
    view! {
        {filters}
        <form class="stack" method="get" action=action>
            <div class="table">
                <table>
                    <caption class="hidden">"Guests and members of this group"</caption>
                    <thead>
                        <tr>
                            <th class="pick"><span class="hidden">"Select"</span></th>
                            <SortHead visit=visit.clone() name="name" label="Person" first=true/>
                            <th scope="col">"State"</th>
                            <SortHead visit=visit.clone() name="last-sign-in" label="Last sign-in" descending=true/>
                            <SortHead visit=visit.clone() name="ends" label="Ends"/>
                            <SortHead visit=visit.clone() name="added" label="Added" descending=true/>
                            <th class="menu-cell"><span class="hidden">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div class="selection">
                <span>"Those selected:"</span>
                <button class="button small" formaction=end>"Set an end"</button>
                <button class="button small danger" formaction=remove>"Remove…"</button>
            </div>
        </form>
        <Pager visit=visit.clone() count=found.count next=found.next previous=found.previous one="person" many="people"/>
    }
    .into_any()
}

fn row(visit: &Visit, group: GroupId, listed: Listed) -> impl IntoView + use<> {
    let Listed { member, added_by, partner } = listed;
    let (user, membership) = (member.user, member.membership);
    let id = user.id;
    let name = user.shown_name().to_owned();
    let (tone, state) = words::member(&user, &membership, visit.now());
    let address = user.name.is_some().then(|| user.address.shown());
    let company = organization::name(partner.as_ref(), &user);
    let member = (!user.is_guest()).then(|| "Member".to_owned());
    let below = [address, company, member].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let details = routes::guest(group, id);
    let menu = match membership.held_for {
        Some(invitation) => view! { <a href=routes::invitation(group, invitation)>"Invitation"</a> }.into_any(),
        None => view! { <a href=routes::end_members(group, &[id])>"Set an end"</a> }.into_any(),
    };
    view! {
        <tr>
            <td class="pick"><input type="checkbox" name="id" value=id.to_string() aria-label=format!("Select {name}")/></td>
            <th scope="row">
                <a class="person" href=details.clone()>
                    <Avatar name=name.clone()/>
                    <span>{name.clone()} <small>{below}</small></span>
                </a>
            </th>
            <td data-label="State"><Badge tone=tone text=state/></td>
            <td data-label="Last sign-in">{words::last_seen(visit, &user)}</td>
            <td data-label="Ends">{words::stay(visit, &membership)}</td>
            <td data-label="Added">
                <span>
                    <When visit=visit.clone() at=membership.added_at/>
                    " "
                    <small class="muted">"by " {added_by}</small>
                </span>
            </td>
            <td class="menu-cell">
                <details class="menu" name="row">
                    <summary><Icon name="more"/><span class="hidden">{format!("Actions for {name}")}</span></summary>
                    <div>
                        <a href=details>"Details"</a>
                        {menu}
                        <hr/>
                        <a class="danger" href=routes::remove_members(group, &[id])>"Remove…"</a>
                    </div>
                </details>
            </td>
        </tr>
    }
}

fn nobody(visit: &Visit, group: GroupId) -> impl IntoView + use<> {
    let invite = may_invite(visit).then(|| {
        view! { <a class="button primary" href=routes::invite(group)>"Invite guests"</a> }
    });
    view! {
        <Empty icon="people" title="No guests yet" text="People you invite to this group will be listed here.">
            <div class="actions">
                {invite}
                <a class="button" href=routes::add_member(group)>"Add a person"</a>
            </div>
        </Empty>
    }
}
