//! Before a gate: what an access policy stops and why, and what would let one pass: a proof, a second factor, the terms.

use domain::access::{Demand, Step, Target, why::Why};
use domain::continuation::Continuation;
use domain::id::{AppId, TermsId};
use domain::settings::BlockedDetail;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};
use services::access::{self, Asked, notes, terms};
use services::applications::{self, Door};
use services::{Denied, Refusal, Verb, Viewer, markdown};

use crate::door::signin::going_on;
use crate::error::AppError;
use crate::panel::apps::door;
use crate::routes;
use crate::say;
use crate::ssr::{Kept, Next, NothingTyped, Visit, doorway, draft_or, redirect, visit};
use crate::ui::{DoorFrame, Hidden, Icon, Notices, page};

/// What somebody was shown, and where they were going.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TermsForm {
    pub terms: String,
    pub version: String,
    pub agreed: bool,
    /// The application behind the gate; empty for Lobby itself.
    pub app: String,
    pub to: String,
}

impl Kept for TermsForm {
    const FORM: &'static str = "accept-terms";
}

#[server(prefix = "/fn", endpoint = "access/accept-terms")]
pub async fn accept_terms(#[server(default)] form: TermsForm) -> Result<(), AppError> {
    let (app, to) = (form.app.parse().ok(), Continuation::of(&form.to));
    let back = gate_page(app, to);
    doorway(form.clone(), back.clone(), async move {
        let visit = visit()?;
        let id: TermsId = form.terms.parse().map_err(|_| Denied::NotFound)?;
        if !form.agreed {
            return Err(Refusal::field("agreed", "terms_not_agreed"));
        }
        let version = form.version.parse().map_err(|_| Denied::NotFound)?;
        let (viewer, target) = (visit.whoever()?, app.map_or(Target::Lobby, Target::App));
        terms::accept(&visit.services, &viewer, target, id, version).await?;
        let more = !access::look(&visit.services, &viewer, target).await?.is_granted();
        Ok(Next::to(if more { back } else { going_on(to) }))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "access/ask-owner")]
pub async fn ask_owner(#[server(default)] attempt: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::APPS, async move {
        let visit = visit()?;
        let attempt = attempt.parse().map_err(|_| Denied::NotFound)?;
        notes::ask_owner(&visit.services, &visit.viewer()?, attempt).await?;
        Ok(Next::to(routes::APPS).done("owner-asked"))
    })
    .await
}

/// Before Lobby itself.
#[component]
pub fn AccessPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let to = Continuation::of(visit.query.get("to").unwrap_or_default());
        let Some(held) = visit.held.clone() else {
            // Let in meanwhile; who is not signed in goes to the door.
            visit.viewer()?;
            redirect(&to.path());
            return Ok(().into_any());
        };
        let asked = access::look_again(&visit.services, &held).await?;
        if asked.is_granted() {
            redirect(&to.path());
            return Ok(().into_any());
        }
        let gate = Gate { app: None, name: visit.services.tenant().organization.value.name.to_string(), to };
        let attempt = Some(held.stop.attempt.to_string());
        before(&visit, held.viewer().clone(), gate, asked, attempt).await
    })
}

/// Before one application.
#[component]
pub fn AccessToPage() -> impl IntoView {
    let app = use_params_map().get_untracked().get("app").unwrap_or_default();
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let app: AppId = app.parse().map_err(|_| Denied::NotFound)?;
        let (application, asked) = applications::before(&visit.services, &viewer, app).await?;
        let gate = Gate { app: Some(app), name: application.name.to_string(), to: Continuation::Launch(app) };
        let attempt = visit.query.get("attempt").filter(|id| id.parse::<domain::id::SignInId>().is_ok());
        let attempt = attempt.map(str::to_owned);
        before(&visit, viewer, gate, asked, attempt).await
    })
}

/// What lies behind the gate, and where to go on.
struct Gate {
    app: Option<AppId>,
    name: String,
    to: Continuation,
}

/// The page before the gate of an application, or of Lobby itself.
fn gate_page(app: Option<AppId>, to: Continuation) -> String {
    app.map_or_else(|| routes::with(routes::ACCESS, "to", &to.path()), routes::access)
}

