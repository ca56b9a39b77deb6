//! Bulk jobs: long lists of invitations, worked off in chunks that can be watched, stopped and taken up after a crash.

use std::collections::BTreeMap;

use domain::event::{Action, Target, TargetKind};
use domain::group::Group;
use domain::id::{GroupId, JobId};
use domain::invitation::{Line, Verdict};
use domain::letter::Lane;
use domain::text::{EmailAddress, Pasted};
use domain::time::Timestamp;
use domain::user::User;
use serde::{Deserialize, Serialize};
use store::Stored;
use store::jobs::Job;
pub use store::jobs::JobState;

use crate::invitations::{Inviting, NewInvitations, check_plan, send};
use crate::refusal::again;
use crate::{Actor, Denied, Refusal, Services, Verb, Viewer};

/// Entries that one transaction works off.
const CHUNK: usize = 1_000;
/// Entries without a letter that a job keeps to show.
const MOST_UNSENT: usize = 500;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub id: JobId,
    pub group: Option<GroupId>,
    pub state: JobState,
    pub total: i64,
    pub done: i64,
    /// How many of each verdict, by its code.
    pub counts: BTreeMap<String, i64>,
    /// The first of those that came to nothing.
    pub unsent: Vec<Line>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What a job is to do, as stored.
#[derive(Serialize, Deserialize)]
struct Input {
    words: NewInvitations,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    raw: String,
    name: Option<String>,
    address: String,
}

/// How many of each verdict so far, as stored.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    counts: BTreeMap<String, i64>,
    unsent: Vec<Line>,
}

