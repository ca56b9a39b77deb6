//! The script beside a WebAssembly file, by the `wasm-bindgen` that `Cargo.lock` names.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

/// The compiled islands, ready for a browser.
pub struct Islands {
    /// The ES module that exports every island. It is told the address of `wasm` when it is started.
    pub script: String,
    pub wasm: Vec<u8>,
    pub snippets: Vec<Snippet>,
}

/// A piece of JavaScript that a crate brings along.
pub struct Snippet {
    /// As the script imports it.
    pub path: String,
    pub text: String,
}

pub fn of(wasm: &Path) -> Result<Islands> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;

    let inline = output.snippets().iter().flat_map(|(of, texts)| {
        let named = |(at, text): (usize, &String)| (format!("{of}/inline{at}.js"), text.clone());
        texts.iter().enumerate().map(named).collect::<Vec<_>>()
    });
    let modules = output.local_modules().iter().map(|(path, text)| (path.clone(), text.clone()));
    let mut snippets: Vec<Snippet> =
        inline.chain(modules).map(|(path, text)| Snippet { path: format!("./snippets/{path}"), text }).collect();
    snippets.sort_by(|one, other| one.path.cmp(&other.path));

    let script = without_comments(output.js());
    Ok(Islands { script, wasm: output.wasm_mut().emit_wasm(), snippets })
}

/// The generated script without indentation and without the lines that are nothing but comment. It knows how
/// `wasm-bindgen` writes, where neither stands inside of a text; it is no tool for other scripts.
fn without_comments(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_stay_at_home() {
        let script = "/* one */\n/**\n * @param {number} a\n */\nexport function f(a) {\n    // why\n    return a; // kept\n}\n\n";
        assert_eq!(without_comments(script), "export function f(a) {\nreturn a; // kept\n}\n");
    }
}
