//! Consent: what is shared with whom, before anything is. Accept takes the invitations on this page and no other.

use domain::id::InvitationId;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{Denied, Refusal, Secret, redemption, signin};

use super::redeem::{offer, shared};
use super::signin::opened;
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Cookie, CookieLife, Kept, Next, NothingTyped, doorway, draft_or, set_cookie, visit};
use crate::ui::{DoorFrame, Hidden, Notices, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsentForm {
    pub invitations: Vec<String>,
}

impl Kept for ConsentForm {
    const FORM: &'static str = "consent";
}

#[server(prefix = "/fn", endpoint = "invitation/accept")]
pub async fn accept_invitations(#[server(default)] form: ConsentForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::CONSENT, async move {
        let visit = visit()?;
        let listed: Result<Vec<InvitationId>, _> = form.invitations.iter().map(|id| id.parse()).collect();
        let listed = listed.map_err(|_| Refusal::Denied(Denied::NotFound))?;
        let outcome = signin::accept(&visit.services, &visit.caller(), &listed).await?;
        Ok(opened(&visit, outcome))
    })
    .await
}

/// "Not now": what this browser proved is forgotten, so that nobody after them goes on with it.
#[server(prefix = "/fn", endpoint = "invitation/later")]
pub async fn consent_later() -> Result<(), AppError> {
    doorway(NothingTyped, routes::CONSENT, async move {
        let visit = visit()?;
        set_cookie(&visit, Cookie::Browser, Secret::random().expose(), CookieLife::Browser);
        Ok(Next::to(routes::SIGN_IN))
    })
    .await
}

#[component]
pub fn ConsentPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let proved = signin::proved(&visit.services, &visit.browser).await?;
        let pending = redemption::pending_for(&visit.services, &proved).await?;
        let problems = draft_or(&visit, ConsentForm::default()).await?.whole();
        let Some(first) = pending.first() else {
            return Ok(view! {
                <DoorFrame visit=visit.clone() name="Nothing is pending">
                    <h1>"Nothing is pending"</h1>
                    <Notices visit=visit.clone() problems=problems/>
                    <p class="lead">"No invitation waits for your consent. Sign in to go on."</p>
                    <a class="button primary" href=routes::SIGN_IN>"Sign in"</a>
                </DoorFrame>
            }
            .into_any());
        };
        let privacy = shared(first);
        let ids = pending
            .iter()
            .map(|opened| view! { <Hidden name="form[invitations][]" value=opened.invitation.id.to_string()/> })
            .collect_view();
        let offers = pending.iter().map(|opened| view! { <section class="stack">{offer(&visit, opened)}</section> });
        let offers = offers.collect_view();
        let button = if pending.len() == 1 {
            "Accept the invitation".to_owned()
        } else {
            format!("Accept {} invitations", pending.len())
        };
        Ok(view! {
            <DoorFrame visit=visit.clone() name="Consent" wide=true>
                <h1>"Before you come in"</h1>
                <Notices visit=visit.clone() problems=problems/>
                {offers}
                {privacy}
                <form class="form" method="post" action=AcceptInvitations::PATH>
                    {ids}
                    <button class="button primary">{button}</button>
                </form>
                <div class="other">
                    <form method="post" action=ConsentLater::PATH><button class="link">"Not now"</button></form>
                </div>
            </DoorFrame>
        }
        .into_any())
    })
}
