//! Invitations from verdict to Accept, on both engines.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

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

#[tokio::test]
async fn each_address_of_a_list_gets_its_verdict_before_anything_is_sent() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let guest = lobby.guest("in@praxis.example").await;
        lobby.join(owner.group().id, &guest).await;
        lobby.guest("known@praxis.example").await;
        lobby.member("colleague@lindenhof.example").await;
        let off = lobby.guest("off@praxis.example").await;
        let admin = lobby.user_admin().await;
        people::disable(&lobby.services, &admin, off.id).await.unwrap();
        let waiting = invited(&lobby, &owner, "waiting@praxis.example").await;
        let list = "New Person <new@praxis.example>, in@praxis.example; known@praxis.example\ncolleague@lindenhof.example \
            off@praxis.example waiting@praxis.example NEW@praxis.example ada..b@praxis.example x@1indenhof.example";
        let by = inviting(&lobby, &owner);
        let lines = invitations::verdicts(&lobby.services, &by, list).await.unwrap();
        let verdicts: Vec<Verdict> = lines.iter().map(|line| line.verdict.clone()).collect();
        assert_eq!(
            verdicts,
            [
                Verdict::WillBeInvited,
                Verdict::AlreadyIn,
                Verdict::WillBeAdded,
                Verdict::MemberWillBeAdded,
                Verdict::AskAnAdministrator,
                Verdict::InvitedAlready { invitation: waiting.id, at: NOON },
                Verdict::TwiceInThisList,
                Verdict::Malformed { code: "address_dot".to_owned(), position: Some(5) },
                Verdict::Confirm { like: Some("lindenhof.example".to_owned()) },
            ]
        );
        assert_eq!(lines[0].name.as_deref(), Some("New Person"));
        assert_eq!(letters(&lobby).await.len(), 1, "only the letter that was sent before");
    }
}

#[tokio::test]
async fn an_invitation_makes_a_pending_guest_with_a_place_held_and_a_letter() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let known = lobby.guest("known@praxis.example").await;
        let colleague = lobby.member("colleague@lindenhof.example").await;
        let list = "Ada L <ada@praxis.example>, known@praxis.example, colleague@lindenhof.example";
        let verdicts = ask(&lobby, &owner, list).await;
        assert_eq!(verdicts, [Verdict::WillBeInvited, Verdict::WillBeAdded, Verdict::MemberWillBeAdded]);
        let invitation = newest(&lobby, &owner).await;
        let ada = lobby.user(invitation.user).await.value;
        assert_eq!((ada.shown_name(), ada.invited_by), ("Ada L", Some(owner.viewer().user.id)));
        assert_eq!(ada.external, Some(ExternalState::PendingAcceptance { since: NOON }));
        let held = membership(&lobby, &owner, &ada).await.unwrap();
        assert_eq!((held.held_for, held.counts(NOON)), (Some(invitation.id), false));
        for user in [&known, &colleague] {
            assert!(membership(&lobby, &owner, user).await.unwrap().counts(NOON));
        }
        let (group, by) = (owner.group().id, owner.viewer().user.id);
        let mut left = letters(&lobby).await;
        for letter in [
            Letter::Invitation { invitation: invitation.id },
            Letter::Added { group, user: known.id, by },
            Letter::Added { group, user: colleague.id, by },
        ] {
            let at = left.iter().position(|sent| *sent == (Lane::Single, letter)).unwrap();
            left.remove(at);
        }
        assert_eq!(left, []);
        let events: Vec<Action> = lobby.events().await.into_iter().map(|event| event.action).collect();
        for action in [Action::UserCreated, Action::InvitationCreated, Action::MemberAdded] {
            assert!(events.contains(&action), "{action}");
        }
        assert_eq!(ask(&lobby, &owner, list).await.iter().filter(|verdict| verdict.goes()).count(), 0);
    }
}

