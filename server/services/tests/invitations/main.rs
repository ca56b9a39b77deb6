//! Invitations from verdict to Accept, on both engines.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

mod answering;
mod inviting;
mod long_lists;
mod lost_links;
mod managing;
mod races;

use domain::event::Action;
use domain::group::{Group, Narrowing};
use domain::id::InvitationId;
use domain::invitation::{Invitation, InvitationState, LetterState, Outcome, RedeemError, Verdict};
use domain::letter::{Lane, Letter};
use domain::samples::{NOON, address, origin};
use domain::settings::{AllowInvitesFrom, Collaboration};
use domain::text::{DomainList, DomainRules, Message};
use domain::time::{Span, Zone};
use domain::user::{Barred, DeletedBy, ExternalState, Standing, User};
use services::invitations::{self, Inviting, NewInvitations, Showing, invite};
use services::redemption::{self, accept};
use services::testing::{self, Lobby};
use services::{Denied, OwnerOf, PageAsk, Refusal, Secret, UserAdmin, Verb, blocks, jobs, people};
use store::jobs::JobState;

fn all() -> PageAsk {
    PageAsk { size: 1000, ..PageAsk::default() }
}

fn inviting(lobby: &Lobby, owner: &OwnerOf<Group>) -> Inviting {
    Inviting::to_group(&lobby.services, owner.clone()).unwrap()
}

async fn verdict(lobby: &Lobby, by: &Inviting, address: &str) -> Verdict {
    invitations::verdicts(&lobby.services, by, address).await.unwrap().remove(0).verdict
}

/// Invites by an owner and says what became of each address.
async fn ask(lobby: &Lobby, owner: &OwnerOf<Group>, pasted: &str) -> Vec<Verdict> {
    let by = inviting(lobby, owner);
    let sent = invite(&lobby.services, &by, NewInvitations::of(pasted, "en")).await.unwrap();
    sent.lines.into_iter().map(|line| line.verdict).collect()
}

/// Invites one address that is welcome.
async fn invited(lobby: &Lobby, owner: &OwnerOf<Group>, at: &str) -> Invitation {
    let verdicts = ask(lobby, owner, at).await;
    assert_eq!(verdicts, [Verdict::WillBeInvited], "{at}");
    newest(lobby, owner).await
}

async fn newest(lobby: &Lobby, owner: &OwnerOf<Group>) -> Invitation {
    let page = invitations::page(&lobby.services, owner, &all(), Showing::All).await.unwrap();
    page.items.into_iter().next().unwrap().invitation
}

async fn state(lobby: &Lobby, invitation: InvitationId) -> InvitationState {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::invitations::get(&mut tx, invitation).await.unwrap().unwrap().value.state_at(lobby.services.now())
}

/// A link as the mail worker mints it.
async fn link(lobby: &Lobby, invitation: InvitationId) -> Secret {
    let link = Secret::random();
    let mut tx = lobby.services.store.begin().await.unwrap();
    store::invitations::add_link(&mut tx, invitation, &link.digest(), lobby.services.now(), 3).await.unwrap();
    tx.commit().await.unwrap();
    link
}

/// The mail server took the letter.
async fn sent(lobby: &Lobby, invitation: InvitationId) {
    let mut tx = lobby.services.store.begin().await.unwrap();
    let letter = LetterState::Sent { at: lobby.services.now() };
    store::invitations::set_letter(&mut tx, invitation, &letter).await.unwrap();
    tx.commit().await.unwrap();
}

async fn collaborate(lobby: &Lobby, settings: Collaboration) {
    let version = lobby.services.tenant().collaboration.version;
    let admin = lobby.admin().await;
    services::organization::save_collaboration(&lobby.services, &admin, settings, version).await.unwrap();
}

async fn narrow(lobby: &Lobby, owner: &OwnerOf<Group>, narrowing: Narrowing) {
    let mut tx = lobby.services.store.begin().await.unwrap();
    let group = store::groups::get(&mut tx, owner.group().id).await.unwrap().unwrap();
    let group = group.with(|group| Group { narrowing, ..group });
    store::groups::save(&mut tx, &group).await.unwrap();
    tx.commit().await.unwrap();
}

async fn take(lobby: &Lobby, at: &str, listed: &[InvitationId]) -> Verb<User> {
    accept(&lobby.services, &lobby.proved(at), listed, origin(), lobby.correlation()).await
}

async fn membership(lobby: &Lobby, owner: &OwnerOf<Group>, user: &User) -> Option<domain::group::Membership> {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::memberships::get(&mut tx, owner.group().id, user.id).await.unwrap()
}

async fn letters(lobby: &Lobby) -> Vec<(Lane, Letter)> {
    lobby.letters().await.into_iter().map(|letter| (letter.lane, letter.letter)).collect()
}

fn refused<T: std::fmt::Debug>(done: Verb<T>) -> &'static str {
    done.unwrap_err().code()
}

fn beside<T: std::fmt::Debug>(done: Verb<T>) -> (String, String) {
    match done.unwrap_err() {
        Refusal::Invalid(problems) => (problems[0].field.clone(), problems[0].code.clone()),
        other => panic!("{other:?}"),
    }
}

/// Runs everything at once.
async fn join<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, done) in &mut waiting {
            if done.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        let all = waiting.iter().all(|(_, done)| done.is_some());
        if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, done)| done).collect()
}
