//! How letters leave the outbox: two lanes of work, secrets minted at the door, and every outcome written down.
//!
//! A letter is taken on lease, its facts are looked up, the mail server is reached, what is secret is minted and
//! committed, the letter is handed over with no transaction open, and the outcome is recorded. A kill between two of
//! these leaves a row that another attempt finds: a letter may come twice and is never lost.

mod draft;

use std::time::Duration;

use domain::id::LetterId;
use domain::invitation::LetterState;
use domain::letter::{Lane, Letter};
use domain::time::{Span, Timestamp};
use store::outbox::{self, OutboxState, Outgoing};
use store::{Stored, Tx};
use tokio::sync::watch;

use crate::mail::{Content, Fault, Mailer};
use crate::{Services, Verb};
use draft::{Minted, Why};

/// A worker that dies holds a letter no longer than this: longer than one attempt can take.
const LEASE: Span = Span::minutes(2);
/// How long nobody looks where no bell rings: letters that wait for another attempt, and other nodes' letters.
const LOOK: Duration = Duration::from_secs(1);
/// After the first attempts; then every hour.
const BACK_OFF: [Span; 5] = [Span::seconds(10), Span::minutes(1), Span::minutes(5), Span::minutes(15), Span::hours(1)];
/// Attempts until a letter is stuck: those above and hourly ones make 24 hours.
const MOST_ATTEMPTS: i64 = 28;

/// Passcodes have a worker and a connection of their own; lists come after what one person did.
const WORKERS: [&[Lane]; 2] = [&[Lane::Passcode], &[Lane::Single, Lane::Bulk]];

/// Delivers until told to stop, and finishes the letters in hand.
pub async fn run(services: Services, stop: watch::Receiver<bool>) {
    let workers = WORKERS.map(|lanes| tokio::spawn(keep(services.clone(), lanes, stop.clone())));
    for worker in workers {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a mail worker ended");
        }
    }
}

/// Delivers what is due now, each letter once; says how many left.
///
/// # Errors
/// Where the database does not answer.
pub async fn deliver_due(services: &Services) -> Verb<usize> {
    let mut left = 0;
    for lanes in WORKERS {
        while let Some(done) = one(services, lanes).await? {
            left += usize::from(done);
        }
    }
    Ok(left)
}