#[tokio::test]
async fn an_owner_sends_a_hundred_in_an_hour_and_is_told_when_there_are_more() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let list: Vec<String> = (0..101).map(|number| format!("guest{number}@praxis.example")).collect();
        let verdicts = ask(&lobby, &owner, &list.join("\n")).await;
        assert!(verdicts[..100].iter().all(Verdict::goes));
        let until = NOON + Span::hours(1);
        assert_eq!(verdicts[100], Verdict::OverYourLimit { until });
        assert!(lobby.events().await.iter().any(|event| event.action == Action::LimitHit));
        lobby.clock.advance(Span::hours(1));
        assert_eq!(ask(&lobby, &owner, "guest100@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn one_mailbox_gets_three_letters_a_day_from_all_groups_together() {
    for lobby in testing::both().await {
        for tag in 0..3 {
            let owner = lobby.group_with_owner().await;
            invited(&lobby, &owner, &format!("ada+{tag}@praxis.example")).await;
        }
        let owner = lobby.group_with_owner().await;
        let until = NOON + Span::days(1);
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::TooManyLetters { until }]);
        lobby.clock.advance(Span::days(1));
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn a_further_letter_leaves_only_when_the_first_has_left_and_within_limits() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let again = async || invitations::resend(&lobby.services, &owner, invitation.id).await;
        assert_eq!(refused(again().await), "letter_waiting");
        for _ in 0..2 {
            sent(&lobby, invitation.id).await;
            again().await.unwrap();
        }
        assert_eq!(letters(&lobby).await.len(), 3);
        sent(&lobby, invitation.id).await;
        assert!(matches!(again().await, Err(Refusal::TooMany { until }) if until == NOON + Span::days(1)));
        let stranger = lobby.group_with_owner().await;
        assert_eq!(refused(invitations::resend(&lobby.services, &stranger, invitation.id).await), "not_found");
        let admin = lobby.user_admin().await;
        assert_eq!(refused(invitations::resend(&lobby.services, &admin, invitation.id).await), "too_many");
        let stopped = Collaboration { allow_invites_from: AllowInvitesFrom::None, ..Collaboration::default() };
        lobby.clock.advance(Span::days(2));
        collaborate(&lobby, stopped).await;
        assert_eq!(refused(again().await), "invitations_stopped");
        assert_eq!(refused(invitations::resend(&lobby.services, &admin, invitation.id).await), "invitations_stopped");
    }
}

#[tokio::test]
async fn nobody_invites_when_inviting_is_stopped_and_all_that_is_pending_can_be_revoked() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let early = inviting(&lobby, &owner);
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let stopped = Collaboration { allow_invites_from: AllowInvitesFrom::None, ..Collaboration::default() };
        collaborate(&lobby, stopped).await;
        assert_eq!(refused(Inviting::to_group(&lobby.services, owner.clone())), "invitations_stopped");
        // A page that was open before is stopped, too.
        let late = invite(&lobby.services, &early, NewInvitations::of("eve@praxis.example", "en")).await;
        assert_eq!(refused(late), "invitations_stopped");
        let admin = lobby.admin().await;
        assert_eq!(refused(Inviting::into_directory(&lobby.services, admin.viewer())), "invitations_stopped");
        assert_eq!(invitations::revoke_all_pending(&lobby.services, &admin).await.unwrap(), 1);
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_revoked");
    }
}

#[tokio::test]
async fn who_may_invite_into_the_directory_follows_the_setting() {
    for lobby in testing::both().await {
        let member = lobby.member("ida@lindenhof.example").await;
        let viewer = lobby.viewer(member.id).await;
        assert_eq!(refused(Inviting::into_directory(&lobby.services, &viewer)), "forbidden");
        let everyone = Collaboration { allow_invites_from: AllowInvitesFrom::Everyone, ..Collaboration::default() };
        collaborate(&lobby, everyone).await;
        lobby.guest("known@praxis.example").await;
        let by = Inviting::into_directory(&lobby.services, &viewer).unwrap();
        assert_eq!(verdict(&lobby, &by, "known@praxis.example").await, Verdict::AlreadyIn);
        let guest = lobby.guest("gast@praxis.example").await;
        let by = Inviting::into_directory(&lobby.services, &lobby.viewer(guest.id).await).unwrap();
        // A guest may not list the directory: nobody is known to them, and nothing leaves for those who are.
        let list = "known@praxis.example ida@lindenhof.example new@praxis.example";
        for _ in 0..2 {
            let lines = invitations::verdicts(&lobby.services, &by, list).await.unwrap();
            assert!(lines.iter().all(|line| line.verdict == Verdict::WillBeInvited), "{lines:?}");
        }
        let sent = invite(&lobby.services, &by, NewInvitations::of(list, "en")).await.unwrap();
        assert!(sent.lines.iter().all(|line| line.verdict == Verdict::WillBeInvited));
        assert_eq!(letters(&lobby).await.len(), 1);
        let lines = invitations::verdicts(&lobby.services, &by, "a@x.example b@x.example c@x.example").await.unwrap();
        let until = NOON + Span::hours(1);
        assert_eq!(lines[2].verdict, Verdict::OverYourLimit { until }, "a guest invites five in an hour");
    }
}

