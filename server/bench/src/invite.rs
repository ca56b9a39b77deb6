//! An administrator pastes 10,000 addresses: how long until each is stored with all that belongs to it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use sqlx::SqlitePool;

use crate::bare;
use crate::client::{self, Client};
use crate::house::House;
use crate::server::Server;

pub const MANY: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(20);

const INVITED: &str = "SELECT COUNT(*) FROM invitations";
/// Invitations of whom nothing is lacking: the person, the place in the group, the letter, and the event.
const WHOLE: &str = "SELECT COUNT(*) FROM invitations i
    JOIN users u ON u.id = i.user_id AND u.address_key = i.address_key
    JOIN memberships m ON m.group_id = i.group_id AND m.user_id = u.id AND m.held_for = i.id
    WHERE i.state = 'pending' AND i.group_id = $1
      AND EXISTS (SELECT 1 FROM outbox o WHERE o.about = i.id AND o.kind = 'invitation')
      AND EXISTS (SELECT 1 FROM audit a WHERE a.target_id = i.id AND a.action = 'invitation.create')";

/// Seconds from sending the form until all is stored.
pub async fn run(server: &Server, house: &House) -> anyhow::Result<f64> {
    let pool = bare::readers(&house.database()).await?;
    let mut form = format!("form%5Bgroup%5D={}&form%5Blist%5D=", house.group);
    for number in 0..MANY {
        write!(form, "Partner+{number}+%3Cpartner-{number}%40firm-{}.example%3E%0D%0A", number % 89)?;
    }
    let message = client::post(server.port, "/fn/invitations/send", &house.administrator_cookie, form)?;
    let mut client = Client::connect(server.port).await?;

    let began = Instant::now();
    let answer = client.ask(message).await?;
    let location = answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_job = answer.status.is_redirection() && location.starts_with("/jobs/");
    anyhow::ensure!(is_job, "no job was begun: {} {location}", answer.status);
    while count(&pool, INVITED, house).await? < MANY {
        anyhow::ensure!(began.elapsed() < PATIENCE, "not all were stored in {} s", PATIENCE.as_secs());
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let took = began.elapsed().as_secs_f64();
    let whole = count(&pool, WHOLE, house).await?;
    anyhow::ensure!(whole == MANY, "only {whole} of {MANY} invitations have all that belongs to them");
    Ok(took)
}

async fn count(pool: &SqlitePool, sql: &'static str, house: &House) -> anyhow::Result<usize> {
    let (count,): (i64,) = match sql {
        WHOLE => sqlx::query_as(sql).bind(house.group.to_string()).fetch_one(pool).await?,
        _ => sqlx::query_as(sql).fetch_one(pool).await?,
    };
    Ok(usize::try_from(count)?)
}
