//! The page of new terms, and that of a document that is there: as people read it, its form, and who accepted it.

use domain::access::Terms;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::access::parts::{TermsForm, TextForm};
use services::access::rows::Acceptance;
use services::access::terms::{self, Details};
use services::{Count, Page, Stored, markdown};

use super::form::fields;
use super::{asked_again, languages, times};
use crate::admin::{Edited, conflict, id as read, param, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, Visit, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Empty, Filters, Head, Hidden, ListTable, Notices, Paging, SortHead, When, list_ask, page};

impl Kept for TermsForm {
    const FORM: &'static str = "terms";
}

fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::TERMS.to_owned(), routes::terms)
}

fn crumbs() -> Vec<(String, String)> {
    vec![(routes::TERMS.to_owned(), "Terms of use".to_owned())]
}

#[server(prefix = "/fn", endpoint = "terms/create")]
pub async fn create_terms(#[server(default)] form: TermsForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_TERMS, async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let id = terms::create(&visit.services, &by, form.parse(&visit.services, None)?).await?;
        Ok(Next::to(routes::terms(id)).done("created"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "terms/edit")]
pub async fn edit_terms(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: TermsForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let new = form.parse(&visit.services, Some(read(&id)?))?;
        terms::save(&visit.services, &by, new, form.ask_again, version).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

#[component]
pub fn NewTermsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let language = viewer.user.language.clone();
        viewer.policy_administrator()?;
        let fresh = TermsForm { texts: vec![TextForm { language, text: String::new() }], ..TermsForm::default() };
        let draft = draft_or(&visit, fresh).await?;
        let fields = fields(&draft.typed, &draft.problems, false);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="New terms" narrow=true>
                <Head title="New terms" lead="Nobody is asked before a policy requires them." crumbs=crumbs()/>
                <Notices visit=visit.clone() problems=draft.whole()/>
                <form class="form" method="post" action=CreateTerms::PATH>
                    {fields}
                    <div class="actions">
                        <button class="button primary">"Create terms"</button>
                        <a class="button quiet" href=routes::TERMS>"Cancel"</a>
                    </div>
                </form>
            </AdminFrame>
        }
        .into_any())
    })
}

#[component]
pub fn TermsPage() -> impl IntoView {
    let id = param("terms");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let reader = viewer.clone().reader()?;
        let details = terms::get(&visit.services, &reader, read(&id)?).await?;
        let Stored { value: document, version } = details.terms.clone();
        let accepted = terms::acceptances(&visit.services, &reader, document.id, &list_ask(&visit)).await?;
        let draft = draft_or(&visit, Edited { form: TermsForm::of(&document), version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::terms(document.id));
        let may = viewer.administers_policies();
        let edit = may.then(|| edit(&document, version, &draft));
        let delete = may.then(|| {
            view! { <a class="button danger" href=routes::delete_terms(document.id)>"Delete…"</a> }
        });
        let (facts, texts) = (facts(&visit, &details), texts(&document));
        let acceptances = acceptances(&visit, &document, accepted);
        let name = document.name.to_string();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone()>
                <Head title=name crumbs=crumbs()>{delete}</Head>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {facts}
                {texts}
                {edit}
                {acceptances}
            </AdminFrame>
        }
        .into_any())
    })
}

fn facts(visit: &Visit, details: &Details) -> impl IntoView + use<> {
    let terms = &details.terms.value;
    let held = match terms.binding {
        binding if binding == terms.version => "this version alone".to_owned(),
        binding => format!("version {binding} and later"),
    };
    view! {
        <section class="card">
            <dl class="facts">
                <div><dt>"Version"</dt><dd>{terms.version}</dd></div>
                <div><dt>"What counts"</dt><dd>{held}</dd></div>
                <div><dt>"Languages"</dt><dd>{languages(terms)}</dd></div>
                <div><dt>"Asked again"</dt><dd>{asked_again(terms)}</dd></div>
                <div><dt>"Accepted"</dt><dd>{times(details.accepted)}</dd></div>
                <div><dt>"Created"</dt><dd><When visit=visit.clone() at=terms.created_at/></dd></div>
            </dl>
        </section>
    }
}

/// As people read it; each language folded.
fn texts(terms: &Terms) -> impl IntoView + use<> {
    let alone = terms.texts.len() == 1;
    let texts = terms
        .texts
        .iter()
        .map(|text| {
            let html = markdown::render(&text.text);
            view! {
                <details class="more" open=alone>
                    <summary>{text.language.clone()}</summary>
                    <div class="card prose" lang=text.language.clone() inner_html=html></div>
                </details>
            }
        })
        .collect_view();
    view! { <section class="stack"><h2>"As people read it"</h2>{texts}</section> }
}

fn edit(terms: &Terms, version: i64, draft: &Draft<Edited<TermsForm>>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, version);
    view! {
        <details class="more" open=!draft.problems.is_empty()>
            <summary>"Change these terms"</summary>
            <form class="form" method="post" action=EditTerms::PATH>
                <Hidden name="id" value=terms.id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                {fields(&draft.typed.form, &draft.problems, true)}
                <div class="actions"><button class="button primary">"Save terms"</button></div>
            </form>
        </details>
    }
}

fn acceptances(visit: &Visit, terms: &Terms, found: Page<Acceptance>) -> impl IntoView + use<> {
    let searched = visit.query.get("q").is_some();
    let nobody = found.items.is_empty() && found.count == Count::Exactly(0);
    let filters = (searched || !nobody).then(|| {
        view! { <Filters visit=visit.clone() what="acceptances" placeholder="Name, address"/> }
    });
    let export = (!nobody).then(|| {
        view! { <a class="button small" href=routes::acceptances_csv(terms.id) download=true>"Export as CSV"</a> }
    });
    let list = match (nobody, searched) {
        (true, true) => view! { <Empty icon="search" title="Nobody here" text="Nobody of this name has accepted."/> }.into_any(),
        (true, false) => view! { <Empty icon="people" title="Nobody has accepted yet" text="Whoever a policy asks for their word is listed here once they gave it."/> }.into_any(),
        (false, _) => table(visit.clone(), found),
    };
    view! {
        <section class="stack">
            <div class="head"><h2>"Who accepted"</h2><div class="actions">{export}</div></div>
            {filters}
            {list}
        </section>
    }
}

fn table(visit: Visit, found: Page<Acceptance>) -> AnyView {
    let rows = found
        .items
        .iter()
        .map(|one| {
            let address = (one.name != one.address).then(|| view! { <small>{one.address.clone()}</small> });
            view! {
                <tr>
                    <th scope="row">{one.name.clone()} {address}</th>
                    <td data-label="Version" class="number">{one.version}</td>
                    <td data-label="Language">{one.language.clone()}</td>
                    <td data-label="When"><When visit=visit.clone() at=one.at/></td>
                </tr>
            }
        })
        .collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Who accepted" rows paging one="acceptance" many="acceptances">
            <th scope="col">"Person"</th>
            <th scope="col" class="number">"Version"</th>
            <th scope="col">"Language"</th>
            <SortHead visit=visit.clone() name="time" label="When" first=true descending=true/>
        </ListTable>
    }
    .into_any()
}
