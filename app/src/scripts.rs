//! How a page asks for its style and wakes its islands. A page whose script never comes works without it.

use leptos::{nonce::use_nonce, prelude::*};

/// The addresses of the packed browser files, which carry a digest of the content; none where nothing was packed.
/// The server provides it as context.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrowserFiles {
    pub script: Option<String>,
    pub wasm: Option<String>,
    pub style: Option<String>,
    /// What holds a passkey, on the pages that ask for one.
    pub passkeys: Option<String>,
    /// What has a form checked while it is filled in, on the pages that have one.
    pub live: Option<String>,
}

/// Stands in the head, in place of leptos' `HydrationScripts`. A page that has no island fetches neither script nor wasm;
/// one that has some fetches both at once, each one time.
#[component]
pub fn BrowserScripts() -> impl IntoView {
    // What is outside of an island is never hydrated, so its markup needs no marks.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let files = use_context::<BrowserFiles>().unwrap_or_default();
    let style = files.style.map(|style| view! { <link rel="stylesheet" href=style/> });
    let islands = files.script.zip(files.wasm).map(|(script, wasm)| {
        view! { <script type="module" nonce=use_nonce()>{format!("{WAKE}({script:?}, {wasm:?})")}</script> }
    });
    (style, islands)
}

/// Wakes what asks for a passkey. Written by hand: the islands would carry it to every guest.
#[component]
pub fn PasskeyScript() -> impl IntoView {
    let files = use_context::<BrowserFiles>().unwrap_or_default();
    files.passkeys.map(|script| view! { <script type="module" src=script></script> })
}

/// Has the forms with `data-check` checked while they are filled in. Written by hand, for the same reason.
#[component]
pub fn LiveScript() -> impl IntoView {
    let files = use_context::<BrowserFiles>().unwrap_or_default();
    files.live.map(|script| view! { <script type="module" src=script></script> })
}

/// Starts the islands of the page, outer ones before inner ones. What leptos' own `island_script.js` does, except that
/// it asks first whether there is an island, and that the fetches do not wait for one another. An export is called
/// `Name_digest`; the digest is of the source as the compiler prints it, so where one compiler made the server and
/// another the wasm, the name alone has to do.
const WAKE: &str = r#"(async (script, wasm) => {
	if (!document.querySelector("leptos-island")) return;
	const [client, module_or_path] = await Promise.all([import(script), fetch(wasm)]);
	await client.default({ module_or_path });
	client.hydrate();
	const island = (id) => {
		const name = id.slice(0, id.lastIndexOf("_") + 1);
		return client[id] ?? client[Object.keys(client).find((key) => key.startsWith(name))];
	};
	const wake = async (node, beforeInner) => {
		const tag = node.localName;
		if (tag === "leptos-island") {
			beforeInner?.();
			await island(node.dataset.component)(node);
		} else if (tag === "leptos-children") {
			beforeInner = node.$$on_hydrate;
		}
		for (const child of node.children) await wake(child, beforeInner);
	};
	await wake(document.body);
})"#;

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::nonce::provide_nonce;

    use super::*;

    fn head(files: BrowserFiles) -> String {
        Owner::new().with(|| {
            provide_nonce();
            provide_context(files);
            view! { <BrowserScripts/> }.to_html()
        })
    }

    #[test]
    fn a_page_asks_for_what_was_packed() {
        let html = head(BrowserFiles {
            script: Some("/pkg/client-1.js".to_owned()),
            wasm: Some("/pkg/client-2.wasm".to_owned()),
            style: Some("/pkg/style-3.css".to_owned()),
            passkeys: Some("/pkg/passkeys-4.js".to_owned()),
            live: Some("/pkg/live-5.js".to_owned()),
        });
        assert!(html.contains(r#"<link rel="stylesheet" href="/pkg/style-3.css""#), "{html}");
        assert!(html.contains(r#"("/pkg/client-1.js", "/pkg/client-2.wasm")"#), "{html}");
        assert!(html.contains(r#"<script type="module" nonce=""#), "{html}");
        assert!(!html.contains("passkeys") && !html.contains("live"), "a page that asks for none: {html}");
    }

    #[test]
    fn a_page_without_packed_files_has_neither_script_nor_style() {
        let html = head(BrowserFiles::default());
        assert!(!html.contains("<script") && !html.contains("<link"), "{html}");
    }
}
