//! The invite form as one types: the verdict on each address, the sum of them, and the letter. Without script the
//! same form has a button that asks.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::error::AppError;

/// The invite form as it is sent, and kept where it is refused.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// Empty: into the directory alone.
    pub group: String,
    pub list: String,
    pub message: String,
    pub until: String,
    pub landing: String,
    pub cc: String,
    /// Look-alikes that the inviter means.
    pub confirmed: Vec<String>,
    pub show_link_only: bool,
}

/// What the server makes of a form before it is sent, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checked {
    pub chips: Vec<Chip>,
    /// Addresses that have no chip, for there are too many.
    pub more: usize,
    pub summary: Vec<(i64, String)>,
    /// What is wrong with the other fields; where the page says it beside them, nothing.
    pub wrong: Vec<String>,
    /// What the button says that sends.
    pub button: String,
    pub subject: String,
    pub to: String,
    pub letter: String,
}

/// One address with its verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    /// As it stands in the list.
    pub raw: String,
    pub said: String,
    /// `positive`, `caution`, `critical`, or nothing.
    pub tone: String,
    pub verdict: String,
    /// Where more is to be seen: (address, what it says).
    pub link: Option<(String, String)>,
    /// A look-alike, by its address: is it meant?
    pub doubt: Option<(String, bool)>,
}

/// The browser asks by a plain `fetch`: the client that the macro makes would double what every guest loads.
#[cfg(feature = "ssr")]
#[server(prefix = "/fn", endpoint = "invitations/check")]
pub async fn check_invitations(#[server(default)] form: InviteForm) -> Result<Checked, AppError> {
    crate::owner::check::answer(form).await
}

/// How long typing must rest before the server is asked.
#[cfg(not(feature = "ssr"))]
const REST: std::time::Duration = std::time::Duration::from_millis(400);

#[island]
pub fn Verdicts(first: Checked) -> impl IntoView {
    let checked = RwSignal::new(first);
    #[cfg(not(feature = "ssr"))]
    browser::listen(checked);
    let chips = move || {
        checked.with(|Checked { chips, more, .. }| {
            let last = (*more > 0).then(|| view! { <li><small>{format!("and {more} more")}</small></li> });
            let chips = (!chips.is_empty()).then(|| chips.iter().cloned().map(chip).collect_view());
            chips.map(|chips| view! { <ul class="verdicts">{chips} {last}</ul> })
        })
    };
    let doubts = move || {
        let doubts = checked.with(|checked| checked.chips.iter().filter_map(doubt).collect::<Vec<_>>());
        (!doubts.is_empty()).then(|| {
            view! {
                <fieldset class="choices">
                    <legend>"Is this whom you mean?"</legend>
                    <p class="hint">"These addresses look like another domain, or mix alphabets."</p>
                    {doubts}
                </fieldset>
            }
        })
    };
    let summary = move || {
        checked.with(|checked| {
            let last = checked.summary.len();
            let parts = checked.summary.iter().enumerate().map(|(at, (n, said))| {
                let joint = if at + 1 == last { "." } else { ", " };
                view! { <b>{n.to_string()}</b> {format!(" {said}{joint}")} }
            });
            parts.collect_view()
        })
    };
    let wrong = move || {
        let wrong = checked.with(|checked| checked.wrong.clone());
        wrong.into_iter().map(|text| view! { <p class="problem">{text}</p> }).collect_view()
    };
    view! {
        {chips}
        {doubts}
        {wrong}
        <p class="summary" role="status">{summary}</p>
    }
}

fn chip(chip: Chip) -> impl IntoView {
    let Chip { raw, said, tone, verdict, link, .. } = chip;
    let label = format!("Take {said} off the list");
    let link = link.map(|(href, said)| view! { ": " <a href=href>{said}</a> });
    #[cfg(not(feature = "ssr"))]
    let take_off = move |_| browser::take_off(&raw);
    #[cfg(feature = "ssr")]
    let take_off = move |_: leptos::ev::MouseEvent| drop(raw.clone());
    view! {
        <li class=tone>
            <span>{said}</span>
            " "
            <small>{verdict} {link}</small>
            " "
            <button type="button" class="scripted" aria-label=label on:click=take_off>
                <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="M5.25 5.25l9.5 9.5M14.75 5.25l-9.5 9.5"></path></svg>
            </button>
        </li>
    }
}

fn doubt(chip: &Chip) -> Option<impl IntoView + use<>> {
    let (address, meant) = chip.doubt.clone()?;
    let said = chip.said.clone();
    Some(view! {
        <label class="choice">
            <input type="checkbox" name="form[confirmed][]" value=address checked=meant/>
            <span>{said}</span>
        </label>
    })
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use leptos::ev;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use leptos::wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{FormData, HtmlFormElement, HtmlTextAreaElement, RequestInit, Response, UrlSearchParams};

    use super::{Checked, REST};

    fn form() -> Option<HtmlFormElement> {
        document().get_element_by_id("invite")?.dyn_into().ok()
    }

    fn list() -> Option<HtmlTextAreaElement> {
        document().get_element_by_id("form-list")?.dyn_into().ok()
    }

    fn write(id: &str, text: &str) {
        if let Some(element) = document().get_element_by_id(id) {
            element.set_text_content(Some(text));
        }
    }

    /// The server's answer to the form as it stands; `None` where there is none.
    async fn answer(form: HtmlFormElement) -> Option<Checked> {
        let data = FormData::new_with_form(&form).ok()?;
        let body = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
        let request = RequestInit::new();
        request.set_method("POST");
        request.set_body(&body);
        let asked = window().fetch_with_str_and_init("/fn/invitations/check", &request);
        let response: Response = JsFuture::from(asked).await.ok()?.dyn_into().ok()?;
        let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
        if response.ok() { serde_json::from_str(&text).ok() } else { None }
    }

    fn ask(checked: RwSignal<Checked>, asked: StoredValue<u32>) {
        let Some(form) = form() else { return };
        let mine = asked.get_value() + 1;
        asked.set_value(mine);
        spawn_local(async move {
            // An answer that was overtaken is about what no longer stands there. Without an answer all stays as it was:
            // the server decides again when the form is sent.
            if let Some(answer) = answer(form).await
                && asked.get_value() == mine
            {
                write("letter-subject", &answer.subject);
                write("letter-to", &answer.to);
                write("letter-text", &answer.letter);
                write("send", &answer.button);
                checked.set(answer);
            }
        });
    }

    /// Asks when typing rests, and at once where the browser has put back what was typed before.
    pub fn listen(checked: RwSignal<Checked>) {
        let asked = StoredValue::new(0_u32);
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        let later = move || {
            if let Some(waiting) = waiting.get_value() {
                waiting.clear();
            }
            waiting.set_value(set_timeout_with_handle(move || ask(checked, asked), REST).ok());
        };
        Effect::new(move |_| {
            let heard = window_event_listener(ev::input, move |event| {
                let inside = form().zip(event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok()));
                if inside.is_some_and(|(form, target)| form.contains(Some(&target))) {
                    later();
                }
            });
            on_cleanup(move || heard.remove());
            if list().is_some_and(|list| !list.value().trim().is_empty()) {
                ask(checked, asked);
            }
        });
    }

    /// Takes an entry off the list, and asks again.
    pub fn take_off(raw: &str) {
        let Some(list) = list() else { return };
        list.set_value(list.value().replacen(raw, "", 1).trim_start_matches([',', ';', ' ', '\n']));
        if let Ok(event) = web_sys::Event::new("input") {
            event.init_event_with_bubbles("input", true);
            drop(list.dispatch_event(&event));
        }
    }
}
