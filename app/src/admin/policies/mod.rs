//! Access policies: the list of all with what each did this week, and the changes that wait to be confirmed.

pub mod deeds;
pub mod delete;
pub mod editor;
mod fields;
pub mod pages;
pub mod settings;
mod trial;

use std::collections::{BTreeSet, HashMap};

use domain::access::verdict::PolicyResult;
use domain::access::{Policy, PolicyState, coverage};
use domain::id::PolicyId;
use leptos::prelude::*;
use services::access::form::{Names, PolicyForm, Template, choices, names};
use services::access::rows::{Listed, Tally, Trial};
use services::access::{self, policies, trials};
use services::{Page, Viewer};

use crate::admin::groups::many;
use crate::routes;
use crate::say;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    Badge, FilterChip, Icon, ListPage, ListTable, Nothing, Paging, SortHead, Tone, When, is_empty, list_ask, page,
};

/// What the rows of one page are read with.
struct Known {
    names: Names,
    week: HashMap<String, Vec<Tally>>,
    empty: BTreeSet<PolicyId>,
    trials: Vec<Trial>,
}

#[component]
pub fn PoliciesPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let reader = viewer.clone().reader()?;
        let state = visit.query.get("state").and_then(PolicyState::parse);
        let found = policies::list(&visit.services, &reader, state, &list_ask(&visit)).await?;
        let readable: Vec<&Policy> = found.items.iter().filter_map(|listed| listed.value.as_ref()).collect();
        let known = Known {
            names: names(&visit.services, &reader, &readable).await?,
            week: policies::week(&visit.services, &reader).await?,
            empty: access::of_nobody(&visit.services, &reader, &readable).await?,
            trials: trials::list(&visit.services, &reader).await?,
        };
        let problems = refused(&visit).await?;
        let may = viewer.administers_policies();
        let templates = match may {
            true => Some(templates(&choices(&visit.services, &reader, None).await?)),
            false => None,
        };
        let values = PolicyState::ALL.iter().map(|state| (state.to_string(), say::access::state(*state).to_owned()));
        let chips = vec![FilterChip { name: "state", label: "State", values: values.collect() }];
        let banner = trial::banner(&visit, &known.trials, may);
        let (list, actions) = (list(visit.clone(), found, &known, may), actions(&viewer));
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Access policies"
                lead="Who gets in from where, with which device and after what. Every policy that matches must be satisfied; a block wins."
                problems=problems
                what="policies"
                placeholder="Name"
                chips=chips
                add=Some(actions.into_any())
                above=Some(banner.into_any())
            >
                {list}
                {templates}
            </ListPage>
        }
        .into_any())
    })
}

fn actions(viewer: &Viewer) -> impl IntoView + use<> {
    // Its findings lead to applications and to new policies: for whoever may open both.
    let coverage = viewer.has(domain::role::Role::Administrator).then(|| {
        view! { <a class="button quiet" href=routes::COVERAGE>"Coverage"</a> }
    });
    let new = viewer.administers_policies().then(|| {
        view! { <a class="button primary" href=routes::NEW_POLICY><Icon name="plus"/> "New policy"</a> }
    });
    view! {
        {coverage}
        <a class="button quiet" href=routes::ACCESS_SETTINGS>"Settings"</a>
        {new}
    }
}

/// Policies to begin with. One whose means are not there yet says what to make first.
fn templates(choices: &services::access::form::Choices) -> impl IntoView + use<> {
    let rows = Template::ALL
        .iter()
        .map(|template| {
            let missing = template.lacks(choices).then(|| match template {
                Template::NamedCountries => {
                    view! { <a href=routes::NEW_LOCATION>"Name a location of countries first"</a> }
                }
                _ => view! { <a href=routes::NEW_TERMS>"Write terms of use first"</a> },
            });
            let begin = missing.is_none().then(|| {
                let href = routes::with(routes::NEW_POLICY, "template", template.as_str());
                view! { <a class="button small" href=href>"Begin with it"</a> }
            });
            view! { <li><div><b>{template.name()}</b></div>{missing}{begin}</li> }
        })
        .collect_view();
    view! {
        <section class="card">
            <header><h2>"Templates"</h2><p>"Each starts in report-only: it shows what it would do before it does it."</p></header>
            <ul class="rows">{rows}</ul>
        </section>
    }
}

