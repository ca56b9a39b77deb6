//! The key to the islands: the one crate that is compiled to WebAssembly. It holds no page and no rule.

// Only this line brings the islands of `app`, which the page calls by name, into the bundle.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Readies the browser for the islands; the page's script then wakes each of them.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