#[tokio::test]
async fn a_revoked_invitation_frees_its_place_and_its_link_says_what_became_of_it() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        narrow(&lobby, &owner, Narrowing { most_guests: Some(1), ..Narrowing::default() }).await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        assert_eq!(ask(&lobby, &owner, "eve@praxis.example").await, [Verdict::GroupFull { most: 1 }]);
        invitations::revoke(&lobby.services, &owner, invitation.id).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_revoked");
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "invitation_revoked");
        assert_eq!(refused(invitations::revoke(&lobby.services, &owner, invitation.id).await), "invitation_revoked");
        let ada = lobby.user(invitation.user).await.value;
        assert_eq!(membership(&lobby, &owner, &ada).await, None);
        assert_eq!(ada.may_enter(NOON), Err(Barred::NotAccepted));
        assert_eq!(ask(&lobby, &owner, "eve@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn a_corrected_address_is_invited_anew_in_the_same_words() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let message = Message::parse("Welcome aboard").unwrap();
        let new = NewInvitations {
            message: Some(message),
            stay_days: Some(30),
            ..NewInvitations::of("Ada <ada@praxis.exampel>", "de")
        };
        invite(&lobby.services, &inviting(&lobby, &owner), new).await.unwrap();
        let old = newest(&lobby, &owner).await;
        let correct =
            async |at: &str| invitations::correct_address(&lobby.services, &owner, old.id, address(at), false).await;
        let guest = lobby.guest("in@praxis.example").await;
        lobby.join(owner.group().id, &guest).await;
        assert_eq!(beside(correct("in@praxis.example").await), ("address".to_owned(), "already_in".to_owned()));
        assert_eq!(state(&lobby, old.id).await, InvitationState::Pending, "what is refused changes nothing");
        let made = correct("ada@praxis.example").await.unwrap();
        let new = newest(&lobby, &owner).await;
        assert_eq!((new.id, new.address.as_str()), (made, "ada@praxis.example"));
        assert_eq!((&new.message, &new.name, new.stay_days), (&old.message, &old.name, Some(30)));
        assert_eq!(new.language, "de");
        assert!(matches!(state(&lobby, old.id).await, InvitationState::Final { outcome: Outcome::Revoked, .. }));
        assert_eq!(refused(correct("eve@praxis.example").await), "invitation_revoked");
    }
}

#[tokio::test]
async fn declining_bars_that_group_alone_for_thirty_days() {
    for lobby in testing::both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        redemption::decline(&lobby.services, &token, origin(), lobby.correlation()).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_declined");
        let again = redemption::decline(&lobby.services, &token, origin(), lobby.correlation()).await;
        assert_eq!(refused(again), "invitation_declined");
        let until = NOON + Span::days(30);
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::Declined { until }]);
        assert_eq!(ask(&lobby, &other, "ada@praxis.example").await, [Verdict::WillBeInvited]);
        lobby.clock.advance(Span::days(30));
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn a_blocked_mailbox_takes_no_invitations_until_its_person_or_an_administrator_lifts_the_block() {
    for lobby in testing::both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let block = async || redemption::block(&lobby.services, &token, origin(), lobby.correlation()).await;
        block().await.unwrap();
        assert!(matches!(
            state(&lobby, invitation.id).await,
            InvitationState::Final { outcome: Outcome::Declined, .. }
        ));
        assert_eq!(ask(&lobby, &other, "ada+news@praxis.example").await, [Verdict::TakesNoInvitations]);
        let copied =
            NewInvitations { cc: Some(address("ada@praxis.example")), ..NewInvitations::of("b@praxis.example", "en") };
        let copied = invite(&lobby.services, &inviting(&lobby, &other), copied).await;
        assert_eq!(beside(copied), ("cc".to_owned(), "takes_no_invitations".to_owned()));
        let admin = lobby.user_admin().await;
        let listed = blocks::page(&lobby.services, &admin, &all(), true, None).await.unwrap().items;
        let of = async |text: &str| {
            let mailbox = Some(address(text));
            blocks::page(&lobby.services, &admin, &all(), false, mailbox.as_ref()).await.unwrap().items.len()
        };
        assert_eq!((of("ADA+other@praxis.example").await, of("ben@praxis.example").await), (1, 0), "one mailbox");
        assert_eq!(listed[0].address, Some(address("ada@praxis.example")));
        let reason = Message::parse("She telephoned").unwrap();
        let overrule = async || blocks::overrule(&lobby.services, &admin, listed[0].block.id, reason.clone()).await;
        overrule().await.unwrap();
        assert_eq!(refused(overrule().await), "block_lifted");
        assert_eq!(verdict(&lobby, &inviting(&lobby, &other), "ada@praxis.example").await, Verdict::WillBeInvited);
        // The old link still says never again, and then an administrator has to wait.
        block().await.unwrap();
        assert!(matches!(overrule().await, Err(Refusal::TooMany { until }) if until == NOON + Span::days(90)));
        let proved = lobby.proved("ada@praxis.example");
        let lift = async || blocks::lift_own(&lobby.services, &proved, origin(), lobby.correlation()).await.unwrap();
        assert_eq!((lift().await, lift().await), (true, false));
        assert_eq!(verdict(&lobby, &inviting(&lobby, &other), "ada@praxis.example").await, Verdict::WillBeInvited);
    }
}

