//! What a provider's answer costs Lobby: the processor's time of the server alone, for one callback.

use anyhow::Context as _;
use hyper::header::LOCATION;

use crate::client::{self, Client};
use crate::house::House;
use crate::server::Server;

const MANY: usize = 400;

/// Milliseconds of the processor for one callback: code exchanged, token checked, session opened.
pub async fn callback(server: &Server, house: &House) -> anyhow::Result<f64> {
    let mut client = Client::connect(server.port).await?;
    let cookie = "lobby-browser=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let mut answers = Vec::new();
    for number in 0..MANY + 20 {
        let form = format!("form%5Bprovider%5D={}", house.provider);
        let begun = client::post(server.port, "/fn/sign-in/with", cookie, form)?;
        let begun = client.ask(client::from_elsewhere(begun, number)?).await?;
        let go = begun.headers.get(LOCATION).and_then(|value| value.to_str().ok()).context("no way was begun")?;
        let page = client.ask(client::get(server.port, go, Some(cookie))?).await?;
        let page = String::from_utf8(page.body.to_vec())?.replace("&amp;", "&");
        let (state, nonce) = (parameter(&page, "state")?, parameter(&page, "nonce")?);
        answers.push(format!("/signin/callback/{}?code={nonce}&state={state}", house.provider));
    }
    // The first ones prepare statements and fetch the keys.
    let warm = answers.split_off(MANY);
    for path in warm {
        arrives(&mut client, server, &path, cookie).await?;
    }
    let before = server.processor_ms()?;
    for path in &answers {
        arrives(&mut client, server, path, cookie).await?;
    }
    Ok((server.processor_ms()? - before) / answers.len() as f64)
}

async fn arrives(client: &mut Client, server: &Server, path: &str, cookie: &str) -> anyhow::Result<()> {
    let answer = client.ask(client::get(server.port, path, Some(cookie))?).await?;
    let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    anyhow::ensure!(location == Some("/"), "a callback leads to {location:?} ({})", answer.status);
    let cookies = answer.headers.get_all("set-cookie").iter();
    let opened = cookies.filter_map(|line| line.to_str().ok()).any(|line| line.starts_with("lobby-session="));
    anyhow::ensure!(opened, "a callback opened no session");
    Ok(())
}

fn parameter(page: &str, name: &str) -> anyhow::Result<String> {
    let (_, after) = page.split_once(&format!("{name}=")).with_context(|| format!("no {name} in {page}"))?;
    Ok(after.split(['&', '"']).next().unwrap_or_default().to_owned())
}
