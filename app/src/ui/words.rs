//! Words in color: badges, notices, and what stands where a list is empty.

use leptos::prelude::*;

use super::Icon;
use crate::ssr::Visit;

/// Meaning by color, always beside words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Neutral,
    Positive,
    Caution,
    Critical,
    Info,
}

impl Tone {
    pub fn class(self, of: &str) -> String {
        match self {
            Self::Neutral => of.to_owned(),
            Self::Positive => format!("{of} positive"),
            Self::Caution => format!("{of} caution"),
            Self::Critical => format!("{of} critical"),
            Self::Info => format!("{of} info"),
        }
    }
}

/// A state in one word.
#[component]
pub fn Badge(#[prop(optional)] tone: Tone, #[prop(into)] text: String) -> impl IntoView {
    view! { <span class=tone.class("badge")>{text}</span> }
}

/// A line that must be seen: `critical` ones are announced at once.
#[component]
pub fn Notice(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let (icon, role) = match tone {
        Tone::Critical => ("warning", "alert"),
        Tone::Caution => ("warning", "status"),
        Tone::Positive => ("check", "status"),
        _ => ("info", "status"),
    };
    view! { <div class=tone.class("notice") role=role><Icon name=icon/><div>{children()}</div></div> }
}

/// What was done (from the address), and what was refused about the page as a whole.
#[component]
pub fn Notices(visit: Visit, #[prop(optional)] problems: Vec<String>) -> impl IntoView {
    let done = visit.query.get("done").and_then(crate::say::done);
    let code = visit.query.get("problem").map(|code| domain::problem::Problem::new("", code));
    let problems = problems.into_iter().chain(code.as_ref().map(crate::say::problem));
    view! {
        {done.map(|text| view! { <Notice tone=Tone::Positive>{text}</Notice> })}
        {problems.map(|text| view! { <Notice tone=Tone::Critical>{text}</Notice> }).collect_view()}
    }
}

/// Says in demo mode which rule is left out there.
#[component]
pub fn DemoRule(visit: Visit) -> impl IntoView {
    visit.services.demo.then(|| {
        view! { <p class="muted">"This is a demo: outside of one, these pages ask for a second factor."</p> }
    })
}

/// Where a list has nothing to show: one sentence, and the button that starts it.
#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