#[tokio::test]
async fn three_blocks_in_a_week_pause_an_inviter() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        for number in 0..3 {
            let invitation = invited(&lobby, &owner, &format!("g{number}@praxis.example")).await;
            let token = link(&lobby, invitation.id).await;
            redemption::block(&lobby.services, &token, origin(), lobby.correlation()).await.unwrap();
        }
        let until = NOON + Span::days(7);
        assert_eq!(ask(&lobby, &owner, "new@praxis.example").await, [Verdict::OverYourLimit { until }]);
        lobby.clock.advance(Span::days(7));
        assert_eq!(ask(&lobby, &owner, "new@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn accepting_begins_the_stay_and_voids_every_link() {
    for lobby in testing::both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let application = lobby.application().await;
        lobby.assign(application.id, owner.group().id).await;
        let new = NewInvitations { stay_days: Some(7), ..NewInvitations::of("ada@praxis.example", "en") };
        invite(&lobby.services, &inviting(&lobby, &owner), new).await.unwrap();
        let invitation = newest(&lobby, &owner).await;
        let second = invited(&lobby, &other, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let opened = redemption::look(&lobby.services, &token).await.unwrap();
        assert_eq!(opened.inviter_address, owner.viewer().user.address);
        assert_eq!(opened.applications.iter().map(|app| app.id).collect::<Vec<_>>(), [application.id]);
        let pending = redemption::pending_for(&lobby.services, &lobby.proved("ADA@praxis.example")).await.unwrap();
        assert_eq!(pending.len(), 2);
        assert_eq!(refused(take(&lobby, "eve@praxis.example", &[invitation.id]).await), "not_found");
        lobby.guest("mal@praxis.example").await;
        assert_eq!(refused(take(&lobby, "mal@praxis.example", &[invitation.id]).await), "invitation_wrong_recipient");
        lobby.clock.advance(Span::days(2));
        let ada = take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
        assert_eq!(ada.may_enter(lobby.services.now()), Ok(()));
        let begun = membership(&lobby, &owner, &ada).await.unwrap();
        assert!(begun.counts(lobby.services.now()));
        assert_eq!(Zone::utc().last_day(begun.ends_at), "2026-06-10", "seven days from Accept, to the end of the day");
        assert!(!membership(&lobby, &other, &ada).await.unwrap().counts(lobby.services.now()), "only what was listed");
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_accepted");
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "invitation_accepted");
        take(&lobby, "ada@praxis.example", &[second.id]).await.unwrap();
        let mut tx = lobby.services.store.read().await.unwrap();
        let identities = store::identities::of_user(&mut tx, ada.id).await.unwrap();
        let named: Vec<_> =
            identities.iter().map(|one| (one.issuer.as_str(), one.subject.as_str(), one.anchor)).collect();
        assert_eq!(named, [("mailbox", "ada@praxis.example", true)]);
    }
}

#[tokio::test]
async fn of_two_accepts_at_once_exactly_one_wins() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let listed = [invitation.id];
        let tries = (0..6).map(|_| take(&lobby, "ada@praxis.example", &listed));
        let done = join(tries).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{:?}", lobby.engine);
        for refusal in done.into_iter().filter_map(Result::err) {
            assert!(matches!(refusal, Refusal::Redeem(RedeemError::AlreadyAccepted(_))), "{refusal:?}");
        }
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

