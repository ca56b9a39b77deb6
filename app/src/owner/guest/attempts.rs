//! "Why can't this guest get in?": their last attempts with the condition that stopped each, and what an owner can do.
//! No address, no range, no policy.

use domain::access::Outcome;
use domain::event::SignInResult;
use domain::group::Group;
use domain::id::GroupId;
use leptos::prelude::*;
use services::access::attempts::{self, Tried};
use services::groups::Guest;
use services::{OwnerOf, Page, PageAsk, Verb};

use crate::routes;
use crate::say;
use crate::ssr::Visit;
use crate::ui::{Badge, Pager, Tone, When};

const ROWS: usize = 10;

/// `None` where an owner is told nothing of how this person gets in.
pub async fn found(visit: &Visit, owner: &OwnerOf<Group>, guest: &Guest) -> Verb<Option<Page<Tried>>> {
    let get = |name: &str| visit.query.get(name).map(str::to_owned);
    let ask = PageAsk { after: get("after"), before: get("before"), size: ROWS, ..PageAsk::default() };
    attempts::of_guest(&visit.services, owner, guest.user.id, &ask).await
}

/// What can be done about somebody of whom nothing is told.
pub fn hint_alone(visit: &Visit, owner: &OwnerOf<Group>, guest: &Guest) -> Option<impl IntoView + use<>> {
    let hint = hint(visit, owner.group().id, guest, None)?;
    Some(view! { <section class="card"><header><h2>"Getting in"</h2></header>{hint}</section> })
}

pub fn section(visit: &Visit, owner: &OwnerOf<Group>, guest: &Guest, found: Page<Tried>) -> AnyView {
    let who = guest.user.shown_name();
    let lead = "The last attempts at what this group opens, and at Lobby itself, since they were added.";
    let hint = hint(visit, owner.group().id, guest, found.items.first());
    if found.items.is_empty() {
        return view! {
            <section class="card">
                <header><h2>"Getting in"</h2></header>
                <p class="muted">{format!("{who} has not tried yet.")}</p>
                {hint}
            </section>
        }
        .into_any();
    }
    let rows = found.items.iter().map(|tried| row(visit, tried)).collect_view();
    view! {
        <section class="card">
            <header><h2>"Getting in"</h2></header>
            <p>{lead}</p>
            {hint}
            <div class="table dense">
                <table>
                    <caption class="hidden">{format!("Attempts of {who}")}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Application"</th>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Result"</th>
                            <th scope="col">"Platform"</th>
                            <th scope="col">"Country"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Pager visit=visit.clone() count=found.count next=found.next previous=found.previous one="attempt" many="attempts"/>
        </section>
    }
    .into_any()
}

fn row(visit: &Visit, tried: &Tried) -> impl IntoView + use<> {
    let (tone, text) = match tried.result {
        SignInResult::Success => (Tone::Positive, "Got in"),
        SignInResult::Blocked => (Tone::Critical, "Blocked"),
        SignInResult::Failed => (Tone::Caution, "Failed"),
        SignInResult::Interrupted => (Tone::Caution, "Asked for more"),
    };
    let (platform, country) = match tried.from {
        Some((platform, country)) => (say::access::platform(platform).to_owned(), say::access::country(country)),
        None => (String::new(), String::new()),
    };
    let because = because(tried).map(|said| view! { <small>{said}</small> });
    // What an administrator finds the attempt by.
    let id = (tried.result != SignInResult::Success).then(|| {
        view! { <details class="more"><summary>"Attempt id"</summary><code class="wrap">{tried.id.to_string()}</code></details> }
    });
    view! {
        <tr>
            <th scope="row">{tried.application.clone()}</th>
            <td data-label="Time"><When visit=visit.clone() at=tried.at/></td>
            <td data-label="Result"><span><Badge tone text/> {because} {id}</span></td>
            <td data-label="Platform">{platform}</td>
            <td data-label="Country">{country}</td>
        </tr>
    }
}

/// Why an attempt did not succeed, in words.
fn because(tried: &Tried) -> Option<String> {
    if tried.result == SignInResult::Success {
        return None;
    }
    match (tried.reason.as_deref(), &tried.outcome) {
        (Some("access_blocked"), _) if !tried.why.is_empty() => Some(super::trial::stopped(&tried.why)),
        (Some("access_asks"), Some(Outcome::Demanded(demand))) => Some(super::trial::asked(demand)),
        (Some(code), _) => Some(say::access::reason(code)),
        (None, _) => None,
    }
}

/// What the owner can do about the newest attempt, by what came of it.
fn hint(visit: &Visit, group: GroupId, guest: &Guest, newest: Option<&Tried>) -> Option<AnyView> {
    let link = |href: String, said: &'static str| view! { <a class="button small" href=href>{said}</a> }.into_any();
    let membership = &guest.membership;
    let (said, action) = match (membership.held_for, newest) {
        (Some(invitation), _) => {
            let said = "The invitation is not accepted yet: nothing opens before. Send it again from its page.";
            (said.to_owned(), Some(link(routes::invitation(group, invitation), "Send it again")))
        }
        (None, _) if visit.now() >= membership.ends_at => {
            let said = "The stay has ended, so nothing opens. Set a later end.";
            (said.to_owned(), Some(link(routes::end_members(group, &[guest.user.id]), "Extend the stay")))
        }
        (None, Some(tried)) => match (tried.result, tried.reason.as_deref()) {
            (SignInResult::Success, _) => return None,
            (_, Some("not_assigned")) => {
                let said = format!("{} was not open to them. Add them to a group that opens it.", tried.application);
                (said, Some(link(routes::MANAGE.to_owned(), "Your groups")))
            }
            (SignInResult::Interrupted, _) => {
                let said = "They were asked for something that they can bring themselves, and have not yet. Tell them to try again and follow the page.";
                (said.to_owned(), None)
            }
            (SignInResult::Blocked, _) => {
                let said = "You cannot lift this. Ask an administrator, and pass the attempt id on: ";
                return Some(view! { <p>{said} <code class="wrap">{tried.id.to_string()}</code></p> }.into_any());
            }
            (SignInResult::Failed, _) => {
                let said = "The sign-in itself broke. If it happens again, reset how they sign in, below, or ask an administrator.";
                (said.to_owned(), None)
            }
        },
        (None, None) => return None,
    };
    Some(view! { <div class="row"><p>{said}</p> {action}</div> }.into_any())
}
