//! `bench sign-in-log`: a sign-in log of ten million skewed rows, and what the first page of each filter, and of each two
//! together, takes on it. A measurement of its own: filling the log takes minutes, and some gigabytes beside this program.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use domain::access::Country;
use domain::event::SignInResult;
use domain::session::Platform;
use domain::time::{Span, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::sign_ins::{Want, search};
use store::{Engine, PageAsk, Store};

use crate::report::{Row, Unit};

const BACK: Span = Span::days(30);
/// Rows that one statement writes.
const CHUNK: i64 = 500_000;
/// A first page is asked for so often; the one in the middle counts.
const ROUNDS: usize = 5;
/// Filters that are named.
const WORST: usize = 8;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, default_value_t = 10_000_000)]
    rows: i64,
    /// An empty database to fill as well: postgres://…
    #[arg(long)]
    postgres: Option<String>,
    /// Where the SQLite file goes for the time being [default: beside this program]
    #[arg(long)]
    folder: Option<PathBuf>,
}

pub async fn measure(arguments: &Arguments, here: &std::path::Path) -> anyhow::Result<Vec<Row>> {
    let beside = here.parent().context("this program is in no folder")?.to_owned();
    let folder = tempfile::tempdir_in(arguments.folder.clone().unwrap_or(beside))?;
    let sqlite = format!("sqlite:{}", folder.path().join("log.db").display());
    let mut rows = vec![Row::one("sign_in_log_filter", one(&sqlite, arguments.rows).await?, Unit::Milliseconds)];
    if let Some(postgres) = &arguments.postgres {
        let worst = one(postgres, arguments.rows).await?;
        rows.push(Row::one("sign_in_log_filter_pg", worst, Unit::Milliseconds));
    }
    Ok(rows)
}

/// Fills one database and measures it: milliseconds of the worst filter's first page.
async fn one(url: &str, rows: i64) -> anyhow::Result<f64> {
    let store = Store::open(url).await?;
    store.migrate().await?;
    let now = Timestamp(i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?);
    let (engine, began) = (store.engine(), Instant::now());
    // SQLite leaves its journal only while nobody else is connected.
    store.close().await;
    fill(url, engine, rows, now).await?;
    let store = Store::open(url).await?;
    println!("{:?}: {rows} sign-ins written in {:.0} s.", store.engine(), began.elapsed().as_secs_f64());
    let mut all = Vec::new();
    for want in wants(now) {
        for reverse in [false, true] {
            let ask = PageAsk { size: 50, reverse, ..PageAsk::default() };
            let took = median(&store, &ask, &want).await?;
            all.push((took, format!("{want:?}, {}", if reverse { "oldest first" } else { "newest first" })));
        }
    }
    all.sort_by(|one, other| other.0.total_cmp(&one.0));
    println!("{:?}: {} filters; the slowest:", store.engine(), all.len());
    all.iter().take(WORST).for_each(|(took, filter)| println!("{took:8.1} ms  {filter}"));
    store.close().await;
    Ok(all.first().map_or(0.0, |(took, _)| *took))
}

async fn median(store: &Store, ask: &PageAsk, want: &Want) -> anyhow::Result<f64> {
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let (mut tx, began) = (store.read().await?, Instant::now());
        search(&mut tx, ask, want, true).await?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(crate::load::median(took))
}

