//! The cards of a person's page.

use domain::invitation::{Invitation, InvitationState, LetterState, Outcome};
use domain::role::Role;
use domain::user::{MOST_SPONSORS, User};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::people::{Person, ProfileForm};

use super::deeds::{
    AddSponsor, EditPerson, EndForm, EndTheirSessions, RemoveFactor, RemoveSponsor, ResendToPerson, ResetForm,
    ResetPerson, RevokeOfPerson, RolesForm, SetPersonEnd, SetPersonRoles,
};
use crate::admin::{AddressForm, Edited, button};
use crate::panel::factors::{added_and_used, codes_left};
use crate::routes;
use crate::say;
use crate::ssr::{Draft, Visit};
use crate::ui::{Badge, Choice, Field, Hidden, Icon, Select, Tone, When, until};

pub fn profile(visit: &Visit, user: &User, now: i64, draft: &Draft<Edited<ProfileForm>>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, now);
    let typed = draft.typed.form.clone();
    view! {
        <section class="card">
            <header><h2>"Profile"</h2></header>
            <form class="form" method="post" action=EditPerson::PATH>
                <Hidden name="id" value=user.id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                <Field name="form[name]" label="Name" value=typed.name problem=draft.problem("name") optional=true/>
                <Field name="form[company]" label="Organization" value=typed.company problem=draft.problem("company") optional=true/>
                <Select
                    name="form[time_zone]"
                    label="Time zone"
                    options=super::new::zones(visit)
                    value=typed.time_zone
                    problem=draft.problem("time_zone")
                />
                <Hidden name="form[language]" value=typed.language/>
                <div class="actions"><button class="button">"Save profile"</button></div>
            </form>
        </section>
    }
}

pub fn end(user: &User, draft: &Draft<EndForm>) -> impl IntoView + use<> {
    view! {
        <section class="card">
            <header><h2>"End of access"</h2></header>
            <form class="form" method="post" action=SetPersonEnd::PATH>
                <Hidden name="id" value=user.id.to_string()/>
                <Field
                    name="form[last_day]"
                    label="Last day"
                    kind="date"
                    value=draft.typed.last_day.clone()
                    problem=draft.problem("last_day")
                    hint="After this day they cannot sign in; their memberships stay. Empty is without end."
                    optional=true
                />
                <div class="actions"><button class="button">"Save last day"</button></div>
            </form>
        </section>
    }
}

pub fn reset(user: &User, draft: &Draft<ResetForm>) -> impl IntoView + use<> {
    let open = !draft.problems.is_empty();
    let (what, address) = if user.is_guest() {
        let hint = "Empty keeps the present address. Another one is checked like that of a new invitation, and the old \
                    address gets a letter.";
        let address = view! {
            <Field
                name="form[address]"
                label="New address"
                kind="email"
                value=draft.typed.address.clone()
                problem=draft.problem("address")
                hint=hint
                optional=true
            />
        };
        ("They are invited anew and take that up with whatever proves their address then.", Some(address))
    } else {
        ("At the next sign-in they bind an identity again, as at the first one.", None)
    };
    view! {
        <section class="card">
            <header><h2>"Reset how they sign in"</h2></header>
            <p>"For a lost account, a changed provider or another address. Memberships stay. Sessions end now, and every \
                linked identity goes. " {what}</p>
            <details class="more" open=open>
                <summary>"Reset…"</summary>
                <form class="form" method="post" action=ResetPerson::PATH>
                    <Hidden name="id" value=user.id.to_string()/>
                    {address}
                    <div class="actions"><button class="button danger">"Reset how they sign in"</button></div>
                </form>
            </details>
        </section>
    }
}

fn meaning(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Everything, and alone: roles, collaboration settings, the organization.",
        Role::UserAdministrator => "People, groups, applications and invitations; not those who hold a role.",
        Role::GuestInviter => "May invite guests into the directory.",
        Role::ConditionalAccessAdministrator => "Access policies and locations; reads the logs.",
        Role::Reader => "Reads the sign-in and audit logs.",
    }
}