/// Works, and begins anew where one letter broke the worker: its lease runs out and the others go on.
async fn keep(services: Services, lanes: &'static [Lane], stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = tokio::spawn(work(services.clone(), lanes, stop.clone())).await {
            tracing::error!(%error, ?lanes, "a mail worker broke and begins anew");
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn work(services: Services, lanes: &'static [Lane], mut stop: watch::Receiver<bool>) {
    let mut bell = services.bell.listen();
    while !*stop.borrow() {
        match one(&services, lanes).await {
            Ok(Some(_)) => continue,
            Ok(None) => {}
            Err(error) => tracing::error!(%error, ?lanes, "the outbox could not be worked on"),
        }
        tokio::select! {
            () = told(&mut stop) => {}
            () = bell.heard() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Waits for the word to stop; who only lets go of the other end has not said it.
async fn told(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}

/// Takes the next letter of these lanes and tries it once. `None` where none is due; else whether it left.
async fn one(services: &Services, lanes: &[Lane]) -> Verb<Option<bool>> {
    let Some(taken) = take(services, lanes).await? else { return Ok(None) };
    let (id, kind, lane) = (taken.id, taken.letter.kind(), taken.lane);
    let outcome = attempt(services, &taken).await?;
    match &outcome {
        Outcome::Left => tracing::info!(letter = %id, kind, "a letter left"),
        Outcome::Nothing(why) => tracing::info!(letter = %id, kind, %why, "a letter was dropped"),
        Outcome::Failed(Fault::Refused(words)) => tracing::warn!(letter = %id, kind, %words, "a letter was refused"),
        Outcome::Failed(fault) => {
            tracing::warn!(letter = %id, kind, ?lane, words = %fault, attempts = taken.attempts, "a letter waits");
        }
    }
    Ok(Some(matches!(outcome, Outcome::Left)))
}

/// What became of one attempt.
enum Outcome {
    Left,
    Nothing(Why),
    Failed(Fault),
}

/// Leases the next letter that is due, the first lane first; its attempts count this one.
async fn take(services: &Services, lanes: &[Lane]) -> Verb<Option<Outgoing>> {
    loop {
        let now = services.now();
        let mut tx = services.store.read().await?;
        let Some(found) = first_due(&mut tx, lanes, now).await? else { return Ok(None) };
        drop(tx);
        let mut tx = services.store.begin().await?;
        match outbox::take(&mut tx, &found, now + LEASE).await {
            Ok(()) => tx.commit().await?,
            // Another node was first.
            Err(error) if error.is_conflict() => continue,
            Err(error) => return Err(error.into()),
        }
        let attempts = found.value.attempts + 1;
        return Ok(Some(Outgoing { attempts, ..found.value }));
    }
}

async fn first_due(tx: &mut Tx, lanes: &[Lane], now: Timestamp) -> Verb<Option<Stored<Outgoing>>> {
    for lane in lanes {
        if let Some(found) = outbox::next(tx, *lane, now).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn attempt(services: &Services, taken: &Outgoing) -> Verb<Outcome> {
    if taken.attempts > MOST_ATTEMPTS {
        let fault = Fault::Unclear("every attempt ended without an outcome".to_owned());
        return record(services, taken, None, Minted::Nothing, Outcome::Failed(fault)).await;
    }
    let drafted = draft::gather(services, &taken.letter, taken.created_at).await?;
    // Whether an address is known decides last: codes for both wait alike while nobody answers.
    if let Err(why) = drafted.as_ref().map_err(|why| *why)
        && why != Why::Unknown
    {
        return record(services, taken, None, Minted::Nothing, Outcome::Nothing(why)).await;
    }
    if let Err(fault) = services.mailer.ready(taken.lane).await {
        return record(services, taken, None, Minted::Nothing, Outcome::Failed(fault)).await;
    }
    let draft = match drafted {
        Ok(draft) => draft,
        Err(why) => return record(services, taken, None, Minted::Nothing, Outcome::Nothing(why)).await,
    };
    let (content, minted) = match draft::seal(services, taken.id, draft).await? {
        Ok(sealed) => sealed,
        Err(why) => return record(services, taken, None, Minted::Nothing, Outcome::Nothing(why)).await,
    };
    let outcome = match services.mailer.send(taken.lane, taken.id, &content).await {
        Ok(()) => Outcome::Left,
        Err(fault) => Outcome::Failed(fault),
    };
    record(services, taken, Some(content), minted, outcome).await
}

/// Writes down what became of it: the row, the invitation it tells of, the life of a code, a link nobody got.
async fn record(
    services: &Services,
    taken: &Outgoing,
    content: Option<Content>,
    minted: Minted,
    outcome: Outcome,
) -> Verb<Outcome> {
    let now = services.now();
    let mut tx = services.store.begin().await?;
    let tx_ref = &mut tx;
    let shown = match &outcome {
        Outcome::Left => {
            outbox::done(tx_ref, taken.id, OutboxState::Sent, None, now).await?;
            if let (Mailer::Mailbox, Some(content)) = (&services.mailer, content) {
                deliver_to_mailbox(services, tx_ref, &content, now).await?;
            }
            if let Minted::Code { challenge } = &minted {
                store::passcodes::sent(tx_ref, *challenge, now).await?;
            }
            Some(LetterState::Sent { at: now })
        }
        Outcome::Nothing(why) => {
            outbox::done(tx_ref, taken.id, OutboxState::Dropped, Some(why.as_str()), now).await?;
            if let (Letter::Passcode { challenge }, Why::Unknown) = (taken.letter, why) {
                // Its life begins as a real one's would: tries at it fail alike, at the same time.
                store::passcodes::sent(tx_ref, challenge, now).await?;
            }
            matches!(why, Why::Blocked | Why::Stopped).then_some(LetterState::NotSent)
        }
        Outcome::Failed(fault) => {
            if let (Minted::Link { digest }, Fault::Refused(_) | Fault::Later(_)) = (&minted, fault) {
                store::invitations::drop_link(tx_ref, digest).await?;
            }
            let words = fault.to_string();
            match back_off(taken.attempts).filter(|_| !matches!(fault, Fault::Refused(_))) {
                Some(wait) => {
                    outbox::again(tx_ref, taken.id, &words, now + wait).await?;
                    None
                }
                None => {
                    outbox::done(tx_ref, taken.id, OutboxState::Stuck, Some(&words), now).await?;
                    Some(LetterState::Refused { at: now, words })
                }
            }
        }
    };
    if let (Letter::Invitation { invitation } | Letter::LostLink { invitation }, Some(state)) = (taken.letter, shown) {
        store::invitations::set_letter(tx_ref, invitation, &state).await?;
    }
    tx.commit().await?;
    Ok(outcome)
}

/// `None` where it was tried long enough.
fn back_off(attempts: i64) -> Option<Span> {
    let done = usize::try_from(attempts.max(1)).unwrap_or(usize::MAX);
    (attempts < MOST_ATTEMPTS).then(|| BACK_OFF.get(done - 1).copied().unwrap_or(Span::hours(1)))
}

async fn deliver_to_mailbox(services: &Services, tx: &mut Tx, content: &Content, now: Timestamp) -> Verb<()> {
    let id: LetterId = services.ids.next(now);
    let Content { to, subject, html, plain, .. } = content;
    Ok(store::mailbox::deliver(tx, id, to.as_str(), subject, html, plain, now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_tried_for_a_day_and_then_stuck() {
        let waits: Vec<Span> = (1..).map_while(back_off).collect();
        assert_eq!(waits[..6], [10_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000].map(Span));
        let day: i64 = waits.iter().map(|wait| wait.0).sum();
        assert!((Span::hours(23).0..=Span::hours(25).0).contains(&day), "{day}");
        assert_eq!(back_off(MOST_ATTEMPTS), None);
        assert_eq!(back_off(i64::MAX), None);
    }
}
