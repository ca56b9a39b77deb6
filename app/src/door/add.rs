//! An invitation that is opened by somebody who is signed in as another account: added to that one, once a code from the
//! invited mailbox shows that both are theirs.

use domain::invitation::Invitation;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::{Refusal, Secret, Verb, Viewer, redemption};

use super::code::{CodeForm, code_form};
use super::redeem::{LinkForm, offer};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, Visit, as_problem, doorway, draft_or, visit};
use crate::ui::{DoorFrame, Hidden, Notice, Notices, Tone, page};

#[server(prefix = "/fn", endpoint = "invitation/add-ask")]
pub async fn ask_to_add(#[server(default)] token: String) -> Result<(), AppError> {
    doorway(LinkForm, routes::redeem(&routes::url_encode(&token)), async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        redemption::ask_to_add(&visit.services, &viewer, &visit.caller(), &Secret::given(&token)).await?;
        Ok(Next::to(routes::ADD_INVITATION))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/wish")]
pub async fn ask_inviter(#[server(default)] token: String) -> Result<(), AppError> {
    let page = routes::redeem(&routes::url_encode(&token));
    doorway(LinkForm, page.clone(), async move {
        let visit = visit()?;
        redemption::ask_inviter(&visit.services, &visit.viewer()?, &Secret::given(&token)).await?;
        Ok(Next::to(page).done("wished"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/add")]
pub async fn add_invitation(#[server(default)] form: CodeForm) -> Result<(), AppError> {
    // What was typed is a secret: a draft keeps the problem alone.
    doorway(CodeForm::default(), routes::ADD_INVITATION, async move {
        let visit = visit()?;
        redemption::add(&visit.services, visit.viewer()?, &visit.caller(), &form.code).await?;
        Ok(Next::to(routes::APPS).done("invitation-added"))
    })
    .await
}

/// Says whose invitation it is, and offers what can be done for the account that is signed in.
///
/// # Errors
/// Where it is not known what can be done.
pub fn other_account(
    visit: &Visit,
    viewer: &Viewer,
    invitation: &Invitation,
    token: &str,
    may: Verb<()>,
) -> Verb<impl IntoView + use<>> {
    let (own, invited) = (viewer.user.address.shown(), invitation.address.shown());
    let what = match may {
        Ok(()) => view! {
            <p>"Is that you too? Then it can be added to the account that you are signed in with. A code goes to the invited address."</p>
            <form method="post" action=AskToAdd::PATH>
                <Hidden name="token" value=token/>
                <button class="button">{format!("Add this invitation to {own}")}</button>
            </form>
        }
        .into_any(),
        Err(Refusal::Invalid(problems)) => {
            let said = problems.iter().map(crate::say::problem).collect::<Vec<_>>().join(" ");
            let ask = redemption::may_be_asked(&Refusal::Invalid(problems)).then(|| {
                view! {
                    <form method="post" action=AskInviter::PATH>
                        <Hidden name="token" value=token/>
                        <button class="button">{format!("Ask them to invite {own}")}</button>
                    </form>
                }
            });
            view! { <p>"It cannot be added to this account: " {said}</p> {ask} }.into_any()
        }
        Err(refusal @ (Refusal::Broken(_) | Refusal::Denied(_) | Refusal::Redeem(_))) => return Err(refusal),
        Err(refusal) => {
            let said = crate::say::problem(&as_problem(visit, &refusal));
            view! { <p>"It cannot be added to this account: " {said}</p> }.into_any()
        }
    };
    Ok(view! {
        <Notice tone=Tone::Caution>
            <p>"You are signed in as " <b>{own.clone()}</b> ", but the invitation is for " <b>{invited}</b>
            ". Going on below signs in as the invited address."</p>
            {what}
        </Notice>
    })
}

#[component]
pub fn AddInvitationPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        // The proof comes before the question, so that nobody is asked twice.
        let viewer = visit.viewer()?.fresh(&visit.services)?;
        let opened = redemption::to_be_added(&visit.services, &viewer, &visit.browser).await?;
        let draft = draft_or(&visit, CodeForm::default()).await?;
        let (own, invited) = (viewer.user.address.shown(), opened.invitation.address.shown());
        let mailbox = visit.services.demo.then(|| {
            view! { <p class="muted">"This is a demo: the code is in the "<a href=routes::MAILBOX>"mailbox"</a>"."</p> }
        });
        Ok(view! {
            <DoorFrame visit=visit.clone() name="Add the invitation" wide=true>
                <h1>"Add the invitation to your account"</h1>
                <Notices visit=visit.clone() problems=draft.whole()/>
                {offer(&visit, &opened)}
                <p>
                    "A letter with 8 digits is on its way to " <b>{invited}</b> ". Typing them accepts the invitation for "
                    <b>{own}</b> ", and for nobody else. Whoever invited you is told that it was you."
                </p>
                {code_form(AddInvitation::PATH, &draft, "Accept for this account", None)}
                {mailbox}
                <div class="other"><a href=routes::APPS>"Not now"</a></div>
            </DoorFrame>
        }
        .into_any())
    })
}
