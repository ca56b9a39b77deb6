//! The way in for the first administrator: opening the link shows a button, and only the button uses it up.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};
use services::{Secret, first_administrator};

use super::signin::begin_session;
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, doorway, draft_or, visit};
use crate::ui::{DoorFrame, Hidden, Notices, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FirstForm {
    /// Never kept: a draft of this form has none.
    #[serde(skip_serializing)]
    pub token: String,
}

impl Kept for FirstForm {
    const FORM: &'static str = "first";
}

#[server(prefix = "/fn", endpoint = "first-administrator/enter")]
pub async fn enter_first(token: String) -> Result<(), AppError> {
    let back = routes::first(&routes::url_encode(&token));
    doorway(FirstForm::default(), back, async move {
        let visit = visit()?;
        let token = Secret::given(&token);
        let entered = first_administrator::enter(&visit.services, &token, &visit.origin, visit.correlation).await?;
        let (session, token, device) = entered;
        for (cookie, value, life) in begin_session(&session, &token, &device, None) {
            crate::ssr::set_cookie(&visit, cookie, &value, life);
        }
        Ok(Next::to(routes::ADMIN))
    })
    .await
}

#[component]
pub fn FirstPage() -> impl IntoView {
    let token = use_params_map().get_untracked().get("token").unwrap_or_default();
    page(async move {
        let visit = visit()?;
        let address = first_administrator::look(&visit.services, &Secret::given(&token)).await?;
        let problems = draft_or(&visit, FirstForm::default()).await?.whole();
        Ok(view! {
            <DoorFrame visit=visit.clone() name="First administrator">
                <h1>"Become an administrator"</h1>
                <p class="lead">"This link makes you an administrator of this Lobby, as " <b>{address.shown()}</b> "."</p>
                <Notices visit=visit.clone() problems=problems/>
                <form class="form" method="post" action=EnterFirst::PATH>
                    <Hidden name="token" value=token/>
                    <button class="button primary">"Enter"</button>
                </form>
            </DoorFrame>
        }
        .into_any())
    })
}
