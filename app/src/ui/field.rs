//! Fields of forms: a label, a hint, what was typed, and what is wrong with it.

use leptos::prelude::*;

/// The ids that tie hint and problem to a field for screen readers.
fn described(id: &str, hint: bool, problem: bool) -> Option<String> {
    let parts: Vec<String> = [(hint, "hint"), (problem, "problem")]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, what)| format!("{id}-{what}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn id_of(name: &str) -> String {
    name.replace(['[', ']'], "-").trim_end_matches('-').to_owned()
}

/// The frame around any control: what stands above and below it.
fn around(
    class: String,
    id: String,
    label: String,
    optional: bool,
    hint: Option<String>,
    problem: Option<String>,
    control: AnyView,
) -> impl IntoView {
    let optional = optional.then(|| view! { " " <small>"optional"</small> });
    view! {
        <div class=class>
            <label for=id.clone()>{label}{optional}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            {control}
            {problem.map(|problem| view! { <p class="problem" id=format!("{id}-problem")>{problem}</p> })}
        </div>
    }
}

/// One line of input.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] problem: Option<String>,
    /// `text` where nothing is said.
    #[prop(optional, into)]
    kind: Option<&'static str>,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<String>,
    /// `short` or `wide`, after "field".
    #[prop(optional)]
    size: &'static str,
    /// The id of a `<datalist>`.
    #[prop(optional, into)]
    list: Option<&'static str>,
    #[prop(optional)] autofocus: bool,
    /// Where one page has the field several times.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| id_of(&name));
    let control = view! {
        <input
            id=id.clone()
            name=name
            type=kind.unwrap_or("text")
            value=value
            required=!optional
            autocomplete=autocomplete
            placeholder=placeholder
            list=list
            autofocus=autofocus
            aria-describedby=described(&id, hint.is_some(), problem.is_some())
            aria-invalid=problem.as_ref().map(|_| "true")
        />
    };
    around(format!("field {size}"), id, label, optional, hint, problem, control.into_any())
}

/// Several lines of input.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] problem: Option<String>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] size: &'static str,
    #[prop(optional)] rows: Option<u8>,
) -> impl IntoView {
    let id = id_of(&name);
    let control = view! {
        <textarea
            id=id.clone()
            name=name
            rows=rows.unwrap_or(4)
            required=!optional
            aria-describedby=described(&id, hint.is_some(), problem.is_some())
            aria-invalid=problem.as_ref().map(|_| "true")
        >
            {
                // A parser drops one line break after the tag: this one is for it to drop.
                format!("\n{value}")
            }
        </textarea>
    };
    around(format!("field {size}"), id, label, optional, hint, problem, control.into_any())
}

/// One value of a [`Select`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectOption {
    pub value: String,
    pub label: String,
}

impl SelectOption {
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into() }
    }
}

/// One of several values.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    options: Vec<SelectOption>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional_no_strip)] problem: Option<String>,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    let id = id_of(&name);
    let options = options
        .into_iter()
        .map(|option| {
            let selected = option.value == value;
            view! { <option value=option.value selected=selected>{option.label}</option> }
        })
        .collect_view();
    let control = view! {
        <select
            id=id.clone()
            name=name
            aria-describedby=described(&id, hint.is_some(), problem.is_some())
            aria-invalid=problem.as_ref().map(|_| "true")
        >
            {options}
        </select>
    };
    around("field".to_owned(), id, label, optional, hint, problem, control.into_any())
}

/// A box or a button of a group of choices: `kind` is `checkbox` or `radio`.
#[component]
pub fn Choice(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] radio: bool,
) -> impl IntoView {
    let kind = if radio { "radio" } else { "checkbox" };
    view! {
        <label class="choice">
            <input type=kind name=name value=value checked=checked/>
            <span>{label}{hint.map(|hint| view! { " " <small>{hint}</small> })}</span>
        </label>
    }
}

/// A value that travels with a form unseen.
#[component]
pub fn Hidden(#[prop(into)] name: String, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}