pub fn roles(user: &User, draft: &Draft<RolesForm>) -> impl IntoView + use<> {
    let choices = Role::ALL
        .iter()
        .map(|role| {
            let checked = draft.typed.roles.iter().any(|ticked| ticked == role.as_str());
            view! {
                <Choice name="form[roles][]" value=role.as_str() label=crate::say::role(*role) hint=meaning(*role).to_owned() checked=checked/>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <header><h2>"Roles"</h2></header>
            <form class="form" method="post" action=SetPersonRoles::PATH>
                <Hidden name="id" value=user.id.to_string()/>
                <fieldset class="choices">
                    <legend class="hidden">"Roles"</legend>
                    <p class="hint">"A change ends their sessions: the next sign-in has the new rights."</p>
                    {choices}
                </fieldset>
                <div class="actions"><button class="button">"Save roles"</button></div>
            </form>
        </section>
    }
}

pub fn sponsors(person: &Person, draft: &Draft<AddressForm>, deleted: bool) -> impl IntoView + use<> {
    let user = person.user.value.id;
    let rows = person
        .sponsors
        .iter()
        .map(|sponsor| {
            let remove = (!deleted).then(|| {
                view! {
                    <form method="post" action=RemoveSponsor::PATH>
                        <Hidden name="id" value=user.to_string()/>
                        <Hidden name="sponsor" value=sponsor.id.to_string()/>
                        <button class="button small">"Remove" <span class="hidden">{format!(" {}", sponsor.shown_name())}</span></button>
                    </form>
                }
            });
            view! {
                <li>
                    <Icon name="people"/>
                    <div><b><a href=routes::person(sponsor.id)>{sponsor.shown_name().to_owned()}</a></b><small>{sponsor.address.shown()}</small></div>
                    {remove}
                </li>
            }
        })
        .collect_view();
    let problem = draft.problem("address").or_else(|| draft.problem("sponsors"));
    let add = (!deleted && person.sponsors.len() < MOST_SPONSORS).then(|| {
        view! {
            <form class="form" method="post" action=AddSponsor::PATH>
                <Hidden name="id" value=user.to_string()/>
                <Field
                    name="form[address]"
                    label="Add a sponsor by address"
                    kind="email"
                    value=draft.typed.address.clone()
                    problem=problem
                />
                <div class="actions"><button class="button">"Add sponsor"</button></div>
            </form>
        }
    });
    view! {
        <section class="card">
            <header>
                <h2>"Sponsors"</h2>
                <p>"Who answers for this guest. Sponsors have no powers; there are at most 5."</p>
            </header>
            {(!person.sponsors.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
            {add}
        </section>
    }
}

pub fn memberships(visit: &Visit, person: &Person) -> impl IntoView + use<> {
    let (zone, now) = (visit.zone(), visit.now());
    let rows = person
        .memberships
        .iter()
        .map(|(membership, name)| {
            let said = match membership.ends_at.before_never() {
                _ if membership.held_for.is_some() => "from acceptance on".to_owned(),
                Some(end) if end <= now => format!("ended on {}", until(&zone, end, now)),
                Some(end) => format!("until {}", until(&zone, end, now)),
                None => "without end".to_owned(),
            };
            let badge = membership.held_for.is_some().then(|| view! { " " <Badge tone=Tone::Caution text="Invited"/> });
            view! {
                <li>
                    <Icon name="group"/>
                    <div><b><a href=routes::group(membership.group)>{name.clone()}</a></b> {badge} <small>{said}</small></div>
                    <a class="button small" href=routes::guest(membership.group, membership.user)>"Manage" <span class="hidden">{format!(" in {name}")}</span></a>
                </li>
            }
        })
        .collect_view();
    let empty = person.memberships.is_empty().then(|| view! { <p class="muted">"In no group."</p> });
    view! {
        <section class="card">
            <header><h2>"Groups they are in"</h2></header>
            {empty}
            {(!person.memberships.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
        </section>
    }
}

pub fn owned(person: &Person) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = person
        .owns
        .iter()
        .map(|group| {
            view! { <li><Icon name="manage"/><div><b><a href=routes::group(group.id)>{group.name.to_string()}</a></b></div></li> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! { <section class="card"><header><h2>"Groups they own"</h2></header><ul class="rows">{rows}</ul></section> }
    })
}

/// The state of an invitation in one word.
pub fn invitation_state(state: InvitationState) -> impl IntoView {
    let (tone, text) = match state {
        InvitationState::Pending => (Tone::Caution, "Pending"),
        InvitationState::Suspended { .. } => (Tone::Caution, "Suspended"),
        InvitationState::Final { outcome: Outcome::Accepted, .. } => (Tone::Positive, "Accepted"),
        InvitationState::Final { outcome: Outcome::Revoked, .. } => (Tone::Neutral, "Revoked"),
        InvitationState::Final { outcome: Outcome::Expired, .. } => (Tone::Neutral, "Expired"),
        InvitationState::Final { outcome: Outcome::Declined, .. } => (Tone::Critical, "Declined"),
    };
    view! { <Badge tone text/> }
}

/// What became of the newest letter.
fn letter(state: &LetterState) -> String {
    match state {
        LetterState::NotSent => "No letter: the link was passed on.".to_owned(),
        LetterState::Waiting => "The letter waits to be sent.".to_owned(),
        LetterState::Sent { .. } => "The mail server took the letter.".to_owned(),
        LetterState::Refused { words, .. } => format!("The mail server refused the letter: {words}"),
    }
}

pub fn invitations(visit: &Visit, person: &Person) -> Option<impl IntoView + use<>> {
    let user = person.user.value.id;
    let rows: Vec<_> =
        person.invitations.iter().map(|invitation| invitation_row(visit, person, invitation, user)).collect();
    (!rows.is_empty()).then(|| {
        view! { <section class="card"><header><h2>"Invitations"</h2></header><ul class="rows">{rows}</ul></section> }
    })
}

fn invitation_row(
    visit: &Visit,
    person: &Person,
    invitation: &Invitation,
    user: domain::id::UserId,
) -> impl IntoView + use<> {
    let now = visit.now();
    let state = invitation.state_at(now);
    let open = !matches!(state, InvitationState::Final { .. });
    let pending = matches!(state, InvitationState::Pending);
    let to = match invitation.group {
        None => "Into the directory".to_owned(),
        Some(group) => {
            let held = person.memberships.iter().find(|(membership, _)| membership.group == group);
            held.map_or_else(|| "To a group".to_owned(), |(_, name)| format!("To {name}"))
        }
    };
    let to = match invitation.group {
        Some(group) => view! { <a href=routes::invitation(group, invitation.id)>{to}</a> }.into_any(),
        None => to.into_any(),
    };
    let one = |action: &'static str, said: &'static str| {
        view! {
            <form method="post" action=action>
                <Hidden name="id" value=invitation.id.to_string()/>
                <Hidden name="person" value=user.to_string()/>
                <button class="button small">{said}</button>
            </form>
        }
    };
    let resend = pending.then(|| one(ResendToPerson::PATH, "Resend"));
    let revoke = open.then(|| one(RevokeOfPerson::PATH, "Revoke"));
    let expires = pending.then(|| view! { " Expires " <When visit=visit.clone() at=invitation.expires_at/> "." });
    view! {
        <li>
            <Icon name="letter"/>
            <div>
                <b>{to}</b> " " {invitation_state(state)}
                <small>"Sent " <When visit=visit.clone() at=invitation.created_at/> ". " {open.then(|| letter(&invitation.letter))} {expires}</small>
            </div>
            {resend}
            {revoke}
        </li>
    }
}

/// What they have as second factor; and the pass for who has none, or has lost it.
pub fn factors(visit: &Visit, person: &Person, may: bool) -> impl IntoView + use<> {
    let user = person.user.value.id;
    let remove = |factor: String, label: String| {
        may.then(|| {
            view! {
                <form method="post" action=RemoveFactor::PATH>
                    <Hidden name="id" value=user.to_string()/>
                    <Hidden name="factor" value=factor/>
                    <button class="button small" aria-label=label>"Remove"</button>
                </form>
            }
        })
    };
    let app = person.factors.authenticator.as_ref().map(|own| {
        view! {
            <li>
                <Icon name="phone"/>
                <div><b>"Authenticator app"</b>{added_and_used(visit, own.added_at, own.last_used_at)}</div>
                {remove("authenticator".to_owned(), "Remove the authenticator app".to_owned())}
            </li>
        }
    });
    let passkeys: Vec<_> = person
        .passkeys
        .iter()
        .map(|passkey| {
            view! {
                <li>
                    <Icon name="key"/>
                    <div><b>{passkey.name.to_string()}</b>{added_and_used(visit, passkey.created_at, passkey.last_used_at)}</div>
                    {remove(passkey.id.to_string(), format!("Remove {}", passkey.name))}
                </li>
            }
        })
        .collect();
    let none = app.is_none() && passkeys.is_empty();
    let rows = if none {
        view! { <p class="muted">"None set up."</p> }.into_any()
    } else {
        view! {
            <ul class="rows">
                {app}
                {passkeys}
                <li><Icon name="key"/><div><b>"Recovery codes"</b><small>{codes_left(person.factors.recovery_codes)}</small></div></li>
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card">
            <header><h2>"Second factors"</h2></header>
            {rows}
            {may.then(|| give_pass(user, None))}
        </section>
    }
}

/// The button that makes an enrolment pass, for administrators and for owners of a group.
pub fn give_pass(user: domain::id::UserId, group: Option<domain::id::GroupId>) -> impl IntoView {
    let action = if group.is_some() { routes::GUEST_ENROLMENT_PASS } else { routes::ENROLMENT_PASS };
    view! {
        <details class="more">
            <summary>"Give an enrolment pass…"</summary>
            <form class="form" method="post" action=action>
                <p>
                    "It lets them set up a second factor after they sign in. It is shown once and holds for 24 hours: make sure \
                     to whom you pass it on, best in person or on the telephone."
                </p>
                <Hidden name="user" value=user.to_string()/>
                {group.map(|group| view! { <Hidden name="group" value=group.to_string()/> })}
                <div class="actions"><button class="button">"Give an enrolment pass"</button></div>
            </form>
        </details>
    }
}

pub fn sessions(visit: &Visit, person: &Person, may: bool) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = person
        .sessions
        .iter()
        .map(|session| {
            let client = if session.origin.client.is_empty() { "Unknown browser" } else { &session.origin.client };
            let title = format!("{client} on {}", say::access::a_platform(session.origin.platform));
            let place = session.origin.address.map_or_else(|| "unknown address".to_owned(), |address| address.to_string());
            view! {
                <li>
                    <Icon name="device"/>
                    <div><b>{title}</b><small>{place} " · seen " <When visit=visit.clone() at=session.last_seen_at/></small></div>
                </li>
            }
        })
        .collect();
    let end = may.then(|| button(EndTheirSessions::PATH, person.user.value.id, "button small", "End all"));
    (!rows.is_empty()).then(|| {
        view! { <section class="card"><header><h2>"Sessions"</h2> {end}</header><ul class="rows">{rows}</ul></section> }
    })
}
