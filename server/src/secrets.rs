//! Secrets that are shown once: an answer to a POST that is stored nowhere.

use app::routes;
use app::ssr::Visit;
use axum::Extension;
use axum::extract::Form;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use domain::continuation::Continuation;
use domain::id::{GroupId, InvitationId, UserId};
use serde::Deserialize;
use services::factors::{passes, recovery};
use services::{Denied, Secret, Verb, invitations};

use crate::refused::led_back;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

#[derive(Deserialize)]
pub struct AskedLink {
    #[serde(default)]
    invitation: String,
}

/// `POST /invitation-link`: mints a link and shows it this once.
pub async fn invitation_link(Extension(visit): Extension<Visit>, Form(asked): Form<AskedLink>) -> Response {
    let minted = async {
        let admin = visit.viewer()?.user_administrator()?;
        let id: InvitationId = asked.invitation.parse().map_err(|_| Denied::NotFound)?;
        invitations::show_link(&visit.services, &admin, id).await
    };
    let link = |token: Secret| visit.services.link(&routes::redeem(token.expose()));
    let shown = minted.await.map(|token| Shown {
        title: "Invitation link",
        lead: "This link is shown once. Pass it on to the invited person alone; they prove their address when they open it.",
        secrets: vec![link(token)],
        back: routes::ADMIN.to_owned(),
    });
    show(&visit, shown, routes::ADMIN).await
}

#[derive(Deserialize)]
pub struct AskedPass {
    #[serde(default)]
    user: String,
    /// Where an owner asks.
    #[serde(default)]
    group: String,
}

/// `POST /enrolment-pass`: an administrator makes a pass, which is shown this once.
pub async fn enrolment_pass(Extension(visit): Extension<Visit>, Form(asked): Form<AskedPass>) -> Response {
    let user = asked.user.parse::<UserId>();
    let back = user.as_ref().map_or_else(|_| routes::ADMIN.to_owned(), |user| routes::person(*user));
    let made = async {
        let admin = visit.viewer()?.user_administrator()?;
        passes::give(&visit.services, &admin, user.map_err(|_| Denied::NotFound)?).await
    };
    show_pass(&visit, made.await, back).await
}

/// `POST /guest-enrolment-pass`: an owner of all the guest's groups does.
pub async fn guest_enrolment_pass(Extension(visit): Extension<Visit>, Form(asked): Form<AskedPass>) -> Response {
    let (user, group) = (asked.user.parse::<UserId>(), asked.group.parse::<GroupId>());
    let back = match (user.as_ref(), group.as_ref()) {
        (Ok(user), Ok(group)) => routes::guest(*group, *user),
        _ => routes::MANAGE.to_owned(),
    };
    let made = async {
        let owner = visit.viewer()?.owner_of(&visit.services, group.map_err(|_| Denied::NotFound)?).await?;
        passes::give_by_owner(&visit.services, &owner, user.map_err(|_| Denied::NotFound)?).await
    };
    show_pass(&visit, made.await, back).await
}

async fn show_pass(visit: &Visit, made: Verb<Secret>, back: String) -> Response {
    let shown = made.map(|pass| Shown {
        title: "Enrolment pass",
        lead: "This pass is shown once and holds for 24 hours. Pass it on to the person alone, best in person or on the \
               telephone; they type it after they sign in.",
        secrets: vec![pass.spaced()],
        back: back.clone(),
    });
    show(visit, shown, &back).await
}

#[derive(Deserialize)]
pub struct AskedCodes {
    #[serde(default)]
    to: String,
}

/// `POST /recovery-codes`: makes ten codes of the viewer's and shows them this once.
pub async fn recovery_codes(Extension(visit): Extension<Visit>, Form(asked): Form<AskedCodes>) -> Response {
    let made = async { recovery::make(&visit.services, &visit.enrolling()?).await };
    let shown = made.await.map(|codes| Shown {
        title: "Recovery codes",
        lead: "These codes are shown once. Each opens one time where your telephone or key is lost; those before are void.",
        secrets: codes.iter().map(Secret::spaced).collect(),
        back: Continuation::of(&asked.to).path(),
    });
    show(&visit, shown, routes::ACCOUNT).await
}

/// What a page shows this once.
struct Shown {
    title: &'static str,
    lead: &'static str,
    secrets: Vec<String>,
    /// Where it leads on.
    back: String,
}

async fn show(visit: &Visit, shown: Verb<Shown>, page: &str) -> Response {
    match shown {
        Ok(shown) => {
            let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
            (headers, Html(written(visit, &shown))).into_response()
        }
        Err(refusal) => led_back(visit, refusal, page).await,
    }
}

fn written(visit: &Visit, shown: &Shown) -> String {
    let Shown { title, lead, secrets, back } = shown;
    let style = crate::assets::names().style.unwrap_or_default();
    let theme = app::theme::href(&visit.services.tenant().organization.value.accent);
    let secrets: String =
        secrets.iter().map(|secret| format!("<div class=\"copy\"><code>{secret}</code></div>")).collect();
    let on = if back.starts_with(routes::ADMIN) { "Back to Lobby" } else { "Go on" };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{style}\"><link rel=\"stylesheet\" href=\"{theme}\"></head>\
         <body><div class=\"door wide\"><main id=\"content\"><h1>{title}</h1>\
         <p class=\"lead\">{lead}</p>{secrets}\
         <p><a class=\"button\" href=\"{back}\">{on}</a></p></main></div></body></html>"
    )
}