#[tokio::test]
async fn the_last_places_of_a_group_are_given_once_whichever_owners_ask() {
    for lobby in testing::both().await {
        let mut owners = vec![lobby.group_with_owner().await];
        let group = owners[0].group().id;
        narrow(&lobby, &owners[0], Narrowing { most_guests: Some(3), ..Narrowing::default() }).await;
        for number in 1..8 {
            let owner = lobby.member(&format!("o{number}@lindenhof.example")).await;
            lobby.give_to_owner(group, owner.id).await;
            owners.push(lobby.viewer(owner.id).await.owner_of(&lobby.services, group).await.unwrap());
        }
        let at: Vec<String> = (0..8).map(|number| format!("g{number}@praxis.example")).collect();
        let verdicts = join(owners.iter().zip(&at).map(|(owner, at)| ask(&lobby, owner, at))).await.concat();
        assert_eq!(verdicts.iter().filter(|verdict| verdict.goes()).count(), 3, "{:?}", lobby.engine);
        let full = verdicts.iter().filter(|verdict| **verdict == Verdict::GroupFull { most: 3 });
        assert_eq!(full.count(), 5);
    }
}

#[tokio::test]
async fn a_new_address_invited_by_two_groups_at_once_is_one_guest() {
    for lobby in testing::both().await {
        let mut owners = Vec::new();
        for _ in 0..3 {
            owners.push(lobby.group_with_owner().await);
        }
        let verdicts = join(owners.iter().map(|owner| ask(&lobby, owner, "ada@praxis.example"))).await.concat();
        assert_eq!(verdicts, vec![Verdict::WillBeInvited; 3], "{:?}", lobby.engine);
        let pending = redemption::pending_for(&lobby.services, &lobby.proved("ada@praxis.example")).await.unwrap();
        assert_eq!(pending.len(), 3);
        assert!(pending.iter().all(|opened| opened.invitation.user == pending[0].invitation.user));
    }
}

#[tokio::test]
async fn a_domain_that_closed_since_refuses_pending_guests_with_the_reason() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let rules = |text: &str| DomainRules::Deny(DomainList::parse(text).unwrap());
        narrow(&lobby, &owner, Narrowing { domains: rules("praxis.example"), ..Narrowing::default() }).await;
        let tried = take(&lobby, "ada@praxis.example", &[invitation.id]).await;
        assert_eq!(refused(tried), "domain_not_allowed_by_group");
        let closed = Collaboration { domains: rules("praxis.example"), ..Collaboration::default() };
        collaborate(&lobby, closed).await;
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "domain_not_allowed");
        assert_eq!(state(&lobby, invitation.id).await, InvitationState::Pending);
        collaborate(&lobby, Collaboration::default()).await;
        narrow(&lobby, &owner, Narrowing::default()).await;
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_ends_by_the_clock_whatever_the_worker_did() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        narrow(&lobby, &owner, Narrowing { most_guests: Some(1), ..Narrowing::default() }).await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        lobby.clock.advance(Span(Span::days(30).0 - 1));
        assert!(redemption::look(&lobby.services, &token).await.is_ok());
        lobby.clock.advance(Span(1));
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_expired");
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "invitation_expired");
        let shown = invitations::page(&lobby.services, &owner, &all(), Showing::Expired).await.unwrap();
        assert_eq!(shown.items.len(), 1);
        let shown = invitations::page(&lobby.services, &owner, &all(), Showing::Pending).await.unwrap();
        assert_eq!(shown.items.len(), 0);
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::WillBeInvited], "its place is free");
        let renewed = newest(&lobby, &owner).await;
        assert_ne!(renewed.id, invitation.id);
        assert_eq!(renewed.user, invitation.user);
        take(&lobby, "ada@praxis.example", &[renewed.id]).await.unwrap();
    }
}

#[tokio::test]
async fn a_date_that_was_asked_for_holds_whenever_the_stay_begins() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        narrow(&lobby, &owner, Narrowing { longest_stay_days: Some(60), ..Narrowing::default() }).await;
        let asked =
            |until: &str, at: &str| NewInvitations { until: Some(until.to_owned()), ..NewInvitations::of(at, "en") };
        let by = inviting(&lobby, &owner);
        let past = invite(&lobby.services, &by, asked("2026-05-31", "ada@praxis.example")).await;
        assert_eq!(beside(past), ("until".to_owned(), "until_past".to_owned()));
        invite(&lobby.services, &by, asked("2026-06-20", "ada@praxis.example")).await.unwrap();
        let short = newest(&lobby, &owner).await;
        assert_eq!(short.expires_at, Zone::utc().end_of_day("2026-06-20").unwrap());
        invite(&lobby.services, &by, asked("2027-06-20", "eve@praxis.example")).await.unwrap();
        let long = newest(&lobby, &owner).await;
        lobby.clock.advance(Span::days(10));
        for (invitation, last_day) in [(&short, "2026-06-20"), (&long, "2026-08-10")] {
            let user = take(&lobby, invitation.address.as_str(), &[invitation.id]).await.unwrap();
            let ends_at = membership(&lobby, &owner, &user).await.unwrap().ends_at;
            assert_eq!(Zone::utc().last_day(ends_at), last_day);
        }
    }
}