async fn before(visit: &Visit, viewer: Viewer, gate: Gate, asked: Asked, attempt: Option<String>) -> Verb<AnyView> {
    match asked.outcome() {
        domain::access::Outcome::Granted => Ok(open(visit, &gate).into_any()),
        domain::access::Outcome::Demanded(demand) => steps(visit, &viewer, &gate, demand).await,
        domain::access::Outcome::Blocked => blocked(visit, &viewer, &gate, &asked, attempt).await,
    }
}

fn open(visit: &Visit, gate: &Gate) -> impl IntoView + use<> {
    let (title, to, said) =
        (format!("{} is open to you", gate.name), gate.to.path(), format!("Go on to {}", gate.name));
    view! {
        <DoorFrame visit=visit.clone() name="Open">
            <h1>{title}</h1>
            <a class="button primary" href=to>{said}</a>
        </DoorFrame>
    }
}

/// One question at a time: of the first thing that is missing, each way to bring it.
async fn steps(visit: &Visit, viewer: &Viewer, gate: &Gate, demand: &Demand) -> Verb<AnyView> {
    let draft = draft_or(visit, TermsForm::default()).await?;
    let first = demand.0.first().cloned().unwrap_or_default();
    let more = demand.0.len().saturating_sub(1);
    let mut ways = Vec::new();
    for step in &first {
        ways.push(match step {
            Step::Prove => prove(gate, "Prove that it is you", false).into_any(),
            Step::Multifactor => prove(gate, "Use a second factor", true).into_any(),
            Step::Terms(id) => document(visit, viewer, gate, *id, draft.problem("agreed")).await?,
        });
    }
    let lead = match (first.as_slice(), more) {
        ([only], 0) => format!("{} asks for {}.", gate.name, say::access::step(*only)),
        ([only], more) => {
            format!("{} asks for {}, and then for {}.", gate.name, say::access::step(*only), further(more))
        }
        (several, _) => {
            let words: Vec<String> = several.iter().map(|step| say::access::step(*step).to_owned()).collect();
            format!("{} asks for {}.", gate.name, say::access::one_of(&words))
        }
    };
    let wide = first.iter().any(|step| matches!(step, Step::Terms(_)));
    let (leave, problems, noticed) = (leave(gate), draft.whole(), visit.clone());
    Ok(view! {
        <DoorFrame visit=visit.clone() name="One more step" wide=wide>
            <h1>"One more step"</h1>
            <p class="lead">{lead}</p>
            <Notices visit=noticed problems=problems/>
            {ways}
            {leave}
        </DoorFrame>
    }
    .into_any())
}

fn further(more: usize) -> String {
    if more == 1 { "one thing more".to_owned() } else { format!("{more} things more") }
}

fn prove(gate: &Gate, said: &'static str, factor: bool) -> impl IntoView + use<> {
    let to = gate.to.path();
    let prove = if factor { routes::use_factor(&to) } else { routes::with(routes::PROVE, "to", &to) };
    view! { <a class="button primary" href=prove><Icon name="key"/> {said}</a> }
}

async fn document(visit: &Visit, viewer: &Viewer, gate: &Gate, id: TermsId, problem: Option<String>) -> Verb<AnyView> {
    let (terms, text) = terms::read(&visit.services, viewer, id).await?;
    let html = markdown::render(&text.text);
    let described = problem.is_some().then_some("agreed-problem");
    Ok(view! {
        <section class="document" tabindex="0" aria-label=terms.name.to_string()>
            <h2>{terms.name.to_string()}</h2>
            <div class="prose" lang=text.language.clone() inner_html=html></div>
        </section>
        <form class="form" method="post" action=AcceptTerms::PATH>
            <Hidden name="form[terms]" value=id.to_string()/>
            <Hidden name="form[version]" value=terms.version.to_string()/>
            {gate.app.map(|app| view! { <Hidden name="form[app]" value=app.to_string()/> })}
            <Hidden name="form[to]" value=gate.to.path()/>
            <label class="choice">
                <input
                    type="checkbox"
                    name="form[agreed]"
                    value="true"
                    aria-describedby=described
                    aria-invalid=described.map(|_| "true")
                />
                <span>{format!("I have read “{}” and agree", terms.name)}</span>
            </label>
            {problem.map(|said| view! { <p class="problem" id="agreed-problem" role="alert">{said}</p> })}
            <button class="button primary">"Accept and go on"</button>
        </form>
    }
    .into_any())
}