impl Tally {
    fn count(&mut self, line: Line) {
        *self.counts.entry(line.verdict.code().to_owned()).or_default() += 1;
        if !line.verdict.goes() && self.unsent.len() < MOST_UNSENT {
            self.unsent.push(line);
        }
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn unreadable(job: JobId) -> impl FnOnce(serde_json::Error) -> Refusal {
    move |_| Refusal::Broken(store::StoreError::Unreadable { what: "job", value: job.to_string() })
}

fn told(job: &Job) -> Target {
    Target::new(TargetKind::Job, job.id, job.total.to_string())
}

impl TryFrom<Job> for Progress {
    type Error = Refusal;
    fn try_from(job: Job) -> Verb<Self> {
        let Tally { counts, unsent } = serde_json::from_str(&job.counts).map_err(unreadable(job.id))?;
        let Job { id, group, state, total, done, created_at, ended_at, .. } = job;
        Ok(Self { id, group, state, total, done, counts, unsent, created_at, ended_at })
    }
}

/// Begins a job for a list; the worker does it.
///
/// # Errors
/// `Forbidden` for everybody but administrators; beside the fields that are wrong.
pub async fn start(services: &Services, by: &Inviting, new: NewInvitations) -> Verb<JobId> {
    if !by.by_role() {
        return Err(Denied::Forbidden.into());
    }
    if new.cc.is_some() {
        // One mailbox gets a few letters a day, not one for each line of a list.
        return Err(Refusal::field("cc", "cc_not_for_lists"));
    }
    let mut deed = services.deed(by.actor()).await?;
    check_plan(services, &mut deed.tx, by, &new).await?;
    let mut tally = Tally::default();
    let mut entries = Vec::new();
    let total = new.list.len();
    for Pasted { raw, name, address, twice } in &new.list {
        let line = |address: Option<&EmailAddress>, verdict| Line {
            raw: raw.clone(),
            name: name.clone(),
            address: address.map(EmailAddress::shown),
            verdict,
        };
        match address {
            Ok(address) if *twice => tally.count(line(Some(address), Verdict::TwiceInThisList)),
            Ok(address) => {
                entries.push(Entry { raw: raw.clone(), name: name.clone(), address: address.as_str().to_owned() });
            }
            Err(error) => {
                let verdict = Verdict::Malformed { code: error.code().to_owned(), position: error.position() };
                tally.count(line(None, verdict));
            }
        }
    }
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let job = Job {
        id: deed.id(),
        started_by: by.user().id,
        group: by.group().map(|group| group.id),
        state: JobState::Running,
        total,
        done: total - i64::try_from(entries.len()).unwrap_or(0),
        input: json(&Input { words: NewInvitations { list: Vec::new(), ..new }, entries }),
        counts: json(&tally),
        created_at: deed.now,
        ended_at: None,
    };
    store::jobs::insert(&mut deed.tx, &job).await?;
    deed.tell(Action::JobStarted, told(&job));
    deed.commit().await?;
    services.bell.ring();
    Ok(job.id)
}

/// How far a job is, for whoever started it and for user administrators.
///
/// # Errors
/// `NotFound` for everybody else.
pub async fn progress(services: &Services, viewer: &Viewer, job: JobId) -> Verb<Progress> {
    let mut tx = services.store.read().await?;
    seen(viewer, store::jobs::get(&mut tx, job).await?)?.value.try_into()
}

fn seen(viewer: &Viewer, job: Option<Stored<Job>>) -> Verb<Stored<Job>> {
    let mine = |job: &Stored<Job>| job.value.started_by == viewer.user.id || viewer.administers_users();
    let job = job.filter(mine).ok_or(Denied::NotFound)?;
    viewer.clone().managing()?;
    Ok(job)
}

/// The viewer's newest twenty.
pub async fn of(services: &Services, viewer: &Viewer) -> Verb<Vec<Progress>> {
    let mut tx = services.store.read().await?;
    store::jobs::started_by(&mut tx, viewer.user.id).await?.into_iter().map(Progress::try_from).collect()
}

/// Stops a job after the chunk that is being sent; what was sent stays sent.
///
/// # Errors
/// `job_ended` where it has ended already.
pub async fn stop(services: &Services, viewer: &Viewer, job: JobId) -> Verb<()> {
    again!(stop_by(services, viewer.actor(), Some(viewer), job))
}

async fn stop_by(services: &Services, actor: &Actor, viewer: Option<&Viewer>, job: JobId) -> Verb<()> {
    let mut deed = services.deed(actor).await?;
    store::guards::hold(&mut deed.tx, &guard_of(job)).await?;
    let found = store::jobs::get(&mut deed.tx, job).await?;
    let found = match viewer {
        Some(viewer) => seen(viewer, found)?,
        None => found.ok_or(Denied::NotFound)?,
    };
    if found.value.state != JobState::Running {
        return Err(Refusal::Rule("job_ended"));
    }
    let now = deed.now;
    let ended = found.with(|job| Job { state: JobState::Stopped, ended_at: Some(now), ..job }.forgetting());
    store::jobs::save(&mut deed.tx, &ended).await?;
    deed.tell_change(Action::JobStopped, told(&ended.value), &(), &ended.value.done);
    deed.commit().await
}

trait Forgetting {
    /// The addresses of an ended job are in the invitations it sent, or nowhere.
    fn forgetting(self) -> Self;
}

impl Forgetting for Job {
    fn forgetting(self) -> Self {
        let input = json(&Input { words: NewInvitations::default(), entries: Vec::new() });
        Self { input, ..self }
    }
}

fn guard_of(job: JobId) -> String {
    format!("job:{job}")
}

/// Does one chunk of the oldest job; `false` where there is none. A chunk is one transaction: after a crash the next
/// call goes on where the last one ended.
pub async fn run_next(services: &Services) -> Verb<bool> {
    let mut tx = services.store.read().await?;
    let Some(job) = store::jobs::running(&mut tx).await? else { return Ok(false) };
    let starter = store::users::get(&mut tx, job.value.started_by).await?;
    let group = match job.value.group {
        Some(group) => store::groups::get(&mut tx, group).await?.map(|group| group.value),
        None => None,
    };
    drop(tx);
    let gone = group.is_none() && job.value.group.is_some();
    let starter = starter.filter(|user| !gone && user.value.may_enter(services.now()).is_ok());
    let done = match starter {
        Some(starter) => again!(run_chunk(services, job.value.id, &starter.value, group.clone())),
        None => Err(Denied::Forbidden.into()),
    };
    match done {
        Ok(()) => Ok(true),
        // Nobody may send the rest: a job that cannot go on must not stand in the way of the next.
        Err(Refusal::Denied(_) | Refusal::Rule(_) | Refusal::Invalid(_)) => {
            match stop_by(services, &Actor::lobby(services), None, job.value.id).await {
                Ok(()) | Err(Refusal::Rule(_)) => Ok(true),
                Err(refusal) => Err(refusal),
            }
        }
        Err(refusal) => Err(refusal),
    }
}

async fn run_chunk(services: &Services, job: JobId, starter: &User, group: Option<Group>) -> Verb<()> {
    let (user, name) = (Some(starter.id), starter.shown_name().to_owned());
    let actor = Actor { user, name, origin: None, correlation: services.ids.next(services.now()) };
    let by = Inviting::of_job(actor.clone(), starter.clone(), group);
    if !by.by_role() {
        return Err(Denied::Forbidden.into());
    }
    let mut deed = services.deed(&actor).await?;
    // Another worker waits here, and then sees how far this one came.
    store::guards::hold(&mut deed.tx, &guard_of(job)).await?;
    let found = store::jobs::get(&mut deed.tx, job).await?.ok_or(Denied::NotFound)?;
    if found.value.state != JobState::Running {
        return Ok(());
    }
    let input: Input = serde_json::from_str(&found.value.input).map_err(unreadable(job))?;
    let mut tally: Tally = serde_json::from_str(&found.value.counts).map_err(unreadable(job))?;
    let remaining = usize::try_from(found.value.total - found.value.done).unwrap_or(0);
    let from = input.entries.len().saturating_sub(remaining);
    let chunk: Vec<Pasted> = input.entries.into_iter().skip(from).take(CHUNK).map(Entry::pasted).collect();
    let sent = i64::try_from(chunk.len()).unwrap_or(i64::MAX);
    if !chunk.is_empty() {
        let lines = send(services, &mut deed, &by, &input.words, &chunk, Lane::Bulk).await?;
        lines.into_iter().for_each(|line| tally.count(line));
    }
    let now = deed.now;
    let progressed = found.with(|job| Job { done: job.done + sent, counts: json(&tally), ..job });
    if progressed.value.done < progressed.value.total && sent > 0 {
        store::jobs::advance(&mut deed.tx, &progressed).await?;
    } else {
        let ended = progressed.with(|job| Job { state: JobState::Done, ended_at: Some(now), ..job }.forgetting());
        store::jobs::save(&mut deed.tx, &ended).await?;
        deed.tell_change(Action::JobFinished, told(&ended.value), &(), &tally.counts);
    }
    deed.commit().await
}

impl Entry {
    fn pasted(self) -> Pasted {
        let address = EmailAddress::parse(&self.address);
        Pasted { raw: self.raw, name: self.name, address, twice: false }
    }
}