/// Common, rare, only old and absent values of every filter; each alone, and each two together.
fn wants(now: Timestamp) -> Vec<Want> {
    let id = |kind: i64, number: i64| format!("00000000-0000-7000-8{kind:03}-{number:012}");
    let none = Want::default;
    let users = [0, 50_000, 99_999].map(|user| Want { user: id(1, user).parse().ok(), ..none() });
    let apps = [0, 90, 199, 999].map(|app| Want { application: Some(id(2, app)), ..none() });
    let results = SignInResult::ALL.iter().map(|result| Want { result: Some(*result), ..none() });
    let platforms = [Platform::Windows, Platform::Linux, Platform::ChromeOs];
    let platforms = platforms.map(|platform| Want { platform: Some(platform), ..none() });
    let countries = ["CH", "DE", "LI", "AQ"].into_iter().filter_map(|code| code.parse().ok());
    let countries = countries.map(|code| Want { country: Some(Country::Known(code)), ..none() });
    let policies = [0, 1, 2].map(|policy| Want { policy: id(3, policy).parse().ok(), ..none() });
    let spans = [
        Want { since: Some(now - Span::days(1)), ..none() },
        Want { until: Some(now - Span::days(29)), ..none() },
        Want { since: Some(now - Span::days(16)), until: Some(now - Span::days(15)), ..none() },
    ];
    let single: Vec<Want> = users
        .into_iter()
        .chain(apps)
        .chain(results)
        .chain(platforms)
        .chain(countries)
        .chain(policies)
        .chain(spans)
        .collect();
    let pairs = single.iter().enumerate().flat_map(|(at, one)| single[at + 1..].iter().map(|other| both(one, other)));
    let pairs: Vec<Want> = pairs.collect();
    [none()].into_iter().chain(single).chain(pairs).collect()
}

fn both(one: &Want, other: &Want) -> Want {
    Want {
        user: one.user.or(other.user),
        application: one.application.clone().or_else(|| other.application.clone()),
        result: one.result.or(other.result),
        platform: one.platform.or(other.platform),
        country: one.country.or(other.country),
        policy: one.policy.or(other.policy),
        since: one.since.or(other.since),
        until: one.until.or(other.until),
    }
}

/// A connection that runs what it is given.
enum Hand {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Hand {
    async fn run(&mut self, text: String) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(conn) => sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await.map(|_| ())?,
            Self::Postgres(conn) => sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await.map(|_| ())?,
        }
        Ok(())
    }

    /// The indexes of the log, as statements that make them; they are made again when it is full.
    async fn indexes(&mut self) -> anyhow::Result<Vec<(String, String)>> {
        const SQLITE: &str = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL \
                              AND tbl_name IN ('sign_ins', 'sign_in_policies')";
        const POSTGRES: &str = "SELECT indexname::text, indexdef FROM pg_indexes WHERE indexname NOT LIKE '%_pkey' \
                                AND tablename IN ('sign_ins', 'sign_in_policies')";
        Ok(match self {
            Self::Sqlite(conn) => sqlx::query_as(SQLITE).fetch_all(conn).await?,
            Self::Postgres(conn) => sqlx::query_as(POSTGRES).fetch_all(conn).await?,
        })
    }
}

async fn fill(url: &str, engine: Engine, rows: i64, now: Timestamp) -> anyhow::Result<()> {
    let mut hand = match engine {
        Engine::Sqlite => Hand::Sqlite(SqliteConnection::connect(url).await?),
        Engine::Postgres => Hand::Postgres(PgConnection::connect(url).await?),
    };
    if engine == Engine::Sqlite {
        hand.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA foreign_keys = OFF".to_owned()).await?;
    }
    let indexes = hand.indexes().await?;
    for (name, _) in &indexes {
        hand.run(format!("DROP INDEX {name}")).await?;
    }
    for first in (0..rows).step_by(usize::try_from(CHUNK)?) {
        let last = (first + CHUNK).min(rows) - 1;
        hand.run(sign_ins(engine, first, last, rows, now)).await?;
        hand.run(policies(engine, first, last, rows, now)).await?;
    }
    for (_, text) in indexes {
        hand.run(text).await?;
    }
    hand.run(if engine == Engine::Sqlite { "PRAGMA journal_mode = WAL" } else { "ANALYZE" }.to_owned()).await
}

/// `n.i` counts; `h` is drawn from it, and its cube makes few values common and many rare.
fn numbers(first: i64, last: i64) -> String {
    format!(
        "WITH RECURSIVE n (i) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last}), \
         d AS (SELECT i, (i * 7919) % 10007 AS h, (i * 104729 + i / 10007) % 10007 AS g FROM n), \
         c AS (SELECT i, h, g, ((h * h / 10007) * h / 10007) AS hhh, ((g * g / 10007) * g / 10007) AS ggg FROM d)"
    )
}

