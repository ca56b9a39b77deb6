//! Asks for one page over and over, on so many connections, and looks at every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::header::LOCATION;
use tokio::task::JoinSet;

use crate::client::{self, Answer, Client};

#[derive(Clone, Copy)]
pub struct Length {
    pub rounds: usize,
    pub round: Duration,
}

impl Length {
    pub const FULL: Self = Self { rounds: 7, round: Duration::from_millis(1000) };
    pub const QUICK: Self = Self { rounds: 3, round: Duration::from_millis(400) };
}

/// Before a round counts: statements are prepared and connections stand.
const WARM_UP: Duration = Duration::from_millis(100);

pub struct Ask {
    path: String,
    cookie: Option<String>,
    /// A form that is sent, each time from another client.
    form: Option<String>,
    expect: Expect,
    sent: AtomicUsize,
}

impl Ask {
    pub fn new(path: impl Into<String>, cookie: Option<&str>, expect: Expect) -> Arc<Self> {
        Self::sending(path, cookie, None, expect)
    }

    pub fn form(path: &str, cookie: &str, form: String, expect: Expect) -> Arc<Self> {
        Self::sending(path, Some(cookie), Some(form), expect)
    }

    fn sending(path: impl Into<String>, cookie: Option<&str>, form: Option<String>, expect: Expect) -> Arc<Self> {
        let (path, cookie) = (path.into(), cookie.map(str::to_owned));
        Arc::new(Self { path, cookie, form, expect, sent: AtomicUsize::new(0) })
    }

    fn message(&self, port: u16) -> anyhow::Result<client::Message> {
        let cookie = self.cookie.as_deref();
        let Some(form) = &self.form else { return client::get(port, &self.path, cookie) };
        let message = client::post(port, &self.path, cookie.unwrap_or_default(), form.clone())?;
        client::from_elsewhere(message, self.sent.fetch_add(1, Ordering::Relaxed))
    }
}

