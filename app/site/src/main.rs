//! Packs what browsers fetch: the islands, the style sheet and the public files, each compressed once.
//! It compiles nothing, and nothing of it is in the server.

#![allow(clippy::print_stdout, reason = "saying what was packed, and how large, is this tool's whole output")]

mod bindings;
mod pack;
mod style;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use pack::Pack;

const USAGE: &str = "site [--wasm FILE] --style DIR --public DIR --out DIR";

fn main() -> Result<()> {
    let started = Instant::now();
    let order = Order::read(env::args().skip(1))?;
    let pack = packed(&order)?;
    let news = if pack.write(&order.out)? { "packed" } else { "nothing new" };
    println!("{}\n{news} in {}, {:.1} s", pack.listing(), order.out.display(), started.elapsed().as_secs_f32());
    Ok(())
}

/// What the command line asks for. Without `wasm` the pages have style, but no islands.
#[derive(Debug, PartialEq)]
struct Order {
    wasm: Option<PathBuf>,
    style: PathBuf,
    public: PathBuf,
    out: PathBuf,
}

impl Order {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut wasm, mut style, mut public, mut out) = (None, None, None, None);
        while let Some(flag) = words.next() {
            let slot = match flag.as_str() {
                "--wasm" => &mut wasm,
                "--style" => &mut style,
                "--public" => &mut public,
                "--out" => &mut out,
                _ => bail!("unknown word {flag}; usage: {USAGE}"),
            };
            let value = words.next().with_context(|| format!("{flag} needs a path; usage: {USAGE}"))?;
            *slot = Some(PathBuf::from(value));
        }
        let missing = |flag| format!("{flag} is missing; usage: {USAGE}");
        Ok(Self {
            wasm,
            style: style.with_context(|| missing("--style"))?,
            public: public.with_context(|| missing("--public"))?,
            out: out.with_context(|| missing("--out"))?,
        })
    }
}

fn packed(order: &Order) -> Result<Pack> {
    let mut pack = Pack::default();
    if let Some(wasm) = &order.wasm {
        let islands = bindings::of(wasm).with_context(|| format!("making the bindings of {}", wasm.display()))?;
        let mut script = islands.script;
        for snippet in islands.snippets {
            let name = pack.hashed("snippet", "js", snippet.text.into_bytes());
            script = script.replace(&format!("'{}'", snippet.path), &format!("'./{name}'"));
        }
        pack.hashed("client", "js", script.into_bytes());
        pack.hashed("client", "wasm", islands.wasm);
    }
    let sheets = sheets(&order.style)?;
    if !sheets.is_empty() {
        pack.hashed("style", "css", style::without_padding(&sheets).into_bytes());
    }
    for (name, path) in files(&order.public)? {
        match name.strip_suffix(".js") {
            // Pages ask for a script by the name that follows its content.
            Some(stem) => drop(pack.hashed(stem, "js", read(&path)?)),
            None => pack.as_it_is(name, read(&path)?),
        }
    }
    Ok(pack)
}

/// Every style sheet of the folder as one text, in alphabetical order of the names.
fn sheets(folder: &Path) -> Result<String> {
    let mut text = String::new();
    for (name, path) in files(folder)? {
        if name.ends_with(".css") {
            text += &fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            text.push('\n');
        }
    }
    Ok(text)
}

/// The visible files of a folder and of those in it, sorted by name; none where there is no folder.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().context("a file name that is not UTF-8")?;
            match entry.file_type()?.is_dir() {
                _ if name.starts_with('.') => {}
                true => folders.push((format!("{prefix}{name}/"), entry.path())),
                false => found.push((format!("{prefix}{name}"), entry.path())),
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn order(words: &str) -> Result<Order> {
        Order::read(words.split(' ').map(str::to_owned))
    }

    fn write(root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn an_order_needs_every_folder_but_no_wasm() {
        let order = order("--style style --public public --out out").unwrap();
        assert_eq!(order.wasm, None);
        assert_eq!(order.out, PathBuf::from("out"));
    }

    #[test]
    fn an_order_that_makes_no_sense_is_answered_with_the_usage() {
        for words in ["--style style --public public", "--out", "--in out"] {
            assert!(order(words).unwrap_err().to_string().contains(USAGE), "{words}");
        }
    }

    #[test]
    fn sheets_are_joined_in_alphabetical_order_and_public_files_keep_their_names_but_scripts() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "style/20-table.css", "td { color: red }");
        write(root.path(), "style/10-base.css", "a { color: blue }");
        write(root.path(), "style/notes.txt", "no style");
        write(root.path(), "public/favicon.svg", "<svg/>");
        write(root.path(), "public/passkeys.js", "let passkey = 1;");
        write(root.path(), "public/fonts/text.woff2", "font");
        write(root.path(), "public/.DS_Store", "nothing to see");
        let order = Order {
            wasm: None,
            style: root.path().join("style"),
            public: root.path().join("public"),
            out: root.path().join("out"),
        };

        assert!(packed(&order).unwrap().write(&order.out).unwrap());

        let mut names: Vec<String> = files(&order.out).unwrap().into_iter().map(|(name, _)| name).collect();
        let sheet = names.iter().position(|name| name.starts_with("pkg/style-") && name.ends_with(".css")).unwrap();
        let text = fs::read_to_string(order.out.join(names.remove(sheet))).unwrap();
        assert_eq!(text, "a{color:blue}td{color:red}");
        assert!(names.iter().any(|name| name.starts_with("pkg/passkeys-") && name.ends_with(".js")));
        assert!(names.contains(&"public/favicon.svg".to_owned()));
        assert!(names.contains(&"public/fonts/text.woff2".to_owned()));
        assert!(!names.iter().any(|name| name.contains("DS_Store") || name.contains("notes")));
    }

    #[test]
    fn where_nothing_is_written_yet_nothing_is_packed() {
        let root = tempfile::tempdir().unwrap();
        let order = Order {
            wasm: None,
            style: root.path().join("style"),
            public: root.path().join("public"),
            out: root.path().join("target/site"),
        };

        assert!(packed(&order).unwrap().write(&order.out).unwrap());

        let names: Vec<String> = files(&order.out).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["manifest.json"]);
    }
}
