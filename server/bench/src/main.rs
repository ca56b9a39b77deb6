//! `bench`: the release server against a bare axum handler with one indexed SELECT, in one run. The servers have one
//! core, this program the other, and they take turns, so that what else the machine does falls on all of them.
#![allow(clippy::print_stdout, reason = "a terminal is what a benchmark is for")]

mod bare;
mod client;
mod cores;
mod evaluation;
mod federation;
mod house;
mod invite;
mod load;
mod log;
mod mail;
mod policies;
mod provider;
mod report;
mod server;
mod visit;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;

use house::{House, Size};
use load::{Ask, Expect, Figures, Length};
use report::{Row, Unit};
use server::Server;

/// What a sign-in, a page and a launch cost, on a release build.
#[derive(Parser)]
struct Arguments {
    /// The server to measure [default: `lobby` beside this program]
    #[arg(long)]
    lobby: Option<PathBuf>,
    /// Where the figures go [default: bench.json above this program's folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Fewer and shorter rounds, for a look.
    #[arg(long)]
    quick: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// The server to compare with; started by the benchmark.
    #[command(hide = true)]
    Bare(bare::Arguments),
    /// What filtering a sign-in log of ten million rows takes.
    SignInLog(log::Arguments),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let here = std::env::current_exe()?;
    match &arguments.command {
        Some(Command::Bare(arguments)) => return bare::main(arguments),
        Some(Command::SignInLog(arguments)) => return sign_in_log(arguments, &here),
        None => {}
    }
    let folder = here.parent().context("this program is in no folder")?;
    let lobby = arguments.lobby.unwrap_or_else(|| folder.join("lobby"));
    anyhow::ensure!(lobby.is_file(), "{} is not there: make release builds it", lobby.display());
    let out = arguments.out.unwrap_or_else(|| folder.parent().unwrap_or(folder).join("bench.json"));
    cores::take(cores::LOAD)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(measure(&lobby, &here, arguments.quick))?;
    print!("{}", report::table(&rows));
    std::fs::write(&out, report::json(&rows)?).with_context(|| format!("{} cannot be written", out.display()))?;
    println!("\nThe figures are in {}.", out.display());
    Ok(())
}

/// A measurement of its own, with its own file beside the other one's.
fn sign_in_log(arguments: &log::Arguments, here: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut rows = runtime.block_on(log::measure(arguments, here))?;
    report::judge(&mut rows);
    print!("{}", report::table(&rows));
    let folder = here.parent().context("this program is in no folder")?;
    let out = folder.parent().unwrap_or(folder).join("bench-sign-in-log.json");
    std::fs::write(&out, report::json(&rows)?).with_context(|| format!("{} cannot be written", out.display()))?;
    Ok(())
}

const GUESTS: usize = 1_000;
const MANY_GUESTS: usize = 100_000;
const PROVIDERS: usize = 5;
const MANY_PROVIDERS: usize = 500;
const TILES: usize = 50;
const POLICIES: usize = 200;
/// Of a browser that is not signed in.
const BROWSER: &str = "lobby-browser=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A form of one field that begins a way to a provider.
fn begins(path: &str, field: &str, value: &str) -> std::sync::Arc<Ask> {
    Ask::form(path, BROWSER, format!("form%5B{field}%5D={value}"), Expect::LeadsBelow("/signin/go/"))
}

