//! What a browser fetches that comes for the first time: the apps page and every file it names, as they travel.

use crate::client::{self, Client};
use crate::house::House;
use crate::server::Server;

/// KiB of bodies, compressed where the server compresses.
pub async fn first(server: &Server, house: &House) -> anyhow::Result<f64> {
    let mut client = Client::connect(server.port).await?;
    let page = client.ask(client::get(server.port, "/", Some(&house.cookie))?).await?;
    anyhow::ensure!(page.status == 200, "the apps page is answered with {}", page.status);
    let files = named(std::str::from_utf8(&page.body)?);
    let has = |ending: &str| files.iter().any(|file| file.ends_with(ending));
    anyhow::ensure!([".css", ".js", ".wasm", ".svg"].into_iter().all(has), "the page names no {files:?}: make site");
    let mut bytes = page.body.len();
    for file in files {
        let answer = client.ask(client::get(server.port, file, Some(&house.cookie))?).await?;
        anyhow::ensure!(answer.status == 200, "{file} is answered with {}", answer.status);
        bytes += answer.body.len();
    }
    Ok(bytes as f64 / 1024.0)
}

/// Everything between quotation marks that is a file of ours.
fn named(html: &str) -> Vec<&str> {
    let is_file = |text: &&str| {
        text.starts_with('/') && [".css", ".js", ".wasm", ".svg", ".png"].iter().any(|ending| text.ends_with(ending))
    };
    let mut files: Vec<&str> = html.split('"').filter(is_file).collect();
    files.sort_unstable();
    files.dedup();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_each_of_its_files_once() {
        let html = r#"<link rel="icon" href="/favicon.svg"><link href="/pkg/style-1.css">("/pkg/client-2.js", "/pkg/client-3.wasm")
            <a href="/account">"/pkg/client-2.js"</a>"#;
        assert_eq!(named(html), ["/favicon.svg", "/pkg/client-2.js", "/pkg/client-3.wasm", "/pkg/style-1.css"]);
    }
}