/// What an answer has to be.
pub enum Expect {
    Holds(String),
    Tiles(Arc<Tiles>),
    LeadsTo(&'static str),
    /// After a form: to a page below this one.
    LeadsBelow(&'static str),
}

const ALL: u8 = 0;
const CHANGING: u8 = 1;
const REMOVED: u8 = 2;

/// The tiles of an apps page, in order, one of which may be taken away while others ask for the page.
pub struct Tiles {
    pub names: Vec<String>,
    /// The place of the one that goes and comes back.
    pub going: usize,
    state: AtomicU8,
    without: AtomicUsize,
}

impl Tiles {
    pub fn new(names: Vec<String>, going: usize) -> Self {
        Self { names, going, state: AtomicU8::new(ALL), without: AtomicUsize::new(0) }
    }

    /// From here on a page may be without it, or not.
    pub fn changes(&self) {
        self.state.store(CHANGING, Ordering::SeqCst);
    }

    /// Committed: whoever asks from here on must not see it.
    pub fn is_removed(&self) {
        self.state.store(REMOVED, Ordering::SeqCst);
    }

    pub fn is_back(&self) {
        self.state.store(ALL, Ordering::SeqCst);
    }

    pub fn seen_gone(&self) -> anyhow::Result<()> {
        let pages = self.without.load(Ordering::SeqCst);
        anyhow::ensure!(pages > 0, "nobody asked for a page after the assignment was removed");
        Ok(())
    }

    fn check(&self, body: &str, before: u8) -> anyhow::Result<()> {
        // A change that began meanwhile leaves both right.
        let known = before == self.state.load(Ordering::SeqCst) && before != CHANGING;
        let mut rest = body;
        for (at, name) in self.names.iter().enumerate() {
            if at == self.going && (!known || before == REMOVED) {
                continue;
            }
            let found = rest.find(name.as_str()).ok_or_else(|| anyhow::anyhow!("no tile {name} in its place"))?;
            rest = &rest[found + name.len()..];
        }
        if known && before == REMOVED {
            let name = &self.names[self.going];
            anyhow::ensure!(!body.contains(name.as_str()), "{name} is shown though its assignment was removed");
            self.without.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }
}

impl Expect {
    fn state(&self) -> u8 {
        match self {
            Self::Tiles(tiles) => tiles.state.load(Ordering::SeqCst),
            _ => ALL,
        }
    }

    fn check(&self, answer: &Answer, before: u8) -> anyhow::Result<()> {
        let status = match self {
            Self::LeadsTo(_) => 303,
            Self::LeadsBelow(_) => 302,
            Self::Holds(_) | Self::Tiles(_) => 200,
        };
        anyhow::ensure!(answer.status == status, "answered with {}", answer.status);
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let body = std::str::from_utf8(&answer.body)?;
        match self {
            Self::Holds(text) => anyhow::ensure!(body.contains(text.as_str()), "no {text} in the body"),
            Self::Tiles(tiles) => tiles.check(body, before)?,
            Self::LeadsTo(place) => {
                anyhow::ensure!(location == Some(*place), "leads to {location:?}");
            }
            Self::LeadsBelow(place) => {
                anyhow::ensure!(location.is_some_and(|to| to.starts_with(place)), "leads to {location:?}");
            }
        }
        Ok(())
    }
}

/// What rounds came to.
#[derive(Default)]
pub struct Figures {
    /// Requests a second of each round.
    rates: Vec<f64>,
    micros: Vec<u32>,
}

impl Figures {
    pub fn add(&mut self, round: Self) {
        self.rates.extend(round.rates);
        self.micros.extend(round.micros);
    }

    /// Requests a second in the middle round.
    pub fn rate(&self) -> f64 {
        median(self.rates.clone())
    }

    /// The milliseconds that `share` of all answers did not exceed.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut micros = self.micros.clone();
        micros.sort_unstable();
        let last = micros.len().saturating_sub(1);
        let at = (share * last as f64).round() as usize;
        micros.get(at).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// One round.
pub async fn run(port: u16, ask: &Arc<Ask>, connections: usize, length: Duration) -> anyhow::Result<Figures> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(port).await?);
    }
    let begin = Instant::now() + WARM_UP;
    let tasks = clients.into_iter().map(|client| keep_asking(client, port, Arc::clone(ask), begin, begin + length));
    let mut tasks: JoinSet<_> = tasks.collect();
    let mut micros = Vec::new();
    while let Some(done) = tasks.join_next().await {
        micros.extend(done??);
    }
    Ok(Figures { rates: vec![micros.len() as f64 / length.as_secs_f64()], micros })
}

/// The microseconds of each answer that was asked for and came between `begin` and `end`.
async fn keep_asking(
    mut client: Client,
    port: u16,
    ask: Arc<Ask>,
    begin: Instant,
    end: Instant,
) -> anyhow::Result<Vec<u32>> {
    let mut micros = Vec::new();
    loop {
        let (before, sent) = (ask.expect.state(), Instant::now());
        if sent >= end {
            return Ok(micros);
        }
        let answer = client.ask(ask.message(port)?).await?;
        let now = Instant::now();
        ask.expect.check(&answer, before)?;
        if sent >= begin && now <= end {
            micros.push(u32::try_from((now - sent).as_micros())?);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tiles() -> Tiles {
        Tiles::new(["Archive", "Board", "Club"].map(str::to_owned).to_vec(), 1)
    }

    #[test]
    fn every_tile_has_to_be_there_in_its_place() {
        let tiles = tiles();
        tiles.check("<a>Archive</a><a>Board</a><a>Club</a>", ALL).unwrap();
        for page in ["<a>Archive</a><a>Club</a>", "<a>Board</a><a>Archive</a><a>Club</a>", ""] {
            assert!(tiles.check(page, ALL).is_err(), "{page}");
        }
    }

    #[test]
    fn while_a_tile_goes_it_may_be_there_or_not_and_afterwards_never() {
        let (with, without) = ("Archive Board Club", "Archive Club");
        let tiles = tiles();
        tiles.changes();
        for page in [with, without] {
            tiles.check(page, ALL).unwrap();
            tiles.check(page, CHANGING).unwrap();
        }
        tiles.is_removed();
        assert!(tiles.seen_gone().is_err(), "nobody has asked since");
        tiles.check(with, CHANGING).unwrap();
        assert!(tiles.check(with, REMOVED).is_err());
        tiles.check(without, REMOVED).unwrap();
        tiles.seen_gone().unwrap();
    }

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let figures = Figures { rates: vec![3.0, 1.0, 2.0], micros: (1..=1000).rev().collect() };
        assert!((figures.percentile(0.5) - 0.501).abs() < 1e-9, "{}", figures.percentile(0.5));
        assert!((figures.percentile(0.99) - 0.99).abs() < 1e-3);
        assert!((figures.rate() - 2.0).abs() < f64::EPSILON);
        assert!(Figures::default().percentile(0.99).abs() < f64::EPSILON);
    }
}
