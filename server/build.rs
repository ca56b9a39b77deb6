//! Embeds the packed browser files, which `make site` makes; `assets.rs` serves them.

#![allow(clippy::print_stdout, reason = "a build script speaks to cargo by printing")]

use std::{
    env, fs,
    hash::{DefaultHasher, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LOBBY_SITE");
    let site = folder()?;
    println!("cargo:rerun-if-changed={}", site.display());

    let mut table = String::from("&[\n");
    for (url, file) in files(&site)? {
        table += &row(&url, &file)?;
    }
    if table.len() < 4 {
        println!(
            "cargo:warning=no browser files in {}: pages get no style and no islands; the cure is `make site`",
            site.display()
        );
    }
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    fs::write(out.join("packed.rs"), table + "]\n")
}

/// Where the packed files are. An empty folder is made where there is none: cargo sees it fill, while a path that does
/// not exist would have it compile the server anew each time.
fn folder() -> io::Result<PathBuf> {
    let named = env::var_os("LOBBY_SITE").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site"));
    fs::create_dir_all(&folder)?;
    folder.canonicalize()
}

/// Every packed file with the address it is served at, sorted by address.
fn files(site: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![("/pkg/".to_owned(), site.join("pkg")), ("/".to_owned(), site.join("public"))];
    while let Some((url, folder)) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                folders.push((format!("{url}{name}/"), entry.path()));
            } else if !name.ends_with(".br") && !name.ends_with(".gz") {
                found.push((format!("{url}{name}"), entry.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The file as an `Asset` of `assets.rs`.
fn row(url: &str, file: &Path) -> io::Result<String> {
    let embedded = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
    let form = |ending: &str| {
        let path = PathBuf::from(format!("{}.{ending}", file.display()));
        if path.exists() { format!("Some({})", embedded(&path)) } else { "None".to_owned() }
    };
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(file)?);
    Ok(format!(
        "Asset {{ url: {url:?}, content_type: {:?}, digest: \"{:016x}\", immutable: {}, identity: {}, br: {}, gzip: {} }},\n",
        content_type(file),
        hasher.finish(),
        url.starts_with("/pkg/"),
        embedded(file),
        form("br"),
        form("gz"),
    ))
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
