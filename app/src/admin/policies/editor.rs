//! The editor: one plain form that reads as a sentence, with what is worth knowing before it is saved.

use domain::access::PolicyState;
use domain::problem::Problem;
use leptos::prelude::*;
use services::access::form::{Choices, PolicyForm};

use super::fields::{applications, control, locations, part, platforms, users};
use crate::say;
use crate::ui::{Field, Hidden, Notice, Tone};

/// Which form it is: of a new policy, or of one that is there.
pub(super) struct Form {
    pub action: &'static str,
    /// The id and the version that the form was filled from.
    pub of: Option<(String, i64)>,
    pub send: &'static str,
    pub cancel: String,
}

fn problem(problems: &[Problem], field: &str) -> Option<String> {
    problems.iter().find(|problem| problem.field == field).map(say::problem)
}

pub(super) fn editor(form: Form, typed: &PolicyForm, problems: &[Problem], choices: &Choices) -> impl IntoView + use<> {
    let problem = |field: &str| problem(problems, field);
    let Form { action, of, send, cancel } = form;
    let of = of.map(|(id, version)| {
        view! { <Hidden name="id" value=id/> <Hidden name="version" value=version.to_string()/> }
    });
    let names = &choices.names;
    let frequency = problem("frequency");
    let control_problem = problem("grant").or_else(|| frequency.clone());
    view! {
        <form class="form policy" method="post" action=action>
            {of}
            <Field name="form[name]" label="Name" value=typed.name.clone() problem=problem("name")/>
            <div class="sentence">
                "For " {part(say::policy::users(typed, names), problem("users"), users(typed, choices))}
                ", in " {part(say::policy::applications(typed, names), problem("applications"), applications(typed, choices))}
                ", on " {part(say::policy::platforms(typed, names), problem("platforms"), platforms(typed, choices))}
                ", from " {part(say::policy::locations(typed, names), problem("locations"), locations(typed, choices))}
                " → " {part(say::policy::control(typed, names), control_problem, control(typed, choices, frequency))} "."
            </div>
            {refused(problems)}
            {warnings(typed)}
            {state(typed, problem("state"))}
            <div class="actions">
                <button class="button primary">{send}</button>
                <a class="button quiet" href=cancel>"Cancel"</a>
            </div>
        </form>
    }
}

/// Each part of the sentence that is wrong, in one place: only one part stands open at a time.
fn refused(problems: &[Problem]) -> impl IntoView + use<> {
    let parts = [
        ("users", "For"),
        ("applications", "In"),
        ("platforms", "On"),
        ("locations", "From"),
        ("grant", "What it does"),
        ("frequency", "How often"),
    ];
    let said = problems.iter().filter_map(|problem| {
        let (_, part) = parts.iter().find(|(field, _)| problem.field == *field)?;
        Some(view! { <li class="problem">{format!("{part}: {}", say::problem(problem))}</li> })
    });
    let said: Vec<_> = said.collect();
    (!said.is_empty()).then(|| view! { <ul class="stack">{said}</ul> })
}

fn state(typed: &PolicyForm, problem: Option<String>) -> impl IntoView + use<> {
    let choices = [PolicyState::Off, PolicyState::ReportOnly, PolicyState::On]
        .into_iter()
        .map(|state| {
            let checked = typed.state == state.as_str();
            view! {
                <label><input type="radio" name="form[state]" value=state.as_str() checked=checked/> {say::access::state(state)}</label>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <fieldset class="segments"><legend>"State"</legend>{choices}</fieldset>
            {problem.map(|problem| view! { <p class="problem">{problem}</p> })}
            <p class="hint">"Saved, it holds from the very next request. Report-only writes down what it would do, and does nothing."</p>
        </div>
    }
}

/// What is worth knowing of the policy as it stands in the form.
fn warnings(typed: &PolicyForm) -> impl IntoView + use<> {
    let has = |list: &[String], word: &str| list.iter().any(|token| token == word);
    let some = typed.platform_rule == "some";
    let mut said: Vec<(&str, &str)> = Vec::new();
    if some && !typed.platforms.is_empty() && !has(&typed.platforms, "unknown") {
        said.push((
            "The list of platforms leaves out Unknown",
            "Whoever comes on a platform outside the list, or says so, is not met by this policy.",
        ));
    }
    let named = if some { &typed.platforms } else { &typed.platforms_out };
    if has(named, "macos") != has(named, "ios") {
        said.push(("An iPad may read as macOS", "Name iOS and macOS together where tablets should be treated alike."));
    }
    if typed.bears_on_lobby() {
        said.push((
            "Lobby itself is covered",
            "Once saved, confirm the change within 15 minutes: else what stood before stands again. It is refused if it would lock you out from where you are.",
        ));
    }
    if typed.state == "on" && typed.grant == "block" {
        said.push(("It blocks", "Try a block as report-only first, and look at what it would have stopped."));
    }
    said.into_iter()
        .map(|(title, text)| view! { <Notice tone=Tone::Info><b>{title}</b><p>{text}</p></Notice> })
        .collect_view()
}