#[tokio::test]
async fn what_reads_as_a_link_stays_out_of_a_message_but_for_the_applications_own_host() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let application = lobby.application().await;
        lobby.assign(application.id, owner.group().id).await;
        let saying = |text: &str| {
            let message = Some(Message::parse(text).unwrap());
            NewInvitations { message, ..NewInvitations::of("ada@praxis.example", "en") }
        };
        let by = inviting(&lobby, &owner);
        let refused = invite(&lobby.services, &by, saying("See evil.com/login first")).await;
        assert_eq!(beside(refused), ("message".to_owned(), "message_host".to_owned()));
        let own = format!("It is at {}", application.launch_url.as_str());
        invite(&lobby.services, &by, saying(&own)).await.unwrap();
        let landing = NewInvitations {
            landing: Some(lobby.application().await.id),
            ..NewInvitations::of("b@praxis.example", "en")
        };
        let refused = invite(&lobby.services, &by, landing).await;
        assert_eq!(beside(refused), ("landing".to_owned(), "landing_not_opened".to_owned()));
        let admin = lobby.user_admin().await.viewer().clone();
        let by = admin.owner_of(&lobby.services, owner.group().id).await.unwrap();
        let freely = NewInvitations { list: domain::text::parse_list("eve@praxis.example"), ..saying("See evil.com") };
        invite(&lobby.services, &inviting(&lobby, &by), freely).await.unwrap();
    }
}

#[tokio::test]
async fn a_copy_goes_with_each_invitation_within_what_one_mailbox_gets() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let to =
            |list: &str| NewInvitations { cc: Some(address("cc@praxis.example")), ..NewInvitations::of(list, "en") };
        let by = inviting(&lobby, &owner);
        let many = invite(&lobby.services, &by, to("a@x.example b@x.example c@x.example d@x.example")).await;
        assert_eq!(beside(many), ("cc".to_owned(), "cc_too_many_letters".to_owned()));
        invite(&lobby.services, &by, to("a@x.example b@x.example")).await.unwrap();
        let letters = letters(&lobby).await;
        let copies = letters.iter().filter(|(_, letter)| matches!(letter, Letter::InvitationCopy { .. }));
        assert_eq!((letters.len(), copies.count()), (4, 2));
    }
}

#[tokio::test]
async fn who_left_by_themselves_returns_by_invitation_without_former_memberships() {
    for lobby in testing::both().await {
        let (owner, former) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let guest = lobby.guest("ada@praxis.example").await;
        lobby.join(former.group().id, &guest).await;
        let mut tx = lobby.services.store.begin().await.unwrap();
        let gone = store::users::get(&mut tx, guest.id).await.unwrap().unwrap();
        let gone = gone.try_with(|user| user.delete(DeletedBy::Themselves, NOON)).unwrap();
        store::users::save(&mut tx, &gone).await.unwrap();
        tx.commit().await.unwrap();
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        assert_eq!(invitation.user, guest.id);
        let back = lobby.user(guest.id).await.value;
        assert_eq!((back.standing, back.may_enter(NOON)), (Standing::Enabled, Err(Barred::NotAccepted)));
        assert_eq!(membership(&lobby, &former, &guest).await, None);
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
        assert!(membership(&lobby, &owner, &guest).await.unwrap().counts(NOON));
    }
}

#[tokio::test]
async fn another_owner_adopts_what_an_inviter_left_behind() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let admin = lobby.user_admin().await;
        people::disable(&lobby.services, &admin, owner.viewer().user.id).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_suspended");
        let second = lobby.member("second@lindenhof.example").await;
        lobby.give_to_owner(owner.group().id, second.id).await;
        let second = lobby.viewer(second.id).await.owner_of(&lobby.services, owner.group().id).await.unwrap();
        invitations::adopt(&lobby.services, &second, invitation.id).await.unwrap();
        let opened = redemption::look(&lobby.services, &token).await.unwrap();
        assert_eq!(opened.inviter_address, second.viewer().user.address);
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
    }
}

