//! Proving again that it is you, before what changes your own security; and using a second factor where one is asked for.

use domain::continuation::Continuation;
use domain::passcode::Purpose;
use domain::provider::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::factors::{self, recovery, totp};
use services::federation::Errand;
use services::identities::Named;
use services::signin::Asked;
use services::{Secret, Verb, Viewer, identities, signin};

use super::passkeys;
use crate::door::code::{CodeForm, code_form};
use crate::door::ways::{begin, way_button};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{self, Draft, Kept, Next, NothingTyped, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Field, Head, Hidden, Notices, PanelFrame, page};

/// The digits of an authenticator app.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DigitsForm {
    pub code: String,
}

impl Kept for DigitsForm {
    const FORM: &'static str = "digits";
}

/// A recovery code.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecoveryForm {
    pub recovery: String,
}

impl Kept for RecoveryForm {
    const FORM: &'static str = "recovery";
}

/// This page again, for the same errand.
fn this_page(to: Continuation, need: &str) -> String {
    let to = to.path();
    if need == "factor" { routes::use_factor(&to) } else { routes::with(routes::PROVE, "to", &to) }
}

/// The session goes on under a new token, and the person to where they were going.
fn proved(visit: &Visit, viewer: &Viewer, token: &Secret, to: Continuation) -> Next {
    ssr::renew_session(visit, viewer, token);
    // A launch is a page of its own, which goes on to another site; it shows no notices.
    match to {
        Continuation::Launch(_) => Next::to(crate::door::signin::going_on(to)),
        to => Next::to(to.path()).done("proved"),
    }
}

#[server(prefix = "/fn", endpoint = "prove/ask")]
pub async fn ask_proof(#[server(default)] to: String) -> Result<(), AppError> {
    let back = routes::with(routes::PROVE, "to", &Continuation::of(&to).path());
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let viewer = visit.whoever()?;
        signin::ask_again(&visit.services, &viewer, &visit.caller()).await?;
        Ok(Next::to(routes::with(&back, "asked", "1")))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "prove/code")]
pub async fn try_proof(#[server(default)] form: CodeForm, #[server(default)] to: String) -> Result<(), AppError> {
    let to = Continuation::of(&to);
    let back = routes::with(&routes::with(routes::PROVE, "to", &to.path()), "asked", "1");
    doorway(CodeForm::default(), back, async move {
        let visit = visit()?;
        let viewer = visit.whoever()?;
        let token = signin::prove_again(&visit.services, &viewer, &visit.caller(), &form.code).await?;
        Ok(proved(&visit, &viewer, &token, to))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "prove/authenticator")]
pub async fn prove_by_authenticator(
    #[server(default)] form: DigitsForm,
    #[server(default)] to: String,
    #[server(default)] need: String,
) -> Result<(), AppError> {
    let to = Continuation::of(&to);
    doorway(DigitsForm::default(), this_page(to, &need), async move {
        let visit = visit()?;
        let viewer = visit.whoever()?;
        let token = totp::prove(&visit.services, &viewer, &form.code).await?;
        Ok(proved(&visit, &viewer, &token, to))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "prove/recovery")]
pub async fn prove_by_recovery(
    #[server(default)] form: RecoveryForm,
    #[server(default)] to: String,
    #[server(default)] need: String,
) -> Result<(), AppError> {
    let to = Continuation::of(&to);
    doorway(RecoveryForm::default(), this_page(to, &need), async move {
        let visit = visit()?;
        let viewer = visit.whoever()?;
        let token = recovery::prove(&visit.services, &viewer, &form.recovery).await?;
        Ok(proved(&visit, &viewer, &token, to))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "prove/with")]
pub async fn prove_with(#[server(default)] provider: String, #[server(default)] to: String) -> Result<(), AppError> {
    let to = Continuation::of(&to);
    doorway(NothingTyped, routes::with(routes::PROVE, "to", &to.path()), async move {
        let visit = visit()?;
        let hint = visit.whoever()?.user.address.as_str().to_owned();
        let asked = Asked { hint: Some(hint), ..Asked::to(to, false) };
        begin(&visit, &provider, Errand::Prove, asked).await
    })
    .await
}

#[component]
pub fn ProvePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.whoever()?;
        let to = Continuation::of(visit.query.get("to").unwrap_or_default()).path();
        let need = visit.query.get("need") == Some("factor");
        let own = identities::list(&visit.services, &viewer).await?;
        let by_provider = provider_buttons(&own, &to, need);
        let has_one = factors::has_one(&visit.services, &viewer).await?;
        if need && !has_one {
            let enrol = routes::with(&routes::with(routes::ENROL, "to", &to), "need", "factor");
            ssr::redirect(&enrol);
            return Ok(().into_any());
        }
        let digits = draft_or(&visit, DigitsForm::default()).await?;
        let recovery = draft_or(&visit, RecoveryForm::default()).await?;
        let code = draft_or(&visit, CodeForm::default()).await?;
        let mut problems = refused(&visit).await?;
        problems.extend([digits.whole(), recovery.whole(), code.whole()].concat());
        let by_own = own_factors(&visit, &viewer, &to, need, &digits, &recovery).await?;
        let anchored =
            own.iter().any(|own| own.identity.anchor && own.provider.as_ref().is_some_and(Provider::is_open_id));
        let by_code = if need || anchored { None } else { Some(by_code(&visit, &viewer, &to, &code).await?) };
        let (title, lead) = if need {
            ("Confirm with a second factor", "Where you are going asks for something that only you have.")
        } else {
            ("Prove that it is you", "What you are about to do wants a proof not older than 5 minutes.")
        };
        Ok(view! {
            <PanelFrame visit=visit.clone() name=title narrow=true>
                <Head title=title/>
                <Notices visit=visit.clone() problems=problems/>
                <p>{lead}</p>
                {by_own}
                {by_provider.map(|buttons| view! { <div class="ways">{buttons}</div> })}
                {by_code}
            </PanelFrame>
        }
        .into_any())
    })
}

