//! The editor: one plain form that reads as a sentence, with what is worth knowing before it is saved.

use domain::access::PolicyState;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Refusal;
use services::access::form::{Choices, PolicyForm, choices};
use services::access::policies;

use super::fields::{applications, control, locations, part, platforms, users};
use crate::admin::id as read;
use crate::error::AppError;
use crate::say;
use crate::scripts::LiveScript;
use crate::ssr::{self, problems, visit};
use crate::ui::{Field, Hidden, Notice, Tone};

/// What stands below the sentence.
const ABOUT: &str = "about-policy";
/// The parts of the sentence whose problems are said below it.
const PARTS: [(&str, &str); 6] = [
    ("users", "For: "),
    ("applications", "In: "),
    ("platforms", "On: "),
    ("locations", "From: "),
    ("grant", "What it does: "),
    ("frequency", "How often: "),
];
/// What the page says elsewhere once the form was sent.
const ELSEWHERE: [(&str, &str); 3] = [("name", "Name: "), ("state", "State: "), ("", "")];

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
    let said = Said::of(typed, choices);
    let frequency = problem("frequency");
    let control_problem = problem("grant").or_else(|| frequency.clone());
    view! {
        <form class="form policy" method="post" action=action data-check=CheckPolicy::PATH data-about=ABOUT>
            {of}
            <Field name="form[name]" label="Name" value=typed.name.clone() problem=problem("name")/>
            <div class="sentence">
                "For " {part("said-users", said.users, problem("users"), users(typed, choices))}
                ", in " {part("said-applications", said.applications, problem("applications"), applications(typed, choices))}
                ", on " {part("said-platforms", said.platforms, problem("platforms"), platforms(typed, choices))}
                ", from " {part("said-locations", said.locations, problem("locations"), locations(typed, choices))}
                " → " {part("said-control", said.control, control_problem, control(typed, choices, frequency))} "."
            </div>
            <div class="stack" id=ABOUT role="status">{refused(problems, &[])} {warnings(typed)}</div>
            {state(typed, problem("state"))}
            <div class="actions">
                <button class="button primary">{send}</button>
                <a class="button quiet" href=cancel>"Cancel"</a>
            </div>
            <LiveScript/>
        </form>
    }
}

/// What stands in the page anew as the form is filled in: (id, HTML).
#[server(prefix = "/fn", endpoint = "policies/check")]
pub async fn check_policy(
    #[server(default)] form: PolicyForm,
    #[server(default)] id: String,
) -> Result<Vec<(String, String)>, AppError> {
    let checked = async {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let own = if id.is_empty() { None } else { Some(read(&id)?) };
        let reader = visit.viewer()?.reader()?;
        let draft = form.read(&visit.services, &by, own).await;
        // What cannot be read yet names what the kept one does, as far as anybody can tell.
        let kept = match own.filter(|_| draft.is_err()) {
            Some(id) => policies::get(&visit.services, &reader, id).await.ok().map(|kept| kept.value),
            None => None,
        };
        let choices = choices(&visit.services, &reader, draft.as_ref().ok().or(kept.as_ref())).await?;
        let weighed = match draft {
            Ok(draft) => policies::weigh(&visit.services, &by, &draft).await,
            Err(refusal) => Err(refusal),
        };
        let problems = match weighed {
            Ok(()) => Vec::new(),
            Err(refusal @ (Refusal::Invalid(_) | Refusal::Rule(_))) => problems(&visit, refusal),
            Err(refusal) => return Err(refusal),
        };
        Ok(anew(&form, &problems, &choices))
    };
    match checked.await {
        Ok(parts) => Ok(parts),
        Err(refusal) => Err(ssr::told(refusal).await),
    }
}

fn anew(typed: &PolicyForm, problems: &[Problem], choices: &Choices) -> Vec<(String, String)> {
    let said = Said::of(typed, choices);
    let parts = [
        ("said-users", said.users),
        ("said-applications", said.applications),
        ("said-platforms", said.platforms),
        ("said-locations", said.locations),
        ("said-control", said.control),
    ];
    let parts = parts.into_iter().map(|(id, said)| (id.to_owned(), said.into_view().to_html()));
    let about = view! { {refused(problems, &ELSEWHERE)} {warnings(typed)} };
    parts.chain([(ABOUT.to_owned(), about.to_html())]).collect()
}

/// The parts of the sentence, in words.
struct Said {
    users: String,
    applications: String,
    platforms: String,
    locations: String,
    control: String,
}

impl Said {
    fn of(typed: &PolicyForm, Choices { names, .. }: &Choices) -> Self {
        Self {
            users: say::policy::users(typed, names),
            applications: say::policy::applications(typed, names),
            platforms: say::policy::platforms(typed, names),
            locations: say::policy::locations(typed, names),
            control: say::policy::control(typed, names),
        }
    }
}

/// What is wrong, in one place: only one part of the sentence stands open at a time.
fn refused(problems: &[Problem], more: &[(&str, &str)]) -> impl IntoView + use<> {
    let part =
        |problem: &Problem| PARTS.iter().chain(more).find(|(field, _)| problem.field == *field).map(|(_, part)| *part);
    let said = problems.iter().filter_map(|problem| {
        let said = format!("{}{}", part(problem)?, say::problem(problem));
        Some(view! { <li class="problem">{said}</li> })
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
