//! Opening an invitation: who invites to what. The link proves nothing; the address is proved by a code, then comes
//! consent. Declining and blocking need no sign-in. Every deed is a POST: mail scanners open links.

use domain::passcode::Purpose;
use domain::provider::{Offer, Provider, Way};
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};
use services::federation::Errand;
use services::redemption::{self, Opened, Shared};
use services::signin::Asked;
use services::{Refusal, Secret, signin};

use super::ways::{begin, way_button};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, Visit, doorway, draft_or, refused, visit};
use crate::ui::{DoorFrame, Field, Hidden, Notices, page, until};

/// What stays of a form whose only content is a secret link: the problem.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LinkForm;

impl Kept for LinkForm {
    const FORM: &'static str = "redeem";
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LostForm {
    pub address: String,
}

impl Kept for LostForm {
    const FORM: &'static str = "lost";
}

fn back(token: &str) -> String {
    routes::redeem(&routes::url_encode(token))
}

#[server(prefix = "/fn", endpoint = "invitation/code")]
pub async fn ask_redeem_code(#[server(default)] token: String) -> Result<(), AppError> {
    doorway(LinkForm, back(&token), async move {
        let visit = visit()?;
        let opened = redemption::look(&visit.services, &Secret::given(&token)).await?;
        let asked = Asked { invited: Some(opened.invitation.address.clone()), ..Asked::default() };
        let address = &opened.invitation.address;
        signin::ask(&visit.services, &visit.caller(), Purpose::SignIn, address, &asked).await?;
        Ok(Next::to(routes::CODE))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/with")]
pub async fn redeem_with(
    #[server(default)] token: String,
    #[server(default)] provider: String,
) -> Result<(), AppError> {
    doorway(LinkForm, routes::redeem(&routes::url_encode(&token)), async move {
        let visit = visit()?;
        let opened = redemption::look(&visit.services, &Secret::given(&token)).await?;
        let asked = Asked { invited: Some(opened.invitation.address), ..Asked::default() };
        begin(&visit, &provider, Errand::SignIn, asked).await
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/decline")]
pub async fn decline_invitation(#[server(default)] token: String) -> Result<(), AppError> {
    doorway(LinkForm, back(&token), async move {
        let visit = visit()?;
        let token = Secret::given(&token);
        redemption::decline(&visit.services, &token, visit.origin.clone(), visit.correlation).await?;
        Ok(Next::to(routes::SIGN_IN).done("declined"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/block")]
pub async fn block_invitations(#[server(default)] token: String) -> Result<(), AppError> {
    doorway(LinkForm, back(&token), async move {
        let visit = visit()?;
        let token = Secret::given(&token);
        redemption::block(&visit.services, &token, visit.origin.clone(), visit.correlation).await?;
        Ok(Next::to(routes::SIGN_IN).done("blocked"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/lost")]
pub async fn ask_lost_link(#[server(default)] form: LostForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::LOST, async move {
        let visit = visit()?;
        let address = EmailAddress::parse(&form.address);
        let address = address.map_err(|error| Refusal::field("address", error.code()))?;
        redemption::lost(&visit.services, address, visit.origin.clone(), visit.correlation).await?;
        Ok(Next::to(routes::LOST).done("lost-sent"))
    })
    .await
}

#[component]
pub fn RedeemPage() -> impl IntoView {
    let token = use_params_map().get_untracked().get("token").unwrap_or_default();
    page(async move {
        let visit = visit()?;
        let opened = redemption::look(&visit.services, &Secret::given(&token)).await?;
        let problems = draft_or(&visit, LinkForm).await?.whole();
        let (ways, providers) = signin::ways(&visit.services, &opened.invitation.address).await?;
        let buttons = ways_of(&ways, &providers, &token).into_any();
        let other = match visit.viewer.as_ref().filter(|viewer| viewer.user.id != opened.invitation.user) {
            Some(viewer) => {
                let may = redemption::may_add(&visit.services, viewer, &opened.invitation).await;
                Some(super::add::other_account(&visit, viewer, &opened.invitation, &token, may)?.into_any())
            }
            None => None,
        };
        let mut problems = problems;
        problems.extend(refused(&visit).await?);
        Ok(redeem(visit, opened, token, problems, other, buttons).into_any())
    })
}

/// Who invites to what, their message, and until when: the same on the invitation and on the consent page.
pub fn offer(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let what = match &opened.group {
        Some(group) if opened.applications.is_empty() => group.to_string(),
        _ => opened.applications.iter().map(|app| app.name.clone()).collect::<Vec<_>>().join(", "),
    };
    let what = if what.is_empty() { opened.organization.to_string() } else { what };
    let inviter_address = opened.inviter_address.shown();
    let group = opened.group.as_ref().map(ToString::to_string);
    let message = opened.invitation.message.as_ref().map(|message| {
        view! { <blockquote class="message">{message.to_string()}</blockquote> }
    });
    let length = match (opened.invitation.ends_at, opened.invitation.stay_days) {
        (Some(end), _) => format!("until {}", until(&visit.zone(), end, visit.now())),
        (None, Some(1)) => "for 1 day from when you accept".to_owned(),
        (None, Some(days)) => format!("for {days} days from when you accept"),
        (None, None) => "without end".to_owned(),
    };
    view! {
        <p class="lead">
            <b>{opened.inviter.clone()}</b>
            {format!(" ({inviter_address})")}
            " invites you to " <b>{what}</b> "."
        </p>
        {message}
        <dl class="facts">
            {group.map(|group| view! { <div><dt>"Group"</dt><dd>{group}</dd></div> })}
            <div><dt>"Invited address"</dt><dd>{opened.invitation.address.shown()}</dd></div>
            <div><dt>"Access"</dt><dd>{length}</dd></div>
            <div>
                <dt>"Open until"</dt>
                <dd>{visit.zone().format(opened.invitation.expires_at, "%-d %B %Y, %H:%M %Z")}</dd>
            </div>
        </dl>
    }
}

/// Which facts the organization gets, and who answers for them.
pub fn shared(opened: &Opened) -> impl IntoView + use<> {
    let facts: Vec<&str> = opened
        .shared
        .iter()
        .map(|fact| match fact {
            Shared::Name => "your name",
            Shared::Address => "your e-mail address",
            Shared::Organization => "the organization you name",
            Shared::SignIns => "when, from where and with which browser you sign in",
        })
        .collect();
    let contact = opened.privacy_contact.as_ref().map(ToString::to_string);
    let statement = opened.privacy_statement.clone();
    view! {
        <p class="muted">
            {format!("Shared with {}: {}. ", opened.organization, facts.join(", "))}
            {statement.map(|href| view! { <a href=href rel="noreferrer">"Privacy statement"</a> " " })}
            {contact.map(|contact| {
                view! { "Questions: " <a href=format!("mailto:{contact}")>{contact.clone()}</a> "." }
            })}
        </p>
    }
}

/// The first way as the primary button, the others below it.
fn ways_of(offer: &Offer, providers: &[Provider], token: &str) -> impl IntoView + use<> {
    let button = |way: &Way, class: &'static str| match way {
        Way::Passcode => Some(
            view! {
                <form method="post" action=AskRedeemCode::PATH>
                    <Hidden name="token" value=token/>
                    <button class=class>"Continue with a code by e-mail"</button>
                </form>
            }
            .into_any(),
        ),
        Way::Provider(id) => providers.iter().find(|provider| provider.id == *id).map(|provider| {
            let fields = vec![("token", token.to_owned()), ("provider", provider.id.to_string())];
            let said = format!("Continue with {}", provider.name);
            way_button(RedeemWith::PATH, provider, said, class, fields).into_any()
        }),
    };
    let first = button(&offer.first, "button primary");
    let others: Vec<AnyView> = offer.others.iter().filter_map(|way| button(way, "button")).collect();
    let or = (!others.is_empty()).then(|| view! { <div class="or">"other ways"</div> });
    view! { <div class="ways">{first}{or}{others}</div> }
}

fn redeem(
    visit: Visit,
    opened: Opened,
    token: String,
    problems: Vec<String>,
    other: Option<AnyView>,
    ways: AnyView,
) -> impl IntoView + use<> {
    view! {
        <DoorFrame visit=visit.clone() name="Invitation" wide=true>
            <h1>"You are invited"</h1>
            <Notices visit=visit.clone() problems=problems/>
            {other}
            {offer(&visit, &opened)}
            {shared(&opened)}
            {ways}
            <details class="more" id="decline">
                <summary>"Decline, or not expected?"</summary>
                <p class="muted">
                    "You need not sign in. Declining ends this invitation; this group cannot invite you again for 30 days. \
                    Blocking also stops every further invitation from here to this mailbox."
                </p>
                <div class="actions">
                    <form method="post" action=DeclineInvitation::PATH>
                        <Hidden name="token" value=token.clone()/>
                        <button class="button">"Decline"</button>
                    </form>
                    <form method="post" action=BlockInvitations::PATH>
                        <Hidden name="token" value=token/>
                        <button class="button danger">"Decline and block"</button>
                    </form>
                </div>
            </details>
        </DoorFrame>
    }
}

#[component]
pub fn LostPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let draft = draft_or(&visit, LostForm::default()).await?;
        Ok(view! {
            <DoorFrame visit=visit.clone() name="Lost invitation">
                <h1>"Lost your invitation?"</h1>
                <p class="lead">"Type the address you were invited at. If an invitation is pending, another link goes there."</p>
                <Notices visit=visit.clone() problems=draft.whole()/>
                <form class="form" method="post" action=AskLostLink::PATH>
                    <Field
                        name="form[address]"
                        label="E-mail address"
                        kind="email"
                        value=draft.typed.address.clone()
                        problem=draft.problem("address")
                        autocomplete="email"
                        size="wide"
                        autofocus=true
                    />
                    <button class="button primary">"Send another link"</button>
                </form>
                <div class="other">
                    <a href=routes::SIGN_IN>"Sign in"</a>
                    <a href=routes::LIFT>"Take invitations again"</a>
                </div>
            </DoorFrame>
        }
        .into_any())
    })
}
