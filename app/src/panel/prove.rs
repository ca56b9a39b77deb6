//! Proving again that it is you, before what changes your own security.

use domain::continuation::Continuation;
use domain::passcode::Purpose;
use domain::provider::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::federation::Errand;
use services::signin::Asked;
use services::{identities, signin};

use super::passkeys;
use crate::door::code::{CodeForm, code_form};
use crate::door::ways::{begin, way_button};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{self, Cookie, CookieLife, Next, NothingTyped, doorway, draft_or, refused, visit};
use crate::ui::{Head, Hidden, Notices, PanelFrame, page};

#[server(prefix = "/fn", endpoint = "prove/ask")]
pub async fn ask_proof(#[server(default)] to: String) -> Result<(), AppError> {
    let back = routes::with(routes::PROVE, "to", &Continuation::of(&to).path());
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
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
        let viewer = visit.viewer()?;
        let token = signin::prove_again(&visit.services, &viewer, &visit.caller(), &form.code).await?;
        let left = viewer.session.ends_at - visit.now();
        let life = if viewer.session.kept { CookieLife::Until(left) } else { CookieLife::Browser };
        ssr::set_cookie(&visit, Cookie::Session, token.expose(), life);
        Ok(Next::to(to.path()).done("proved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "prove/with")]
pub async fn prove_with(#[server(default)] provider: String, #[server(default)] to: String) -> Result<(), AppError> {
    let to = Continuation::of(&to);
    doorway(NothingTyped, routes::with(routes::PROVE, "to", &to.path()), async move {
        let visit = visit()?;
        let hint = visit.viewer()?.user.address.as_str().to_owned();
        let asked = Asked { hint: Some(hint), ..Asked::to(to, false) };
        begin(&visit, &provider, Errand::Prove, asked).await
    })
    .await
}

#[component]
pub fn ProvePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let to = Continuation::of(visit.query.get("to").unwrap_or_default()).path();
        let asked = signin::asked_for(&visit.services, &visit.browser, Purpose::ProveAgain).await?;
        let asked = asked.filter(|_| visit.query.get("asked").is_some());
        let draft = draft_or(&visit, CodeForm::default()).await?;
        let problems = if draft.problems.is_empty() { refused(&visit).await? } else { draft.whole() };
        let address = viewer.user.address.shown();
        let own = identities::list(&visit.services, &viewer).await?;
        let by_provider =
            own.iter().any(|own| own.identity.anchor && own.provider.as_ref().is_some_and(Provider::is_open_id));
        let buttons = own.iter().filter_map(|own| own.provider.as_ref()).filter(|provider| provider.is_open_id());
        let buttons = buttons
            .map(|provider| {
                let fields = vec![("provider", provider.id.to_string()), ("to", to.clone())];
                let said = format!("Prove with {}", provider.name);
                way_button(ProveWith::PATH, provider, said, "button primary", fields)
            })
            .collect_view();
        let by_passkey = passkeys::proof(&visit, &viewer, &to).await?;
        let code = asked.map(|_| code_form(TryProof::PATH, &draft, "Prove", Some(to.clone())));
        let again = if code.is_some() { "Send another code" } else { "Send a code" };
        let class = if code.is_some() { "link" } else { "button primary" };
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Prove that it is you" narrow=true>
                <Head title="Prove that it is you"/>
                <Notices visit=visit.clone() problems=problems/>
                <p>"What you are about to do wants a proof not older than 5 minutes."</p>
                {by_passkey}
                <div class="ways">{buttons}</div>
                {(!by_provider).then(|| view! {
                    <p>"We send a code to " <b>{address}</b> "."</p>
                    {code}
                    <form method="post" action=AskProof::PATH>
                        <Hidden name="to" value=to/>
                        <button class=class>{again}</button>
                    </form>
                })}
            </PanelFrame>
        }
        .into_any())
    })
}