fn leave(gate: &Gate) -> impl IntoView + use<> {
    match gate.app {
        Some(_) => view! { <div class="other"><a href=routes::APPS>"Back to your apps"</a></div> }.into_any(),
        None => view! {
            <div class="other">
                <a href=routes::LEAVE>"Leave the organization"</a>
                <form method="post" action="/fn/sign-out"><button class="link">"Sign out"</button></form>
            </div>
        }
        .into_any(),
    }
}

/// What was stopped, which condition, what would pass; again, what else opens, whom to ask; the small print.
async fn blocked(visit: &Visit, viewer: &Viewer, gate: &Gate, asked: &Asked, attempt: Option<String>) -> Verb<AnyView> {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::FORBIDDEN);
    }
    let others: Vec<Door> = match gate.app {
        Some(app) => {
            applications::tiles(&visit.services, viewer).await?.into_iter().filter(|door| door.tile.id != app).collect()
        }
        None => Vec::new(),
    };
    let opens: Vec<&Door> = others.iter().filter(|door| door.outcome != domain::access::Outcome::Blocked).collect();
    let tiles = opens.iter().map(|one| door(visit, one)).collect_view();
    let opens = (!opens.is_empty()).then(|| {
        view! { <section class="stack"><h2>"What opens from here"</h2><ul class="tiles">{tiles}</ul></section> }
    });
    let (what, passes) = told(visit, gate, asked);
    let passes = (!passes.is_empty()).then(|| {
        let said = passes.into_iter().map(|said| view! { <li>{said}</li> }).collect_view();
        view! { <ul class="facts">{said}</ul> }
    });
    let ask = attempt.clone().filter(|_| gate.app.is_some()).map(|attempt| {
        view! {
            <form method="post" action=AskOwner::PATH>
                <Hidden name="attempt" value=attempt/>
                <button class="button">"Ask the owner"</button>
            </form>
        }
    });
    let again = gate.app.map_or_else(|| gate_page(None, gate.to), routes::launch);
    let title = format!("{} cannot be opened from here", gate.name);
    let (leave, small) = (leave(gate), small_print(visit, attempt));
    Ok(view! {
        <DoorFrame visit=visit.clone() name="Not from here" wide=true class="problem">
            <Icon name="block"/>
            <h1>{title}</h1>
            <p class="lead">{what}</p>
            {passes}
            <div class="actions"><a class="button primary" href=again>"Try again"</a> {ask}</div>
            {opens}
            {leave}
            {small}
        </DoorFrame>
    }
    .into_any())
}

/// As far as the organization wants it told.
fn told(visit: &Visit, gate: &Gate, asked: &Asked) -> (String, Vec<String>) {
    let detail = visit.services.tenant().access.value.blocked_detail;
    let why: Vec<Why> = asked.why();
    let silent = "An access policy of the organization stops this.".to_owned();
    match detail {
        BlockedDetail::None => (silent, Vec::new()),
        _ if why.is_empty() => (silent, Vec::new()),
        detail => {
            let mut conditions: Vec<String> = why.iter().map(say::access::condition).collect();
            conditions.dedup();
            let what = format!("An access policy does not let {} be opened {}.", gate.name, conditions.join(", nor "));
            let full = detail == BlockedDetail::Full;
            let passes = why.iter().filter(|_| full).flat_map(|why| say::access::passes(&asked.set, why)).collect();
            (what, passes)
        }
    }
}

fn small_print(visit: &Visit, attempt: Option<String>) -> impl IntoView + use<> {
    let at = visit.zone().format(visit.now(), "%-d %B %Y, %H:%M:%S %Z");
    let address = visit.origin.address.map_or_else(|| "Undetermined".to_owned(), |address| address.to_string());
    view! {
        <dl class="small-print">
            <div><dt>"Code"</dt><dd><code>{access::BLOCKED_CODE}</code></dd></div>
            {attempt.map(|attempt| view! { <div><dt>"Attempt"</dt><dd><code>{attempt}</code></dd></div> })}
            <div><dt>"Time"</dt><dd>{at}</dd></div>
            <div><dt>"Address"</dt><dd><code>{address}</code></dd></div>
            <div><dt>"Platform"</dt><dd>{say::access::platform(visit.origin.platform)}</dd></div>
        </dl>
    }
}