async fn measure(lobby: &Path, bench: &Path, quick: bool) -> anyhow::Result<Vec<Row>> {
    println!("Filling databases, the largest with {MANY_GUESTS} guests, one with {POLICIES} policies …");
    let mail = mail::sink().await?;
    let vouching = provider::start().await?;
    let house = House::build(Size::of(GUESTS, PROVIDERS), mail, &vouching).await?;
    let large = House::build(Size::of(MANY_GUESTS, MANY_PROVIDERS), mail, &vouching).await?;
    let open = Size { applications: TILES, ..Size::of(GUESTS, PROVIDERS) };
    let guarded = House::build(Size { policies: POLICIES, ..open }, mail, &vouching).await?;
    let open = House::build(open, mail, &vouching).await?;

    println!("Starting and stopping …");
    let cold_start = server::cold_start(lobby, &house).await?;
    let bare = Server::bare(bench, &house).await?;
    let small = Server::lobby(lobby, &house).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let rss_idle = small.resident_mib()?;
    let first_visit = visit::first(&small, &house).await?;
    let full = Server::lobby(lobby, &large).await?;
    let many_tiles = Server::lobby(lobby, &open).await?;
    let asking = Server::lobby(lobby, &guarded).await?;

    let length = if quick { Length::QUICK } else { Length::FULL };
    println!("Asking for pages, {} rounds of {} ms each …", length.rounds, length.round.as_millis());
    let asks = [
        ("bare_select", &bare, Ask::new(format!("/{}", house.viewer), None, Expect::Holds(house.address.clone()))),
        ("sign_in_page", &small, Ask::new("/signin", None, Expect::Holds(r#"type="email""#.to_owned()))),
        ("apps_page", &small, Ask::new("/", Some(&house.cookie), Expect::Tiles(house.tiles.clone()))),
        ("apps_page_100k", &full, Ask::new("/", Some(&large.cookie), Expect::Tiles(large.tiles.clone()))),
        (
            "launch",
            &small,
            Ask::new(house.launch.clone(), Some(&house.other_cookie), Expect::LeadsTo(house::LAUNCH_URL)),
        ),
        ("apps_page_50", &many_tiles, Ask::new("/", Some(&open.cookie), Expect::Tiles(open.tiles.clone()))),
        ("apps_page_policies", &asking, Ask::new("/", Some(&guarded.cookie), Expect::Tiles(guarded.tiles.clone()))),
        (
            "launch_policies",
            &asking,
            Ask::new(guarded.launch.clone(), Some(&guarded.other_cookie), Expect::LeadsTo(house::LAUNCH_URL)),
        ),
        ("federation_start", &small, begins("/fn/sign-in/with", "provider", &house.provider.to_string())),
        ("realm_lookup_5", &small, begins("/fn/sign-in/ask", "address", &format!("ada%40{}", house.domain))),
        ("realm_lookup_500", &full, begins("/fn/sign-in/ask", "address", &format!("ada%40{}", large.domain))),
    ];
    let mut figures: Vec<[Figures; 2]> = asks.iter().map(|_| Default::default()).collect();
    for round in 0..length.rounds {
        for (at, connections) in [1, 32].into_iter().enumerate() {
            for ((name, server, ask), figures) in asks.iter().zip(&mut figures) {
                let removes = *name == "apps_page" && connections > 1 && round == length.rounds / 2;
                let removal = async {
                    tokio::time::sleep(length.round / 2).await;
                    if removes { house.remove_a_tile().await } else { Ok(()) }
                };
                let (loaded, removed) = tokio::join!(load::run(server.port, ask, connections, length.round), removal);
                figures[at].add(loaded.with_context(|| format!("{name} at {connections} connections"))?);
                removed?;
                if removes {
                    house.tiles.seen_gone()?;
                    house.give_it_back().await?;
                }
            }
        }
    }
    let rss_load = small.resident_mib()?.max(full.resident_mib()?);

    println!("Answering for a provider …");
    let callback = federation::callback(&small, &house).await.context("federation_callback")?;

    println!("Inviting {} addresses …", invite::MANY);
    let invited = invite::run(&small, &house).await.context("invite_10k")?;

    let bare_value = figures[0][1].rate();
    let per_second = asks.iter().zip(figures).map(|((name, ..), [one, many])| Row::rate(name, bare_value, &one, &many));
    let mut rows: Vec<Row> = per_second.collect();
    rows.push(Row::one("policy_evaluation", evaluation::measure()?, Unit::Microseconds));
    rows.push(Row::one("federation_callback", callback, Unit::Milliseconds));
    rows.push(Row::one("invite_10k", invited, Unit::Seconds));
    rows.push(Row::one("rss_idle", rss_idle, Unit::MebiBytes));
    rows.push(Row::one("rss_load", rss_load, Unit::MebiBytes));
    rows.push(Row::one("cold_start", cold_start, Unit::Milliseconds));
    rows.push(Row::one("first_visit", first_visit, Unit::KibiBytes));
    report::judge(&mut rows);
    Ok(rows)
}