fn padded(engine: Engine, number: &str) -> String {
    match engine {
        Engine::Sqlite => format!("printf('%012d', {number})"),
        Engine::Postgres => format!("lpad(CAST({number} AS TEXT), 12, '0')"),
    }
}

/// When a row was, and its id (RFC 9562, section 5.7).
fn moment(rows: i64, now: Timestamp) -> String {
    format!("({} + i * {} / {rows})", (now - BACK).0, BACK.0)
}

fn id(engine: Engine, rows: i64, now: Timestamp) -> String {
    let at = moment(rows, now);
    let hex = match engine {
        Engine::Sqlite => format!("printf('%012x', {at})"),
        Engine::Postgres => format!("lpad(to_hex({at}), 12, '0')"),
    };
    format!("substr({hex}, 1, 8) || '-' || substr({hex}, 9, 4) || '-7000-8000-' || {}", padded(engine, "i"))
}

fn sign_ins(engine: Engine, first: i64, last: i64, rows: i64, now: Timestamp) -> String {
    let (id, at, old) = (id(engine, rows, now), moment(rows, now), rows / 10_000);
    let user = padded(engine, "hhh * 10 + i % 10");
    // The application that is used most is never blocked, but among the oldest; another one is found there alone.
    let app = padded(engine, &format!("CASE WHEN i < {old} AND i % 50 = 0 THEN 199 ELSE ggg / 51 END"));
    let facts = r#"{"origin":{"address":"192.0.2.7","platform":"windows","client":"Firefox 140","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0","platform_hint":null},"user_type":"guest","roles":0,"groups":["0197d3a0-0000-7000-8000-000000000001"],"methods":["otp"],"auth_time":1780315200000,"multifactor_at":null,"country":{"known":"CH"},"proof_application":null,"accepted":[]}"#;
    format!(
        "INSERT INTO sign_ins (id, at, user_id, user_name, application_id, application_name, result, facts, address, platform, \
         client, correlation_id, country, set_version) {} SELECT {id}, {at}, '00000000-0000-7000-8001-' || {user}, 'Ada', \
         '00000000-0000-7000-8002-' || {app}, 'Records', \
         CASE WHEN ggg / 51 = 0 AND i >= {old} THEN 'success' WHEN h % 1000 < 5 THEN 'failed' WHEN h % 1000 < 30 THEN 'blocked' \
         WHEN h % 1000 < 70 THEN 'interrupted' ELSE 'success' END, '{facts}', '192.0.2.7', \
         CASE WHEN i < {old} AND i % 10 = 0 THEN 'chromeos' WHEN g % 10 < 6 THEN 'windows' WHEN g % 10 < 8 THEN 'ios' \
         WHEN g % 10 < 9 THEN 'macos' ELSE 'linux' END, 'Firefox 140', '00000000-0000-7000-8004-000000000000', \
         CASE WHEN i < {old} AND i % 20 = 0 THEN 'AQ' WHEN h % 100 < 70 THEN 'CH' WHEN h % 100 < 90 THEN 'DE' \
         WHEN h % 100 < 99 THEN 'AT' ELSE 'LI' END, 1 FROM c",
        numbers(first, last)
    )
}

/// One policy applies to everything, one to a hundredth, one to a few of the oldest.
fn policies(engine: Engine, first: i64, last: i64, rows: i64, now: Timestamp) -> String {
    let (id, old) = (id(engine, rows, now), rows / 10_000);
    let one = |number: i64, which: String| {
        format!("SELECT '00000000-0000-7000-8003-{number:012}', {id}, 'failure', FALSE FROM c WHERE {which}")
    };
    format!(
        "INSERT INTO sign_in_policies (policy_id, sign_in_id, result, report_only) {} {} UNION ALL {} UNION ALL {}",
        numbers(first, last),
        one(0, "TRUE".to_owned()),
        one(1, "h % 100 = 3".to_owned()),
        one(2, format!("i < {old} AND i % 100 = 0")),
    )
}
