//! One provider: what it is, who depends on it, and everything that can be set.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::providers::{self, Kept as Stands, Preset, ProviderForm, Warning};

use super::deeds::{EditProvider, HoursForm};
use super::{badges, cards, form, kind};
use crate::admin::{Edited, conflict, id as read, param, problems_of, whole};
use crate::routes;
use crate::ssr::{Draft, Visit, draft_or, visit};
use crate::ui::{AdminFrame, Head, Hidden, Logo, Notice, Notices, Tone, page, until};

#[component]
pub fn ProviderPage() -> impl IntoView {
    let provider = param("provider");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let stands = providers::get(&visit.services, &admin, read(&provider)?).await?;
        let provider = stands.provider.value.clone();
        let fresh = ProviderForm::of(&provider, &visit.zone());
        let edited = draft_or(&visit, Edited { form: fresh, version: stands.provider.version }).await?;
        let hours = draft_or(&visit, HoursForm { hours: "4".to_owned() }).await?;
        let problems = problems_of(&visit, vec![whole(&edited), hours.whole()]).await?;
        let crumbs = vec![(routes::PROVIDERS.to_owned(), "Identity providers".to_owned())];
        let name = provider.name.to_string();
        let conflict = conflict(&edited, routes::provider(provider.id));
        let badge = badges(&visit, &provider).into_any();
        let warnings = warnings(&visit, &stands);
        let own = visit
            .viewer
            .as_ref()
            .is_some_and(|viewer| viewer.session.by.as_ref().is_some_and(|by| by.provider == provider.id));
        let cards = view! {
            <div class="cards">
                {cards::addresses(&visit, &provider)}
                {cards::standing(&visit, &stands, own)}
                {provider.enabled.then(|| cards::passcodes(&visit, &provider, &hours))}
                {cards::logo(&provider)}
            </div>
        };
        let edit = edit(&stands, &edited);
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone()>
                <Head
                    title=name.clone()
                    lead=format!("{} · {}", kind(Preset::of(&provider)), provider.host())
                    crumbs=crumbs
                    picture=view! { <Logo name=name.clone() logo=provider.logo.clone()/> }.into_any()
                    badge=badge
                >
                    <a class="button" href=routes::test_provider(provider.id)>"Test"</a>
                    <a class="button danger" href=routes::delete_provider(provider.id)>"Delete…"</a>
                </Head>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {warnings}
                {cards}
                {edit}
            </AdminFrame>
        }
        .into_any())
    })
}

fn warnings(visit: &Visit, stands: &Stands) -> impl IntoView + use<> {
    let (zone, now) = (visit.zone(), visit.now());
    let warnings = Warning::of(&stands.provider.value, now).into_iter().map(|warning| {
        let (tone, title, what) = match warning {
            Warning::SecretEnded(_, end) => (
                Tone::Critical,
                format!("The client secret ended on {}.", until(&zone, end, now)),
                "Make a new one at the provider and enter it below, with its last day.",
            ),
            Warning::SecretEnds(_, end) => (
                Tone::Caution,
                format!("The client secret ends on {}.", until(&zone, end, now)),
                "Nobody comes in by this provider after that day. Make a new one there and enter it below, with its last day.",
            ),
            Warning::CertificateEnded(_, end) => (
                Tone::Critical,
                format!("The provider's certificate ended on {}.", until(&zone, end, now)),
                "That is the one it showed last. If it shows no newer one, nobody comes in by it: ask whoever runs it, and test it here.",
            ),
            Warning::CertificateEnds(_, end) => (
                Tone::Caution,
                format!("The provider's certificate ends on {}.", until(&zone, end, now)),
                "Whoever runs the provider must renew it, or nobody comes in by it after that day. A test here shows whether they have.",
            ),
            Warning::PasscodesUntil(_, end) => (
                Tone::Caution,
                format!("Codes stand in for this provider until {}.", zone.format(end, "%-d %b, %H:%M")),
                "Its people come in by their mailbox. Shut it below as soon as the provider is back.",
            ),
        };
        view! { <Notice tone><b>{title}</b><p>{what}</p></Notice> }
    });
    warnings.collect_view()
}

fn edit(stands: &Stands, draft: &Draft<Edited<ProviderForm>>) -> impl IntoView + use<> {
    let provider = &stands.provider.value;
    let version = Edited::version_to_send(draft, stands.provider.version);
    let typed = &draft.typed.form;
    let preset = Preset::parse(&typed.preset).unwrap_or(Preset::of(provider));
    let secret = form::Secret::known(stands.has_secret, &draft.problems);
    let known = (stands.people > 0 && provider.is_open_id()).then(|| {
        let whom = cards::people(stands.people, "is", "are");
        view! { <p class="hint">{whom} " known here by what this issuer calls them. Another issuer knows none of them, and their sessions end."</p> }
    });
    view! {
        <section class="stack" id="settings">
            <h2>"Settings"</h2>
            {known}
            <form class="parts" method="post" action=EditProvider::PATH>
                <Hidden name="id" value=provider.id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                <Hidden name="form[preset]" value=preset.as_str()/>
                {form::parts(preset, draft, typed, secret)}
                <div class="actions">
                    <button class="button primary">"Save provider"</button>
                    <a class="button quiet" href=routes::provider(provider.id)>"Discard"</a>
                </div>
            </form>
        </section>
    }
}