#[tokio::test]
async fn an_administrator_shows_a_link_instead_of_a_letter_and_voids_it() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let admin = lobby.user_admin().await;
        let by_role = admin.viewer().clone().owner_of(&lobby.services, owner.group().id).await.unwrap();
        let silent = || NewInvitations { show_link_only: true, ..NewInvitations::of("ada@praxis.example", "en") };
        let refused_to_owner = invite(&lobby.services, &inviting(&lobby, &owner), silent()).await;
        assert_eq!(beside(refused_to_owner), ("show_link_only".to_owned(), "administrators_only".to_owned()));
        invite(&lobby.services, &inviting(&lobby, &by_role), silent()).await.unwrap();
        assert_eq!(letters(&lobby).await, []);
        let invitation = newest(&lobby, &owner).await;
        let mut links = Vec::new();
        for _ in 0..4 {
            links.push(invitations::show_link(&lobby.services, &admin, invitation.id).await.unwrap());
            lobby.clock.advance(Span(1));
        }
        assert_eq!(refused(redemption::look(&lobby.services, &links[0]).await), "link_void", "three are alive");
        assert!(redemption::look(&lobby.services, &links[1]).await.is_ok());
        invitations::void_links(&lobby.services, &owner, invitation.id).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &links[3]).await), "link_void");
        assert_eq!(refused(redemption::look(&lobby.services, &Secret::random()).await), "not_found");
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
    }
}

async fn administrator_of(lobby: &Lobby, owner: &OwnerOf<Group>) -> (UserAdmin, Inviting) {
    let admin = lobby.user_admin().await;
    let by_role = admin.viewer().clone().owner_of(&lobby.services, owner.group().id).await.unwrap();
    let by = inviting(lobby, &by_role);
    (admin, by)
}

#[tokio::test]
async fn a_long_list_is_worked_off_as_a_job_that_can_be_watched_and_stopped() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let (admin, by) = administrator_of(&lobby, &owner).await;
        let mut list: Vec<String> = (0..2_500).map(|number| format!("guest{number}@praxis.example")).collect();
        list.extend(["guest1@praxis.example".to_owned(), "no..dots@praxis.example".to_owned()]);
        let new = || NewInvitations::of(&list.join("\n"), "en");
        let sent = invite(&lobby.services, &by, new()).await.unwrap();
        let job = sent.job.unwrap();
        let progress = async |job| jobs::progress(&lobby.services, admin.viewer(), job).await.unwrap();
        let at_first = progress(job).await;
        assert_eq!((at_first.total, at_first.done, at_first.unsent.len()), (2_502, 2, 2));
        assert!(jobs::run_next(&lobby.services).await.unwrap());
        let then = progress(job).await;
        assert_eq!((then.done, then.state, then.counts["will_be_invited"]), (1_002, JobState::Running, 1_000));
        // As after a crash: whoever comes next goes on from there.
        while jobs::run_next(&lobby.services).await.unwrap() {}
        let done = progress(job).await;
        assert_eq!((done.done, done.state, done.counts["will_be_invited"]), (2_502, JobState::Done, 2_500));
        assert_eq!((done.counts["twice_in_this_list"], done.counts["malformed"]), (1, 1));
        let mut tx = lobby.services.store.read().await.unwrap();
        let (waiting, _) = store::outbox::counts(&mut tx).await.unwrap();
        assert_eq!(waiting, 2_500);
        assert!(letters(&lobby).await.iter().all(|(lane, _)| *lane == Lane::Bulk));
        assert!(!store::jobs::get(&mut tx, job).await.unwrap().unwrap().value.input.contains("guest7"));
        drop(tx);
        assert_eq!(refused(jobs::progress(&lobby.services, owner.viewer(), job).await), "not_found");

        let other = lobby.group_with_owner().await;
        let (_, by) = administrator_of(&lobby, &other).await;
        let job = invite(&lobby.services, &by, new()).await.unwrap().job.unwrap();
        assert!(jobs::run_next(&lobby.services).await.unwrap());
        jobs::stop(&lobby.services, admin.viewer(), job).await.unwrap();
        assert!(!jobs::run_next(&lobby.services).await.unwrap());
        let stopped = progress(job).await;
        assert_eq!((stopped.done, stopped.state), (1_002, JobState::Stopped));
        assert_eq!(refused(jobs::stop(&lobby.services, admin.viewer(), job).await), "job_ended");
    }
}

