//! A Lobby to test with: on either engine, with a clock that stands still and people to act.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "a test may end here")]

mod cluster;
mod device;
mod letters;
pub mod mail_server;
mod people;
pub mod pictures;

use domain::samples::NOON;
use store::{Engine, Store};

pub use device::{Device, ORIGIN};
pub use letters::code_in;

use crate::{Clock, Key, Services, mail};

/// A Lobby on a database of its own, which goes with it.
pub struct Lobby {
    pub services: Services,
    /// Stands at [`NOON`] until it is told to advance.
    pub clock: Clock,
    pub engine: Engine,
    made: std::sync::atomic::AtomicU32,
    _database: Database,
}

enum Database {
    File { _folder: tempfile::TempDir },
    Server { _drops: cluster::Database },
}

/// Both engines; a story that holds on one holds on the other.
pub fn engines() -> [Engine; 2] {
    [Engine::Sqlite, Engine::Postgres]
}

/// One Lobby on each engine: `for lobby in testing::both().await { story(lobby).await }`.
pub async fn both() -> Vec<Lobby> {
    let mut lobbies = Vec::new();
    for engine in engines() {
        lobbies.push(Lobby::open(engine).await);
    }
    lobbies
}

impl Lobby {
    /// An empty Lobby: no person, no group, the settings as they come.
    ///
    /// # Panics
    /// Where there is no PostgreSQL to be had, with the cure.
    pub async fn open(engine: Engine) -> Self {
        Self::open_with(engine, |_| {}).await
    }

    /// The same, made of other parts.
    ///
    /// # Panics
    /// As [`Lobby::open`].
    pub async fn open_with(engine: Engine, change: impl FnOnce(&mut crate::Parts)) -> Self {
        let (url, database) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", folder.path().join("lobby.db").display());
                (url, Database::File { _folder: folder })
            }
            Engine::Postgres => {
                let (url, drops) = cluster::database().await;
                (url, Database::Server { _drops: drops })
            }
        };
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::held(NOON);
        let mut parts = crate::Parts {
            store,
            clock: clock.clone(),
            key: Key::random(),
            mailer: mail::Mailer::Mailbox,
            public_url: url::Url::parse("https://lobby.lindenhof.example").unwrap(),
            demo: false,
            // Providers of the tests are on this machine.
            outbound: crate::Outbound::new(&["127.0.0.0/8".parse().unwrap()]).unwrap(),
            countries: crate::Countries::default(),
            break_glass: Vec::new(),
        };
        change(&mut parts);
        let services = Services::open(parts).await.unwrap();
        Self { services, clock, engine, made: Default::default(), _database: database }
    }

    /// Grows by one at each call: for names that must differ.
    fn next(&self) -> u32 {
        self.made.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1
    }
}