/// The providers that can be asked; for a second factor those whose word counts as one.
pub fn provider_buttons(own: &[Named], to: &str, factor: bool) -> Option<AnyView> {
    let counts = |provider: &&Provider| provider.is_open_id() && (!factor || provider.settings.second_factor.trusted);
    let buttons: Vec<_> = own
        .iter()
        .filter_map(|own| own.provider.as_ref())
        .filter(counts)
        .map(|provider| {
            let fields = vec![("provider", provider.id.to_string()), ("to", to.to_owned())];
            let said = format!("Prove with {}", provider.name);
            way_button(ProveWith::PATH, provider, said, "button primary", fields)
        })
        .collect();
    (!buttons.is_empty()).then(|| buttons.into_any())
}

/// An authenticator's code, a passkey, a recovery code: what the viewer has.
async fn own_factors(
    visit: &Visit,
    viewer: &Viewer,
    to: &str,
    need: bool,
    digits: &Draft<DigitsForm>,
    recovery: &Draft<RecoveryForm>,
) -> Verb<impl IntoView + use<>> {
    let held = factors::mine(&visit.services, viewer).await?;
    let by_passkey = passkeys::proof(visit, viewer, to).await?;
    let by_app =
        held.authenticator.is_some().then(|| digits_form(ProveByAuthenticator::PATH, digits, "Confirm", to, need));
    let problem = recovery.problem("recovery");
    let open = problem.is_some();
    let by_recovery = (held.recovery_codes > 0).then(|| {
        view! {
            <details class="more" open=open>
                <summary>"Use a recovery code"</summary>
                <form class="form" method="post" action=ProveByRecovery::PATH>
                    <Hidden name="to" value=to.to_owned()/>
                    {need.then(|| view! { <Hidden name="need" value="factor"/> })}
                    <Field name="form[recovery]" label="Recovery code" problem=problem autocomplete="off"/>
                    <div class="actions"><button class="button">"Use the code"</button></div>
                </form>
            </details>
        }
    });
    Ok(view! {
        {by_app}
        {by_passkey}
        {by_recovery}
    })
}

/// The form that takes the six digits of an authenticator app.
pub fn digits_form(
    action: &'static str,
    draft: &Draft<DigitsForm>,
    button: &'static str,
    to: &str,
    need: bool,
) -> impl IntoView + use<> {
    let problem = draft.problem("code");
    let described = problem.is_some().then_some("digits-problem");
    view! {
        <form class="form" method="post" action=action>
            <Hidden name="to" value=to.to_owned()/>
            {need.then(|| view! { <Hidden name="need" value="factor"/> })}
            <div class="field wide">
                <label for="digits">"Code of the authenticator app"</label>
                <input
                    class="code"
                    id="digits"
                    name="form[code]"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    maxlength="7"
                    pattern="\\d{3} ?\\d{3}"
                    title="6 digits"
                    required=true
                    autofocus=true
                    aria-describedby=described
                    aria-invalid=described.map(|_| "true")
                />
                {problem.map(|problem| view! { <p class="problem" id="digits-problem">{problem}</p> })}
            </div>
            <button class="button primary">{button}</button>
        </form>
    }
}

async fn by_code(visit: &Visit, viewer: &Viewer, to: &str, draft: &Draft<CodeForm>) -> Verb<impl IntoView + use<>> {
    let asked = signin::asked_for(&visit.services, &visit.browser, Purpose::ProveAgain).await?;
    let asked = asked.filter(|_| visit.query.get("asked").is_some());
    let code = asked.map(|_| code_form(TryProof::PATH, draft, "Prove", Some(to.to_owned())));
    let again = if code.is_some() { "Send another code" } else { "Send a code" };
    let class = if code.is_some() { "link" } else { "button primary" };
    Ok(view! {
        <p>"We send a code to " <b>{viewer.user.address.shown()}</b> "."</p>
        {code}
        <form method="post" action=AskProof::PATH>
            <Hidden name="to" value=to.to_owned()/>
            <button class=class>{again}</button>
        </form>
    })
}