#[tokio::test]
async fn a_job_ends_when_nobody_may_send_the_rest_and_two_workers_send_nothing_twice() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let (_, by) = administrator_of(&lobby, &owner).await;
        let list: Vec<String> = (0..1_500).map(|number| format!("guest{number}@praxis.example")).collect();
        let job = invite(&lobby.services, &by, NewInvitations::of(&list.join("\n"), "en")).await.unwrap().job.unwrap();
        let workers = join((0..3).map(|_| jobs::run_next(&lobby.services))).await;
        assert!(workers.iter().all(Result::is_ok), "{workers:?}");
        let mut tx = lobby.services.store.read().await.unwrap();
        assert_eq!(store::outbox::counts(&mut tx).await.unwrap().0, 1_500);
        drop(tx);
        let ended = store_job(&lobby, job).await;
        assert_eq!((ended.state, ended.done), (JobState::Done, 1_500));
        let again = lobby.group_with_owner().await;
        let (admin, by) = administrator_of(&lobby, &again).await;
        let job = invite(&lobby.services, &by, NewInvitations::of(&list.join("\n"), "en")).await.unwrap().job.unwrap();
        let chief = lobby.admin().await.viewer().clone().user_administrator().unwrap();
        let starter = admin.viewer().user.id;
        let mut tx = lobby.services.store.begin().await.unwrap();
        let user = store::users::get(&mut tx, starter).await.unwrap().unwrap();
        store::users::save(&mut tx, &user.with(|user| User { roles: domain::role::Roles::NONE, ..user }))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        while jobs::run_next(&lobby.services).await.unwrap() {}
        assert_eq!(store_job(&lobby, job).await.state, JobState::Stopped);
        assert_eq!(jobs::progress(&lobby.services, chief.viewer(), job).await.unwrap().done, 0);
    }
}

async fn store_job(lobby: &Lobby, job: domain::id::JobId) -> store::jobs::Job {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::jobs::get(&mut tx, job).await.unwrap().unwrap().value
}

#[tokio::test]
async fn a_lost_link_is_sent_again_once_in_a_quarter_of_an_hour() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let lost = async |at: &str| {
            redemption::lost(&lobby.services, address(at), origin(), lobby.correlation()).await.unwrap();
        };
        let found = async || {
            let letter = (Lane::Single, Letter::LostLink { invitation: invitation.id });
            letters(&lobby).await.iter().filter(|sent| **sent == letter).count()
        };
        lost("ADA@praxis.example").await;
        lost("ada@praxis.example").await;
        assert_eq!(found().await, 1);
        for _ in 0..4 {
            lobby.clock.advance(Span::minutes(15));
            lost("ada@praxis.example").await;
        }
        assert_eq!(found().await, 3, "three a day");
        lobby.clock.advance(Span::days(30));
        lost("ada@praxis.example").await;
        let asked = Letter::RenewalAsked { invitation: invitation.id, to: owner.viewer().user.id };
        for _ in 0..200 {
            if letters(&lobby).await.contains(&(Lane::Single, asked)) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(letters(&lobby).await.contains(&(Lane::Single, asked)));
        assert_eq!(found().await, 3, "an expired invitation has no link any more");
    }
}

#[tokio::test]
async fn one_client_asks_for_twenty_lost_links_in_an_hour_and_none_under_none() {
    for lobby in testing::both().await {
        let lost =
            async |at: String| redemption::lost(&lobby.services, address(&at), origin(), lobby.correlation()).await;
        for number in 0..20 {
            lost(format!("g{number}@praxis.example")).await.unwrap();
        }
        assert!(matches!(lost("x@praxis.example".to_owned()).await, Err(Refusal::TooMany { .. })));
        lobby.clock.advance(Span::hours(1));
        let stopped = Collaboration { allow_invites_from: AllowInvitesFrom::None, ..Collaboration::default() };
        collaborate(&lobby, stopped).await;
        assert_eq!(refused(lost("x@praxis.example".to_owned()).await), "invitations_stopped");
    }
}

#[tokio::test]
async fn a_disabled_guest_accepts_nothing() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let admin = lobby.user_admin().await;
        people::disable(&lobby.services, &admin, invitation.user).await.unwrap();
        let tried = take(&lobby, "ada@praxis.example", &[invitation.id]).await;
        assert!(matches!(tried, Err(Refusal::Barred(Barred::Disabled))), "{tried:?}");
        assert!(matches!(take(&lobby, "ada@praxis.example", &[]).await, Err(Refusal::Denied(Denied::NotFound))));
    }
}
