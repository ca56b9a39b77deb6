//! The answer to one question: the outcome in a line, the policies that apply, and why each other one does not.

use domain::access::{Judged, Judgment, Outcome};
use leptos::prelude::*;
use services::access::Asked;

use super::form::{Choices, Typed};
use crate::routes;
use crate::say;
use crate::ui::{Badge, Notice, Tone};

/// An outcome's color; its word says the same.
pub fn tone(outcome: &Outcome) -> Tone {
    match outcome {
        Outcome::Granted => Tone::Positive,
        Outcome::Demanded(_) => Tone::Caution,
        Outcome::Blocked => Tone::Critical,
    }
}

fn line(typed: &Typed, name: &str, outcome: &Outcome) -> String {
    let who = &typed.person;
    match outcome {
        Outcome::Granted => format!("{name} opens for {who}."),
        Outcome::Demanded(demand) => format!("{name} asks {who} for {}.", say::access::demand_of(demand)),
        Outcome::Blocked => format!("{name} is blocked for {who}."),
    }
}

pub fn view(typed: &Typed, choices: &Choices, asked: &Asked) -> impl IntoView + use<> {
    let outcome = asked.outcome();
    let said = line(typed, &choices.application(asked.attempt.target), outcome);
    let (tone, word) = (tone(outcome), say::access::outcome(outcome));
    let applies = |one: &&Judged| !matches!(one.judgment, Judgment::NotApplied(_));
    let list = |report_only: bool| -> Vec<AnyView> {
        let of = asked.verdict.judged.iter().filter(applies).filter(|one| one.report_only == report_only);
        of.map(|one| applied(asked, one)).collect()
    };
    let (enforced, reported) = (list(false), list(true));
    let others: Vec<AnyView> = asked.verdict.judged.iter().filter_map(|one| other(asked, one)).collect();
    let none = enforced
        .is_empty()
        .then(|| view! { <p class="muted">"No policy that is on applies. Where none applies, access is granted."</p> });
    let reported = (!reported.is_empty()).then(|| section("Report-only", reported));
    let others = (!others.is_empty()).then(|| section("Policies that do not apply", others));
    let matrix = typed.matrix_href();
    view! {
        <Notice tone=tone><p><b>{word} ": "</b> {said}</p></Notice>
        {none}
        {(!enforced.is_empty()).then(|| section("Policies that apply", enforced))}
        {reported}
        {others}
        <div class="actions"><a class="button" href=matrix>"The same from every platform and location"</a></div>
    }
}

fn section(title: &'static str, rows: Vec<AnyView>) -> impl IntoView {
    view! {
        <section class="card">
            <header><h2>{title}</h2></header>
            <ul class="rows">{rows}</ul>
        </section>
    }
}

fn name(asked: &Asked, judged: &Judged) -> String {
    asked.set.entry(judged.policy).map_or_else(String::new, |entry| entry.name().to_owned())
}

fn applied(asked: &Asked, judged: &Judged) -> AnyView {
    let said = say::access::result(judged.judgment.result(), judged.report_only);
    let tone = match &judged.judgment {
        Judgment::Satisfied => Tone::Positive,
        Judgment::Demands(_) => Tone::Caution,
        Judgment::Blocks => Tone::Critical,
        Judgment::NotApplied(_) => Tone::Neutral,
    };
    let more = match &judged.judgment {
        Judgment::Demands(demand) => Some(format!("It asks for {}.", say::access::demand_of(demand))),
        _ => asked
            .set
            .entry(judged.policy)
            .filter(|entry| entry.policy().is_none())
            .map(|_| "What is kept of this policy cannot be read, so it blocks.".to_owned()),
    };
    view! {
        <li>
            <div>
                <b><a href=routes::policy(judged.policy)>{name(asked, judged)}</a></b>
                " "
                <Badge tone=tone text=said/>
                {more.map(|more| view! { <small>{more}</small> })}
            </div>
        </li>
    }
    .into_any()
}

fn other(asked: &Asked, judged: &Judged) -> Option<AnyView> {
    let Judgment::NotApplied(mismatch) = judged.judgment else { return None };
    let said = say::access::mismatch(mismatch);
    let row = view! {
        <li>
            <div>
                <b><a href=routes::policy(judged.policy)>{name(asked, judged)}</a></b>
                <small>{said}</small>
            </div>
        </li>
    };
    Some(row.into_any())
}
