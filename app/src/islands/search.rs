//! Finds an application among the tiles of the page as one types. Without script the search is a form.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Hides the tiles that no typed word begins a word of; says how many are left.
#[island]
pub fn SearchTiles(value: String) -> impl IntoView {
    let left = RwSignal::new(None::<usize>);
    let search = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event).to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let Ok(tiles) = document().query_selector_all(".tile") else { return };
        let mut shown = 0;
        for at in 0..tiles.length() {
            let Some(tile) = tiles.get(at).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) else {
                continue;
            };
            let text = tile.text_content().unwrap_or_default().to_lowercase();
            let found =
                words.iter().all(|word| text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word)));
            tile.set_hidden(!found);
            shown += usize::from(found);
        }
        left.set((!words.is_empty()).then_some(shown));
    };
    let said = move || match left.get() {
        None => String::new(),
        Some(0) => "No application matches.".to_owned(),
        Some(1) => "1 application matches.".to_owned(),
        Some(n) => format!("{n} applications match."),
    };
    view! {
        <input type="search" name="q" value=value aria-label="Search your apps" placeholder="Search your apps" on:input=search/>
        <p class="muted" role="status">{said}</p>
    }
}
