//! Enrolling a second factor: what is missing before, an authenticator app, and the recovery codes after.

use domain::continuation::Continuation;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::factors::{self, passes, totp};
use services::{Verb, Viewer, identities};

use super::factors::{codes_left, missing};
use super::passkeys;
use super::prove::{DigitsForm, digits_form, provider_buttons};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{self, Draft, Kept, Next, NothingTyped, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Field, Head, Hidden, Notice, Notices, PanelFrame, Tone, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PassForm {
    pub pass: String,
}

impl Kept for PassForm {
    const FORM: &'static str = "pass";
}

fn to_of(text: &str) -> String {
    Continuation::of(text).path()
}

#[server(prefix = "/fn", endpoint = "enrolment-pass/use")]
pub async fn use_pass(#[server(default)] form: PassForm, #[server(default)] to: String) -> Result<(), AppError> {
    let back = routes::with(routes::ENROL, "to", &to_of(&to));
    // What was typed is a secret: a draft keeps the problem alone.
    doorway(PassForm::default(), back.clone(), async move {
        let visit = visit()?;
        passes::use_up(&visit.services, &visit.enrolling()?, &form.pass).await?;
        Ok(Next::to(back).done("pass-used"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "authenticator/begin")]
pub async fn begin_authenticator(#[server(default)] to: String) -> Result<(), AppError> {
    let to = to_of(&to);
    doorway(NothingTyped, routes::with(routes::ENROL, "to", &to), async move {
        let visit = visit()?;
        totp::begin(&visit.services, &visit.enrolling()?).await?;
        Ok(Next::to(routes::with(routes::AUTHENTICATOR, "to", &to)))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "authenticator/confirm")]
pub async fn confirm_authenticator(
    #[server(default)] form: DigitsForm,
    #[server(default)] to: String,
) -> Result<(), AppError> {
    let to = to_of(&to);
    doorway(DigitsForm::default(), routes::with(routes::AUTHENTICATOR, "to", &to), async move {
        let visit = visit()?;
        let viewer = visit.enrolling()?;
        let token = totp::confirm(&visit.services, &viewer, &form.code).await?;
        ssr::renew_session(&visit, &viewer, &token);
        Ok(Next::to(routes::with(routes::RECOVERY, "to", &to)).done("authenticator-added"))
    })
    .await
}

#[component]
pub fn EnrolPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.enrolling()?;
        let to = to_of(visit.query.get("to").unwrap_or_default());
        let draft = draft_or(&visit, PassForm::default()).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        let body = match missing(&visit, &viewer).await? {
            None => choices(&visit, &viewer, &to).await?,
            Some(said) => explained(&visit, &viewer, &to, said, &draft).await?,
        };
        let wants = visit.query.get("need").is_some().then(|| {
            view! { <p>"Where you were going asks for a second factor, and you have none yet."</p> }
        });
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Set up a second factor" narrow=true>
                <Head title="Set up a second factor" lead="Beside how you sign in, something that only you have."/>
                <Notices visit=visit.clone() problems=problems/>
                {wants}
                {body}
            </PanelFrame>
        }
        .into_any())
    })
}

/// The kinds that can be set up now.
async fn choices(visit: &Visit, viewer: &Viewer, to: &str) -> Verb<AnyView> {
    let held = factors::mine(&visit.services, viewer).await?;
    let app = held.authenticator.is_none().then(|| {
        view! {
            <section class="card">
                <header><h2>"Authenticator app"</h2></header>
                <p>"An app on your telephone shows 6 digits, new ones every 30 seconds. It works without network."</p>
                <form method="post" action=BeginAuthenticator::PATH>
                    <Hidden name="to" value=to.to_owned()/>
                    <button class="button primary">"Set up an authenticator app"</button>
                </form>
            </section>
        }
    });
    let passkey = passkeys::card(visit, viewer, to).await?;
    Ok(view! { {app} {passkey} }.into_any())
}

