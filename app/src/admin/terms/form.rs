//! The form of a document: one row for each language, and two empty ones for more.

use domain::access::terms::MOST_LANGUAGES;
use domain::problem::Problem;
use leptos::prelude::*;
use services::access::parts::{TermsForm, TextForm};

use crate::ui::{Choice, Field, TextArea};

const FURTHER: usize = 2;

/// `written` is whether the document is there already.
pub(super) fn fields(typed: &TermsForm, problems: &[Problem], written: bool) -> impl IntoView + use<> {
    let problem = |field: &str| problems.iter().find(|problem| problem.field == field).map(crate::say::problem);
    let TermsForm { name, texts, days, ask_again } = typed.clone();
    let kept: Vec<TextForm> =
        texts.into_iter().filter(|row| !row.text.trim().is_empty() || !row.language.trim().is_empty()).collect();
    let further = FURTHER.min(MOST_LANGUAGES.saturating_sub(kept.len()));
    let rows = kept
        .into_iter()
        .chain(std::iter::repeat_n(TextForm::default(), further))
        .enumerate()
        .map(|(at, row)| text(at, row))
        .collect_view();
    let again = written.then(|| {
        view! {
            <Choice
                name="form[ask_again]"
                value="true"
                label="Ask everybody again"
                hint="Whoever accepted an earlier version is asked for their word to this one."
                checked=ask_again
            />
        }
    });
    view! {
        <Field name="form[name]" label="Name" value=name problem=problem("name") hint="As policies and the page that asks name it."/>
        {problem("texts").map(|said| view! { <p class="problem">{said}</p> })}
        {rows}
        <Field
            name="form[days]"
            label="Days until people are asked again"
            kind="number"
            size="short"
            value=days
            problem=problem("days")
            optional=true
            hint="1 to 3,650. Empty: their word holds until you ask again."
        />
        {again}
    }
}

fn text(at: usize, row: TextForm) -> impl IntoView {
    let legend = if row.language.is_empty() { "A further language".to_owned() } else { row.language.clone() };
    view! {
        <fieldset class="stack">
            <legend>{legend}</legend>
            <Field
                name=format!("form[texts][{at}][language]")
                label="Language"
                size="short"
                value=row.language
                optional=true
                placeholder="en"
            />
            <TextArea
                name=format!("form[texts][{at}][text]")
                label="Text"
                value=row.text
                hint="Markdown. Empty takes the language away."
                rows=6
                optional=true
                size="wide"
            />
        </fieldset>
    }
}
