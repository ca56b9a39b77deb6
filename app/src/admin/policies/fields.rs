//! The parts of the policy sentence: each an underlined phrase that opens its controls.

use domain::role::Role;
use domain::session::Platform;
use leptos::prelude::*;
use services::access::form::{Choices, PolicyForm};

use crate::say;
use crate::ui::{Choice, Field, Select, SelectOption, TextArea};

/// One underlined part, called `id`. It stands open where something in it is wrong; the browser keeps one open at a time.
pub(super) fn part(id: &'static str, said: String, problem: Option<String>, controls: AnyView) -> impl IntoView {
    let open = problem.is_some();
    view! {
        <details class="menu" name="part" open=open>
            <summary id=id>{said}</summary>
            <div>
                {problem.map(|problem| view! { <p class="problem">{problem}</p> })}
                {controls}
            </div>
        </details>
    }
}

/// Boxes for tokens; those that are chosen and not offered any more stand at the end, so that nothing falls out unseen.
fn boxes(
    field: &'static str,
    legend: &'static str,
    offered: &[String],
    chosen: &[String],
    choices: &Choices,
) -> AnyView {
    let lost = chosen.iter().filter(|token| !offered.contains(token));
    let boxes = offered
        .iter()
        .chain(lost)
        .map(|token| {
            let checked = chosen.contains(token);
            let label = if token == "all" { all_said(field) } else { label(choices, token) };
            view! { <Choice name=format!("form[{field}][]") value=token.clone() label checked/> }
        })
        .collect_view();
    view! { <fieldset class="choices"><legend>{legend}</legend>{boxes}</fieldset> }.into_any()
}

fn all_said(field: &str) -> String {
    if field.starts_with("users") { "Everybody".to_owned() } else { "All applications and Lobby itself".to_owned() }
}

/// A box begins with a capital; names are left as they are.
fn label(choices: &Choices, token: &str) -> String {
    let said = say::policy::token(&choices.names, token);
    let is_name = token.contains(':') && !token.starts_with("role:");
    if is_name || Platform::parse(token).is_some() {
        return said;
    }
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn user_tokens(choices: &Choices) -> Vec<String> {
    let roles = Role::ALL.iter().map(|role| format!("role:{role}"));
    words(&["all", "guests"]).into_iter().chain(choices.groups.iter().cloned()).chain(roles).collect()
}

pub(super) fn users(typed: &PolicyForm, choices: &Choices) -> AnyView {
    let tokens = user_tokens(choices);
    let more = choices.more_groups;
    let groups = move |name: &'static str, label: &'static str, value: String| {
        more.then(|| {
            view! { <TextArea name label value rows=2 optional=true hint="Names of groups that are not listed here, one on each line."/> }
        })
    };
    view! {
        {boxes("users", "For", &tokens, &typed.users, choices)}
        <TextArea name="form[people]" label="People" value=typed.people.clone() rows=2 optional=true hint="Their addresses, one on each line."/>
        {groups("form[groups]", "Further groups", typed.groups.clone())}
        <hr/>
        {boxes("users_out", "Except", &tokens, &typed.users_out, choices)}
        <TextArea name="form[people_out]" label="People left out" value=typed.people_out.clone() rows=2 optional=true hint="Their addresses, one on each line. Leaving out wins."/>
        {groups("form[groups_out]", "Further groups left out", typed.groups_out.clone())}
        <p class="hint">"A group that is left out is protected: only Administrators and conditional access administrators change who is in it."</p>
    }
    .into_any()
}

pub(super) fn applications(typed: &PolicyForm, choices: &Choices) -> AnyView {
    let tokens: Vec<String> = words(&["all", "lobby", "security_information"])
        .into_iter()
        .chain(choices.applications.iter().cloned())
        .collect();
    view! {
        {boxes("applications", "In", &tokens, &typed.applications, choices)}
        <hr/>
        {boxes("applications_out", "Except", &tokens, &typed.applications_out, choices)}
    }
    .into_any()
}

fn rule(name: &'static str, any: &'static str, some: &'static str, typed: &str) -> impl IntoView + use<> {
    let some_chosen = typed == "some";
    view! {
        <Choice name=name value="any" label=any checked=!some_chosen radio=true/>
        <Choice name=name value="some" label=some checked=some_chosen radio=true/>
    }
}

pub(super) fn platforms(typed: &PolicyForm, choices: &Choices) -> AnyView {
    let offered = Platform::ALL.iter().filter(|platform| **platform != Platform::Undetermined);
    let tokens: Vec<String> = offered.map(ToString::to_string).collect();
    view! {
        {rule("form[platform_rule]", "Any platform", "Only these", &typed.platform_rule)}
        {boxes("platforms", "On", &tokens, &typed.platforms, choices)}
        <hr/>
        {boxes("platforms_out", "Except", &tokens, &typed.platforms_out, choices)}
        <p class="hint">"Unknown is every platform outside this list. An iPad may read as macOS. Where nobody can tell, the policy holds as if the platform were listed, and nothing is left out."</p>
    }
    .into_any()
}

pub(super) fn locations(typed: &PolicyForm, choices: &Choices) -> AnyView {
    let tokens: Vec<String> = words(&["trusted"]).into_iter().chain(choices.locations.iter().cloned()).collect();
    view! {
        {rule("form[location_rule]", "Anywhere", "Only these", &typed.location_rule)}
        {boxes("locations", "From", &tokens, &typed.locations, choices)}
        <hr/>
        {boxes("locations_out", "Except", &tokens, &typed.locations_out, choices)}
        <p class="hint"><a href=crate::routes::NEW_LOCATION>"Name a location"</a></p>
    }
    .into_any()
}

/// What it does: the grant, and beside it how often somebody proves themselves.
pub(super) fn control(typed: &PolicyForm, choices: &Choices, frequency_problem: Option<String>) -> AnyView {
    let grant = |value: &'static str, label: &'static str, hint: &'static str| {
        let checked = typed.grant == value;
        view! { <Choice name="form[grant]" value label hint=hint.to_owned() checked radio=true/> }
    };
    let tokens: Vec<String> = words(&["multifactor"]).into_iter().chain(choices.terms.iter().cloned()).collect();
    let frequencies = [
        ("none", "No matter when"),
        ("every_time", "Every time: 5 minutes, for one application"),
        ("hours", "Within so many hours"),
        ("days", "Within so many days"),
    ];
    let frequencies = frequencies.into_iter().map(|(value, said)| SelectOption::new(value, said)).collect();
    view! {
        {grant("block", "Block", "Nobody whom it matches gets in.")}
        {grant("all", "Require all of these", "Whoever brings them passes.")}
        {grant("any", "Require any of these", "One of them is enough.")}
        {grant("none", "Neither", "It only asks for a proof, below.")}
        {boxes("controls", "Required", &tokens, &typed.controls, choices)}
        <hr/>
        <Select name="form[frequency]" label="People proved themselves" options=frequencies value=typed.frequency.clone() problem=frequency_problem/>
        <Field name="form[frequency_number]" label="Hours or days" kind="number" size="short" value=typed.frequency_number.clone() optional=true hint="1 hour to 365 days."/>
    }
    .into_any()
}