/// What has to come first, and each way to it.
async fn explained(visit: &Visit, viewer: &Viewer, to: &str, said: String, draft: &Draft<PassForm>) -> Verb<AnyView> {
    if factors::has_one(&visit.services, viewer).await? {
        return Ok(view! {
            <Notice tone=Tone::Info>{said}</Notice>
            <div class="actions"><a class="button primary" href=routes::use_factor(to)>"Use a second factor"</a></div>
            {pass_form(to, draft)}
        }
        .into_any());
    }
    let own = identities::list(&visit.services, viewer).await?;
    let buttons = provider_buttons(&own, routes::ENROL, false);
    let provider = buttons.map(|buttons| {
        view! {
            <section class="card">
                <header><h2>"Sign in at your organization again"</h2></header>
                <p>"A sign-in there at most 5 minutes old is enough. It leads back to this page."</p>
                <div class="ways">{buttons}</div>
            </section>
        }
    });
    Ok(view! {
        <Notice tone=Tone::Info>
            "A code by e-mail alone is not enough to set up a first second factor: whoever reads your mail could do it."
        </Notice>
        {provider}
        {pass_form(to, draft)}
    }
    .into_any())
}

fn pass_form(to: &str, draft: &Draft<PassForm>) -> impl IntoView + use<> {
    view! {
        <section class="card">
            <header><h2>"Enrolment pass"</h2></header>
            <p>"An administrator gives you one, or the owner of your groups. It holds for 24 hours and opens once."</p>
            <form class="form" method="post" action=UsePass::PATH>
                <Hidden name="to" value=to.to_owned()/>
                <Field name="form[pass]" label="Pass" problem=draft.problem("pass") autocomplete="off"/>
                <div class="actions"><button class="button">"Use the pass"</button></div>
            </form>
        </section>
    }
}

#[component]
pub fn AuthenticatorPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.enrolling()?;
        let to = to_of(visit.query.get("to").unwrap_or_default());
        ssr::set_header(axum::http::header::CACHE_CONTROL, "no-store");
        let draft = draft_or(&visit, DigitsForm::default()).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        let waiting = totp::waiting(&visit.services, &viewer).await?;
        let body = match waiting {
            None => view! {
                <Notice tone=Tone::Info>"Nothing is being set up, or it took too long."</Notice>
                <div class="actions"><a class="button primary" href=routes::with(routes::ENROL, "to", &to)>"Begin again"</a></div>
            }
            .into_any(),
            Some(waiting) => {
                let key = waiting.secret.spaced().replace('-', " ");
                let picture = format!("data:image/png;base64,{}", waiting.picture);
                let form = digits_form(ConfirmAuthenticator::PATH, &draft, "Confirm", &to, false);
                view! {
                    <ol class="steps">
                        <li>
                            <div>
                                <h2>"Read this picture"</h2>
                                <p>"Open your authenticator app and point its camera here."</p>
                                <img src=picture alt="QR code for an authenticator app" width="240" height="240"/>
                                <p>"Or type this key into it:"</p>
                                <div class="copy"><code>{key}</code></div>
                            </div>
                        </li>
                        <li><div><h2>"Type the 6 digits"</h2> {form}</div></li>
                    </ol>
                }
                .into_any()
            }
        };
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Authenticator app" narrow=true>
                <Head title="Set up an authenticator app"/>
                <Notices visit=visit.clone() problems=problems/>
                {body}
            </PanelFrame>
        }
        .into_any())
    })
}

/// After a factor was set up: codes for when it is lost.
#[component]
pub fn RecoveryPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.enrolling()?;
        let to = to_of(visit.query.get("to").unwrap_or_default());
        if !factors::has_one(&visit.services, &viewer).await? {
            ssr::redirect(&routes::with(routes::ENROL, "to", &to));
            return Ok(().into_any());
        }
        let problems = refused(&visit).await?;
        let left = factors::mine(&visit.services, &viewer).await?.recovery_codes;
        let (said, class) = match left {
            0 => ("Show my recovery codes", "button primary"),
            _ => ("Make new recovery codes", "button"),
        };
        let on = if left == 0 { "button quiet" } else { "button primary" };
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Recovery codes" narrow=true>
                <Head title="Recovery codes" lead=format!("{}.", codes_left(left))/>
                <Notices visit=visit.clone() problems=problems/>
                <p>
                    "Where your telephone or key is lost, each of ten codes opens once in its place. They are shown one time:
                    print them or write them down, and keep them apart from your telephone."
                </p>
                <div class="actions">
                    <form method="post" action=routes::RECOVERY_CODES>
                        <Hidden name="to" value=to.clone()/>
                        <button class=class>{said}</button>
                    </form>
                    <a class=on href=to>"Go on"</a>
                </div>
            </PanelFrame>
        }
        .into_any())
    })
}
