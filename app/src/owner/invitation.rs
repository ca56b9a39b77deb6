//! One invitation: what was said, what became of the letter, and what can still be done.

use domain::id::{GroupId, InvitationId};
use domain::invitation::{Invitation, InvitationState, LetterState, Outcome};
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::invitations::{self, Details};
use services::{Refusal, Verb};

use super::frame::crumbs;
use super::{back, owner, param, parsed, words};
use crate::error::AppError;
use crate::organization;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, NothingTyped, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Badge, Field, Head, Hidden, Notice, Notices, PanelFrame, Tone, When, page, until};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectForm {
    pub group: String,
    pub id: String,
    pub address: String,
    pub confirmed: bool,
}

impl Kept for CorrectForm {
    const FORM: &'static str = "correct-address";
}

/// The page of an invitation, or the group's where the id is none.
fn page_of(group: &str, id: &str) -> String {
    back(group, |group| id.parse().map_or_else(|_| routes::invitations(group), |id| routes::invitation(group, id)))
}

#[server(prefix = "/fn", endpoint = "invitations/resend")]
pub async fn resend_invitation(
    #[server(default)] group: String,
    #[server(default)] id: String,
    #[server(default)] from_list: bool,
) -> Result<(), AppError> {
    let to = if from_list { back(&group, routes::invitations) } else { page_of(&group, &id) };
    doorway(NothingTyped, to.clone(), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        invitations::resend(&visit.services, &owner, parsed(&id)?).await?;
        Ok(Next::to(to).done("resent"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitations/revoke")]
pub async fn revoke_invitation(
    #[server(default)] group: String,
    #[server(default)] id: String,
) -> Result<(), AppError> {
    let to = page_of(&group, &id);
    doorway(NothingTyped, to.clone(), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        invitations::revoke(&visit.services, &owner, parsed(&id)?).await?;
        Ok(Next::to(to).done("revoked"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitations/void")]
pub async fn void_invitation_links(
    #[server(default)] group: String,
    #[server(default)] id: String,
) -> Result<(), AppError> {
    let to = page_of(&group, &id);
    doorway(NothingTyped, to.clone(), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        invitations::void_links(&visit.services, &owner, parsed(&id)?).await?;
        Ok(Next::to(to).done("voided"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitations/adopt")]
pub async fn adopt_invitation(#[server(default)] group: String, #[server(default)] id: String) -> Result<(), AppError> {
    let to = page_of(&group, &id);
    doorway(NothingTyped, to.clone(), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        invitations::adopt(&visit.services, &owner, parsed(&id)?).await?;
        Ok(Next::to(to).done("adopted"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitations/correct")]
pub async fn correct_invitation(#[server(default)] form: CorrectForm) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&form.group, &form.id), async move {
        let visit = visit()?;
        let owner = owner(&visit, &form.group).await?;
        let address = EmailAddress::parse(&form.address);
        let address = address.map_err(|error| Refusal::field("address", error.code()))?;
        let id = parsed(&form.id)?;
        let new = invitations::correct_address(&visit.services, &owner, id, address, form.confirmed).await?;
        Ok(Next::to(routes::invitation(owner.group().id, new)).done("corrected"))
    })
    .await
}

struct Shown {
    group: GroupId,
    name: String,
    by_role: bool,
    details: Details,
}

async fn load(visit: &Visit, group: &str, id: &str) -> Verb<Shown> {
    let owner = owner(visit, group).await?;
    let details = invitations::get(&visit.services, &owner, parsed::<InvitationId>(id)?).await?;
    Ok(Shown { group: owner.group().id, name: owner.group().name.to_string(), by_role: owner.by_role, details })
}

#[component]
pub fn InvitationPage() -> impl IntoView {
    let (group, id) = (param("group"), param("invitation"));
    page(async move {
        let visit = visit()?;
        let shown = load(&visit, &group, &id).await?;
        let address = shown.details.listed.invitation.address.as_str().to_owned();
        let draft = draft_or(&visit, CorrectForm { address, ..CorrectForm::default() }).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        Ok(one(visit, shown, draft, problems).into_any())
    })
}

fn one(visit: Visit, shown: Shown, draft: Draft<CorrectForm>, problems: Vec<String>) -> impl IntoView + use<> {
    let Shown { group, name, by_role, details } = shown;
    let invitation = &details.listed.invitation;
    let state = details.listed.state;
    let title = invitation.name.as_ref().map_or_else(|| invitation.address.shown(), ToString::to_string);
    let (tone, said) = words::invitation(state);
    let mut above = crumbs(group, &name);
    above.push((routes::invitations(group), "Invitations".to_owned()));
    let pending = state == InvitationState::Pending;
    let open = pending || matches!(state, InvitationState::Suspended { .. });
    let resend = (pending && invitation.letter != LetterState::Waiting).then(|| {
        let said = if invitation.letter == LetterState::NotSent { "Send a letter" } else { "Resend the letter" };
        button(ResendInvitation::PATH, group, invitation.id, "button primary", said)
    });
    let revoke = open.then(|| {
        view! { <a class="button danger" href=routes::revoke_invitation(group, invitation.id)>"Revoke…"</a> }
    });
    let again = (!open && !matches!(state, InvitationState::Final { outcome: Outcome::Accepted, .. })).then(|| {
        view! { <a class="button" href=routes::invite(group)>"Invite anew"</a> }
    });
    let guest = matches!(state, InvitationState::Final { outcome: Outcome::Accepted, .. }).then(|| {
        view! { <a class="button" href=routes::guest(group, invitation.user)>"See the guest"</a> }
    });
    let correct = open.then(|| correct(group, invitation, &draft));
    let links = pending.then(|| links(group, invitation, by_role));
    let adopt = adopt(&visit, group, invitation.id, state);
    let refused = refused_letter(invitation);
    let wish = super::wish::notice(group, &details);
    // Without a name, the address is the title already.
    let address = invitation.name.as_ref().map(|_| invitation.address.shown()).unwrap_or_default();
    let facts = facts(&visit, &details);
    view! {
        <PanelFrame visit=visit.clone() name=title.clone()>
            <Head title=title lead=address crumbs=above badge=view! { <Badge tone=tone text=said/> }.into_any()>
                {resend} {again} {guest} {revoke}
            </Head>
            <Notices visit=visit.clone() problems=problems/>
            {adopt}
            {refused}
            {wish}
            <div class="cards">
                {facts}
                {correct}
                {links}
            </div>
        </PanelFrame>
    }
}

fn button(
    action: &'static str,
    group: GroupId,
    id: InvitationId,
    class: &'static str,
    said: &'static str,
) -> impl IntoView + use<> {
    view! {
        <form method="post" action=action>
            <Hidden name="group" value=group.to_string()/>
            <Hidden name="id" value=id.to_string()/>
            <button class=class>{said}</button>
        </form>
    }
}

fn adopt(visit: &Visit, group: GroupId, id: InvitationId, state: InvitationState) -> impl IntoView + use<> {
    let InvitationState::Suspended { until: end } = state else { return None };
    let end = visit.zone().format(end, "%-d %B %Y, %H:%M");
    Some(view! {
        <Notice tone=Tone::Caution>
            <b>"Whoever sent this may no longer invite here."</b>
            <p>{format!("It opens nothing until another owner takes it over, and ends on {end} if nobody does.")}</p>
            <div class="actions">{button(AdoptInvitation::PATH, group, id, "button", "Take it over")}</div>
        </Notice>
    })
}

fn refused_letter(invitation: &Invitation) -> impl IntoView + use<> {
    let LetterState::Refused { words, .. } = &invitation.letter else { return None };
    let words = words.clone();
    Some(view! {
        <Notice tone=Tone::Critical>
            <b>"The mail server refused the letter."</b>
            <p>"It said: “" {words} "”. Correct the address, or send the letter again."</p>
        </Notice>
    })
}

fn facts(visit: &Visit, details: &Details) -> impl IntoView + use<> {
    let invitation = &details.listed.invitation;
    let stay = match (invitation.ends_at, invitation.stay_days) {
        (Some(end), _) => format!("until {}", until(&visit.zone(), end, visit.now())),
        (None, Some(1)) => "for 1 day from acceptance".to_owned(),
        (None, Some(days)) => format!("for {days} days from acceptance"),
        (None, None) => "without end".to_owned(),
    };
    let names: Vec<String> = details.opens.iter().map(|opened| opened.name.clone()).collect();
    let landing = details.opens.iter().find(|opened| Some(opened.id) == invitation.landing).map(|app| app.name.clone());
    let row =
        |term: &'static str, said: Option<String>| said.map(|said| view! { <div><dt>{term}</dt><dd>{said}</dd></div> });
    let ended = match details.listed.state {
        InvitationState::Final { at, .. } => {
            let by = details.ended_by.clone().map(|by| format!(" by {by}"));
            let (_, state) = words::invitation(details.listed.state);
            Some(view! { <div><dt>{state}</dt><dd><When visit=visit.clone() at=at/> {by}</dd></div> }.into_any())
        }
        _ => {
            let at = invitation.expires_at;
            Some(view! { <div><dt>"Open until"</dt><dd><When visit=visit.clone() at=at/></dd></div> }.into_any())
        }
    };
    let partner = details.listed.partner.as_ref().map(|partner| {
        view! { <div><dt>"Organization"</dt><dd>{organization::link(visit, partner)}</dd></div> }
    });
    let message = invitation.message.as_ref().map(|message| {
        view! { <blockquote class="message">{message.to_string()}</blockquote> }
    });
    view! {
        <section class="card">
            <header><h2>"The invitation"</h2></header>
            <dl class="facts">
                <div>
                    <dt>"Invited"</dt>
                    <dd><When visit=visit.clone() at=invitation.created_at/> " by " {details.listed.inviter.clone()}</dd>
                </div>
                {partner}
                <div><dt>"Letter"</dt><dd>{words::letter(visit, invitation)}</dd></div>
                {ended}
                {row("Opens", (!names.is_empty()).then(|| words::all_of(&names)))}
                {row("Lands on", landing)}
                <div><dt>"Access"</dt><dd>{stay}</dd></div>
                {row("Copy to", invitation.cc.as_ref().map(EmailAddress::shown))}
            </dl>
            {message}
        </section>
    }
}

fn correct(group: GroupId, invitation: &Invitation, draft: &Draft<CorrectForm>) -> impl IntoView + use<> {
    let doubt = draft.problems.iter().any(|problem| problem.code == "confirm").then(|| {
        view! {
            <label class="choice">
                <input type="checkbox" name="form[confirmed]" value="true"/>
                <span>"I have checked this address, and mean it"</span>
            </label>
        }
    });
    view! {
        <section class="card">
            <header><h2>"Correct the address"</h2></header>
            <form class="form" method="post" action=CorrectInvitation::PATH>
                <Hidden name="form[group]" value=group.to_string()/>
                <Hidden name="form[id]" value=invitation.id.to_string()/>
                <Field
                    name="form[address]"
                    label="E-mail address"
                    kind="email"
                    value=draft.typed.address.clone()
                    hint="This invitation is revoked, and a new one with the same words goes to the new address."
                    problem=draft.problem("address")
                    autocomplete="off"
                />
                {doubt}
                <div class="actions"><button class="button">"Revoke and invite anew"</button></div>
            </form>
        </section>
    }
}

fn links(group: GroupId, invitation: &Invitation, by_role: bool) -> impl IntoView + use<> {
    let id = invitation.id;
    let show = by_role.then(|| {
        view! {
            <form method="post" action="/invitation-link">
                <Hidden name="invitation" value=id.to_string()/>
                <button class="button">"Show a link once"</button>
            </form>
        }
    });
    let shown =
        by_role.then_some(" Administrators may make a further one and pass it on themselves; this is written down.");
    let said = if invitation.letter == LetterState::NotSent {
        "No letter was sent."
    } else {
        "A link was in the letter and is not shown again. If a letter went astray, void the links and send another letter."
    };
    view! {
        <section class="card">
            <header><h2>"Links"</h2></header>
            <p>
                {said}
                {shown}
            </p>
            <div class="actions">
                {button(VoidInvitationLinks::PATH, group, id, "button", "Void earlier links")}
                {show}
            </div>
        </section>
    }
}

#[component]
pub fn RevokePage() -> impl IntoView {
    let (group, id) = (param("group"), param("invitation"));
    page(async move {
        let visit = visit()?;
        let Shown { group, name, details, .. } = load(&visit, &group, &id).await?;
        let invitation = details.listed.invitation;
        let who = invitation.address.shown();
        let title = format!("Revoke the invitation of {who}?");
        let opens: Vec<String> = details.opens.iter().map(|opened| opened.name.clone()).collect();
        let lost = if opens.is_empty() { name } else { words::all_of(&opens) };
        let keep = routes::invitation(group, invitation.id);
        Ok(view! {
            <PanelFrame visit=visit.clone() name=title.clone() narrow=true>
                <section class="card confirm">
                    <h1>{title}</h1>
                    <p>
                        {format!("Every link sent so far stops working, and nothing of {lost} opens for them. ")}
                        "No letter tells them. You can invite them again."
                    </p>
                    <form method="post" action=RevokeInvitation::PATH>
                        <Hidden name="group" value=group.to_string()/>
                        <Hidden name="id" value=invitation.id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">"Revoke the invitation"</button>
                            <a class="button quiet" href=keep>"Keep"</a>
                        </div>
                    </form>
                </section>
            </PanelFrame>
        }
        .into_any())
    })
}