fn list(visit: Visit, found: Page<Listed<Policy>>, known: &Known, may: bool) -> AnyView {
    if is_empty(&found) {
        return none(&visit, may);
    }
    let rows = found.items.iter().map(|listed| row(&visit, listed, known)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Access policies" rows paging one="policy" many="policies">
            <SortHead visit=visit.clone() name="name" label="Policy" first=true/>
            <th scope="col">"State"</th>
            <th scope="col">"In the last 7 days"</th>
            <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, listed: &Listed<Policy>, known: &Known) -> impl IntoView + use<> {
    let said = match &listed.value {
        Some(policy) => say::policy::sentence(&PolicyForm::of(policy, &known.names), &known.names),
        None => "What is kept of it cannot be read, so it blocks everybody.".to_owned(),
    };
    let name = listed.name.clone();
    let name = match listed.id.parse().ok().filter(|_| listed.value.is_some()) {
        Some(id) => view! { <a href=routes::policy(id)>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let created = listed.value.as_ref().map(|policy| view! { <When visit=visit.clone() at=policy.created_at/> });
    let did = did(known.week.get(&listed.id).map_or(&[], Vec::as_slice));
    view! {
        <tr>
            <th scope="row">{name} <small class="wrap">{said}</small> {flags(visit, listed, known)}</th>
            <td data-label="State">{state_badge(&listed.state)}</td>
            <td data-label="In the last 7 days">{did}</td>
            <td data-label="Created">{created}</td>
        </tr>
    }
}

/// The state in a word.
pub(super) fn state_badge(state: &str) -> impl IntoView + use<> {
    let state = PolicyState::parse(state).unwrap_or(PolicyState::On);
    let tone = match state {
        PolicyState::On => Tone::Positive,
        PolicyState::Off => Tone::Neutral,
        PolicyState::ReportOnly => Tone::Info,
    };
    view! { <Badge tone text=say::access::state(state)/> }
}

/// What is odd about a policy, each in a badge.
fn flags(visit: &Visit, listed: &Listed<Policy>, known: &Known) -> impl IntoView + use<> {
    let mut flags = Vec::new();
    match &listed.value {
        None => flags.push((Tone::Critical, "Cannot be read: blocks".to_owned())),
        Some(policy) if policy.state != PolicyState::Off => {
            if known.empty.contains(&policy.id) {
                flags.push((Tone::Caution, "Whom it is for is gone: matches nobody".to_owned()));
            } else if coverage::never_matches(policy).is_some() {
                flags.push((Tone::Caution, "Can never match".to_owned()));
            }
        }
        Some(_) => {}
    }
    if let Some(trial) = known.trials.iter().find(|trial| trial.part_id == listed.id) {
        flags.push((Tone::Caution, format!("Waits for confirmation, {}", trial::left(visit, trial))));
    }
    flags.into_iter().map(|(tone, text)| view! { <Badge tone text/> " " }).collect_view()
}

/// What it did: real results first, what it would have done apart.
pub(super) fn did(week: &[Tally]) -> impl IntoView + use<> {
    let of = |report_only: bool| {
        let said: Vec<String> = PolicyResult::ALL
            .iter()
            .filter_map(|result| {
                let mine = |tally: &&Tally| tally.report_only == report_only && tally.result == result.as_str();
                let amount: i64 = week.iter().filter(mine).map(|tally| tally.amount).sum();
                let word = say::access::result(*result, report_only).to_lowercase();
                (amount > 0).then(|| format!("{word} {}", many(amount)))
            })
            .collect();
        (!said.is_empty()).then(|| said.join(", "))
    };
    match (of(false), of(true)) {
        (None, None) => view! { <span class="muted">"did nothing"</span> }.into_any(),
        (real, would) => view! { {real} {would.map(|would| view! { <small>{would}</small> })} }.into_any(),
    }
}

fn none(visit: &Visit, may: bool) -> AnyView {
    let narrowed = visit.query.get("q").is_some() || visit.query.get("state").is_some();
    let (title, text) = if narrowed {
        ("No policy matches", "Each word must begin a word of a name.")
    } else {
        ("No policies yet", "Without any policy, everybody who signs in opens what they were given, from everywhere.")
    };
    let add = may.then_some((routes::NEW_POLICY, "New policy"));
    view! { <Nothing icon="shield" title text narrowed all=(routes::POLICIES, "Show all policies") add/> }.into_any()
}
