//! Bulk work with progress: lists of invitations too long for one request.

use domain::id::{GroupId, JobId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Stored, Tx, exactly_one, id, read};

sql! {
    GET = "SELECT * FROM jobs WHERE id = $1";
    RUNNING = "SELECT * FROM jobs WHERE state = 'running' ORDER BY id LIMIT 1";
    /// All but what is to be done, which can be long.
    ADVANCE = "UPDATE jobs SET state = $2, done = $3, counts = $4, ended_at = $5, version = version + 1
               WHERE id = $1 AND version = $6";
    PRUNE = "DELETE FROM jobs WHERE state <> 'running' AND ended_at <= $1";
    BY_STARTER = "SELECT * FROM jobs WHERE started_by = $1 ORDER BY id DESC LIMIT 20";
}

const TABLE: Table = Table {
    name: "jobs",
    columns: &["id", "started_by", "group_id", "state", "input", "total", "done", "counts", "created_at", "ended_at"],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

domain::stored_words! {
    JobState { Running = "running", Stopped = "stopped", Done = "done" }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub started_by: UserId,
    pub group: Option<GroupId>,
    pub state: JobState,
    /// JSON of what is to be done.
    pub input: String,
    pub total: i64,
    pub done: i64,
    /// JSON: how many of each verdict so far.
    pub counts: String,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

#[derive(Debug, FromRow)]
struct JobRow {
    id: String,
    started_by: String,
    group_id: Option<String>,
    state: String,
    input: String,
    total: i64,
    done: i64,
    counts: String,
    created_at: i64,
    ended_at: Option<i64>,
    version: i64,
}

impl JobRow {
    fn job(self) -> Result<Stored<Job>, StoreError> {
        let value = Job {
            id: id(&self.id)?,
            started_by: id(&self.started_by)?,
            group: self.group_id.as_deref().map(id).transpose()?,
            state: read("job state", &self.state, JobState::parse(&self.state))?,
            input: self.input,
            total: self.total,
            done: self.done,
            counts: self.counts,
            created_at: Timestamp(self.created_at),
            ended_at: self.ended_at.map(Timestamp),
        };
        Ok(Stored { value, version: self.version })
    }
}

fn row(job: &Job) -> Vec<Bind> {
    vec![
        Bind::text(job.id),
        Bind::text(job.started_by),
        Bind::maybe(job.group),
        Bind::text(job.state),
        Bind::text(&job.input),
        Bind::number(job.total),
        Bind::number(job.done),
        Bind::text(&job.counts),
        Bind::number(job.created_at.0),
        Bind::Number(job.ended_at.map(|at| at.0)),
    ]
}

pub async fn insert(tx: &mut Tx, job: &Job) -> Result<(), StoreError> {
    TABLE.insert(tx, vec![row(job)]).await
}

pub async fn save(tx: &mut Tx, job: &Stored<Job>) -> Result<(), StoreError> {
    TABLE.save(tx, row(&job.value), job.version).await
}

/// Writes how far it is; what was to be done stays as it is.
pub async fn advance(tx: &mut Tx, job: &Stored<Job>) -> Result<(), StoreError> {
    let Stored { value, version } = job;
    let changed = on!(tx, |conn| {
        let update = sqlx::query(ADVANCE).bind(value.id.to_string()).bind(value.state.as_str()).bind(value.done);
        let update = update.bind(value.counts.as_str()).bind(value.ended_at.map(|at| at.0)).bind(version);
        update.execute(conn).await?.rows_affected()
    });
    exactly_one(changed, "job")
}

pub async fn get(tx: &mut Tx, job: JobId) -> Result<Option<Stored<Job>>, StoreError> {
    let row: Option<JobRow> = on!(tx, |conn| sqlx::query_as(GET).bind(job.to_string()).fetch_optional(conn).await?);
    row.map(JobRow::job).transpose()
}

/// The oldest that is not finished.
pub async fn running(tx: &mut Tx) -> Result<Option<Stored<Job>>, StoreError> {
    let row: Option<JobRow> = on!(tx, |conn| sqlx::query_as(RUNNING).fetch_optional(conn).await?);
    row.map(JobRow::job).transpose()
}

/// The newest twenty of one person.
pub async fn started_by(tx: &mut Tx, user: UserId) -> Result<Vec<Job>, StoreError> {
    let rows: Vec<JobRow> = on!(tx, |conn| sqlx::query_as(BY_STARTER).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|row| row.job().map(|stored| stored.value)).collect()
}

/// Forgets what ended before `at`: its input names people.
pub async fn prune(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(at.0).execute(conn).await?.rows_affected()))
}
