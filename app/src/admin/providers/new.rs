//! Adding a provider: first its kind, then what is to be known of one of that kind.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::providers::{self, Preset, ProviderForm};

use super::{form, guide, kind};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, Visit, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Choice, Head, Hidden, Icon, Notices, page};

/// In the order of the page that lets choose.
const KINDS: [Preset; 8] = [
    Preset::Entra,
    Preset::EntraMany,
    Preset::Google,
    Preset::Okta,
    Preset::Keycloak,
    Preset::OpenId,
    Preset::GitHub,
    Preset::OAuth2,
];

impl Kept for ProviderForm {
    const FORM: &'static str = "provider";
}

fn page_of(preset: &str) -> String {
    routes::with(routes::NEW_PROVIDER, "preset", preset)
}

#[server(prefix = "/fn", endpoint = "providers/create")]
pub async fn create_provider(#[server(default)] form: ProviderForm) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&form.preset), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let id = providers::create(&visit.services, &admin, form.parse(&visit.zone())?).await?;
        Ok(Next::to(routes::provider(id)).done("provider-created"))
    })
    .await
}

#[component]
pub fn NewProviderPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.administrator()?;
        match visit.query.get("preset").and_then(Preset::parse) {
            Some(preset) => Ok(filling(visit.clone(), preset, draft_or(&visit, preset.form()).await?)),
            None => Ok(choosing(visit)),
        }
    })
}

fn crumbs() -> Vec<(String, String)> {
    vec![(routes::PROVIDERS.to_owned(), "Identity providers".to_owned())]
}

fn choosing(visit: Visit) -> AnyView {
    let kinds = KINDS
        .map(|preset| {
            view! {
                <li>
                    <Icon name="identity"/>
                    <div>
                        <b><a href=page_of(preset.as_str())>{kind(preset)}</a></b>
                        <small>{guide::of(preset).whom}</small>
                    </div>
                </li>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <AdminFrame visit=visit.clone() name="Add provider" narrow=true>
            <Head title="Add provider" lead="Which kind is it? Ready-made settings fill in what is known of each." crumbs=crumbs()/>
            <Notices visit=visit/>
            <section class="card"><h2 class="hidden">"Kinds"</h2><ul class="rows">{kinds}</ul></section>
        </AdminFrame>
    }
    .into_any()
}

fn filling(visit: Visit, preset: Preset, draft: Draft<ProviderForm>) -> AnyView {
    let title = format!("Add provider: {}", kind(preset));
    let steps = guide::of(preset).steps.iter().map(|step| view! { <li>{*step}</li> }).collect_view();
    let parts = form::parts(preset, &draft, &draft.typed, form::Secret::first(&draft.problems));
    let enabled = draft.typed.enabled;
    view! {
        <AdminFrame visit=visit.clone() name=title.clone()>
            <Head title=title crumbs=crumbs()/>
            <Notices visit=visit problems=draft.whole()/>
            <form class="parts" method="post" action=CreateProvider::PATH>
                <Hidden name="form[preset]" value=preset.as_str()/>
                <section class="part">
                    <header><h2>"At the provider"</h2><p>"What is done in its own console."</p></header>
                    <div class="stack">
                        <ol>{steps}</ol>
                        <p class="hint">
                            "The addresses to enter there have this provider's id in them, so they are known once it is saved. Where the \
                            console wants them before it gives out a client id, save here with any, and correct it afterwards."
                        </p>
                    </div>
                </section>
                {parts}
                <section class="part">
                    <header><h2>"Start"</h2><p>"A provider that is off can be tried by administrators alone."</p></header>
                    <div class="form">
                        <Choice
                            name="form[enabled]"
                            value="true"
                            label="Switch it on at once"
                            hint="The people of its domains are led to it from now on. Leave it off to try it first.".to_owned()
                            checked=enabled
                        />
                    </div>
                </section>
                <div class="actions">
                    <button class="button primary">"Add provider"</button>
                    <a class="button quiet" href=routes::NEW_PROVIDER>"Choose another kind"</a>
                </div>
            </form>
        </AdminFrame>
    }
    .into_any()
}
