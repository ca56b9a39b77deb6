//! An invitation is taken up by another account of the invited person: what must be proved, and what stands against it.

use domain::event::Action;
use domain::id::GroupId;
use domain::invitation::{Invitation, InvitationState, Outcome};
use domain::letter::Letter;
use domain::provider::Provider;
use domain::role::{Role, Roles};
use domain::samples::{self, address};
use domain::session::Origin;
use domain::text::{DomainList, DomainRules};
use domain::time::Span;
use domain::user::{ExternalState, User};
use services::signin::Caller;
use services::testing::{Lobby, both};
use services::{Secret, Verb, Viewer, redemption};

use crate::{refusal, told};

const INVITED: &str = "ada@praxis.example";

struct Browser<'a> {
    lobby: &'a Lobby,
    cookie: Secret,
    origin: Origin,
}

impl<'a> Browser<'a> {
    fn new(lobby: &'a Lobby) -> Self {
        Self { lobby, cookie: Secret::random(), origin: samples::origin() }
    }

    fn caller(&self) -> Caller<'_> {
        let correlation = self.lobby.correlation();
        Caller { browser: &self.cookie, device: None, origin: &self.origin, correlation }
    }

    async fn ask(&self, viewer: &Viewer, link: &Secret) -> Verb<()> {
        redemption::ask_to_add(&self.lobby.services, viewer, &self.caller(), link).await
    }

    async fn add(&self, viewer: &Viewer, code: &str) -> Verb<GroupId> {
        redemption::add(&self.lobby.services, viewer.clone(), &self.caller(), code).await
    }
}

struct Scene {
    inviter: User,
    invitation: Invitation,
    link: Secret,
    own: User,
    viewer: Viewer,
}

/// A pending invitation with its link, and the other account of its person, signed in just now.
async fn scene(lobby: &Lobby) -> Scene {
    let owner = lobby.group_with_owner().await;
    let guest = lobby.pending_guest(INVITED).await;
    let inviter = owner.viewer().user.clone();
    let invitation = lobby.invitation(owner.group().id, inviter.id, &guest).await;
    let link = Secret::random();
    let mut tx = lobby.services.store.begin().await.unwrap();
    let now = lobby.services.now();
    store::invitations::add_link(&mut tx, invitation.id, &link.digest(), now, 3).await.unwrap();
    tx.commit().await.unwrap();
    let own = lobby.guest("ada@home.example").await;
    lobby.anchor(&own).await;
    let viewer = lobby.viewer(own.id).await;
    Scene { inviter, invitation, link, own, viewer }
}

#[tokio::test]
async fn who_proves_both_gets_the_membership_and_the_inviter_is_told() {
    for lobby in both().await {
        let Scene { inviter, invitation, link, own, viewer } = scene(&lobby).await;
        let browser = Browser::new(&lobby);
        browser.ask(&viewer, &link).await.unwrap();
        let shown = redemption::to_be_added(&lobby.services, &viewer, &browser.cookie).await.unwrap();
        assert_eq!(shown.invitation.id, invitation.id);
        let group = browser.add(&viewer, &lobby.code_to(INVITED).await).await.unwrap();
        assert_eq!(Some(group), invitation.group);

        let membership = lobby.membership(group, own.id).await.unwrap();
        assert!(membership.counts(lobby.services.now()) && membership.added_by == inviter.id, "{membership:?}");
        assert!(lobby.membership(group, invitation.user).await.is_none(), "nothing is held for the other any more");
        let state = lobby.invitation_now(invitation.id).await.state;
        let by_own = |by| by == Some(own.id);
        assert!(
            matches!(state, InvitationState::Final { outcome: Outcome::Accepted, by, .. } if by_own(by)),
            "{state:?}"
        );
        let invited = lobby.user(invitation.user).await.value;
        assert!(
            matches!(invited.external, Some(ExternalState::PendingAcceptance { .. })),
            "it accepted nothing itself"
        );
        let mut tx = lobby.services.store.read().await.unwrap();
        assert!(store::identities::of_user(&mut tx, invited.id).await.unwrap().is_empty(), "nothing is linked");
        assert_eq!(store::identities::of_user(&mut tx, own.id).await.unwrap().len(), 1);
        drop(tx);

        let event = lobby.events().await.into_iter().find(|event| event.action == Action::InvitationAdded).unwrap();
        assert!(event.old.unwrap().contains(&invited.id.to_string()), "it names both");
        assert!(event.new.unwrap().contains(&own.id.to_string()));
        assert_eq!((event.target.name.as_str(), event.actor.id), (INVITED, Some(own.id)));
        let letter = Letter::TakenUpByOther { invitation: invitation.id, account: own.id };
        assert!(lobby.letters().await.iter().any(|sent| sent.letter == letter));
        services::delivery::deliver_due(&lobby.services).await.unwrap();
        let mut tx = lobby.services.store.read().await.unwrap();
        let sent = store::mailbox::newest(&mut tx).await.unwrap();
        let sent = sent.into_iter().find(|letter| letter.recipient == inviter.address.as_str()).unwrap();
        assert!(sent.plain.contains(INVITED) && sent.plain.contains("ada@home.example"), "{}", sent.plain);
        drop(tx);
        assert_eq!(refusal(browser.ask(&viewer, &link).await), "invitation_accepted");
    }
}

#[tokio::test]
async fn neither_a_forwarded_link_nor_somebody_else_s_code_nor_an_old_proof_adds_anything() {
    for lobby in both().await {
        let Scene { invitation, link, viewer, .. } = scene(&lobby).await;
        let thief = lobby.guest("mallory@home.example").await;
        let thief = lobby.viewer(thief.id).await;
        let (browser, elsewhere) = (Browser::new(&lobby), Browser::new(&lobby));
        // The link alone: a code is asked for, and only the invited mailbox has it.
        elsewhere.ask(&thief, &link).await.unwrap();
        assert_eq!(refusal(elsewhere.add(&thief, "00000000").await), "code_wrong");
        browser.ask(&viewer, &link).await.unwrap();
        let right = lobby.code_to(INVITED).await;
        // It is good in the browser that asked, for the account that asked.
        assert_eq!(refusal(elsewhere.add(&thief, &right).await), "code_wrong");
        let (page, cookie) = (&lobby.services, &browser.cookie);
        assert_eq!(refusal(redemption::to_be_added(page, &thief, cookie).await), "not_found");
        assert_eq!(refusal(browser.add(&thief, &right).await), "not_found");
        lobby.clock.advance(Span::minutes(6));
        let unproved = browser.add(&viewer, &right).await;
        assert_eq!(refusal(unproved), "prove_again");
        assert!(matches!(lobby.invitation_now(invitation.id).await.state, InvitationState::Pending));
        assert_eq!(told(&lobby, Action::InvitationAdded).await, 0);
    }
}

#[tokio::test]
async fn what_only_another_may_give_is_not_taken() {
    for lobby in both().await {
        let Scene { inviter, invitation, link, own, viewer } = scene(&lobby).await;
        let browser = Browser::new(&lobby);
        let inviting = lobby.viewer(inviter.id).await;
        assert_eq!(refusal(browser.ask(&inviting, &link).await), "add_own_invitation");
        let holder = lobby.with_roles("lea@lindenhof.example", Roles::of(Role::UserAdministrator)).await;
        let holder = lobby.viewer(holder.id).await;
        assert_eq!(refusal(browser.ask(&holder, &link).await), "add_role_holder");

        let group = invitation.group.unwrap();
        lobby.join(group, &own).await;
        assert_eq!(refusal(browser.ask(&viewer, &link).await), "add_in_already");
        let mut tx = lobby.services.store.begin().await.unwrap();
        store::memberships::remove(&mut tx, group, own.id).await.unwrap();
        let stored = store::groups::get(&mut tx, group).await.unwrap().unwrap();
        let only = DomainRules::AllowOnly(DomainList::parse("praxis.example").unwrap());
        let narrowed = stored.with(|mut group| {
            group.narrowing.domains = only;
            group
        });
        store::groups::save(&mut tx, &narrowed).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refusal(browser.ask(&viewer, &link).await), "domain_not_allowed_by_group");
    }
}

#[tokio::test]
async fn an_invitation_that_a_provider_or_an_account_of_its_own_guards_stays_there() {
    for lobby in both().await {
        let Scene { inviter, invitation, link, own, viewer } = scene(&lobby).await;
        let browser = Browser::new(&lobby);
        let not_needed = redemption::ask_inviter(&lobby.services, &viewer, &link).await;
        assert_eq!(refusal(not_needed), "wish_not_needed");
        browser.ask(&viewer, &link).await.unwrap();
        let right = lobby.code_to(INVITED).await;
        let mut settings = samples::provider().settings;
        settings.domains = vec![address(INVITED).domain()];
        let id = lobby.services.ids.next(lobby.services.now());
        let provider = Provider { id, settings, ..samples::provider() };
        let mut tx = lobby.services.store.begin().await.unwrap();
        store::providers::insert(&mut tx, &provider, "").await.unwrap();
        tx.commit().await.unwrap();
        // What came after the letter holds too.
        assert_eq!(refusal(browser.add(&viewer, &right).await), ": add_by_provider");
        assert_eq!(refusal(browser.ask(&viewer, &link).await), ": add_by_provider");
        let outsider = lobby.viewer(lobby.guest("mallory@home.example").await.id).await;
        redemption::ask_inviter(&lobby.services, &viewer, &link).await.unwrap();
        assert_eq!(refusal(redemption::ask_inviter(&lobby.services, &outsider, &link).await), "too_many");
        let mut tx = lobby.services.store.read().await.unwrap();
        assert_eq!(
            store::wishes::get(&mut tx, invitation.id).await.unwrap(),
            Some(own.id),
            "the refused one left nothing"
        );
        drop(tx);
        assert_eq!(told(&lobby, Action::InvitationWished).await, 1);
        services::delivery::deliver_due(&lobby.services).await.unwrap();
        let mut tx = lobby.services.store.read().await.unwrap();
        let sent = store::mailbox::newest(&mut tx).await.unwrap();
        drop(tx);
        let sent = sent.into_iter().find(|letter| letter.recipient == inviter.address.as_str()).unwrap();
        assert!(sent.plain.contains("Ask ada@praxis.example before you do it."), "{}", sent.plain);

        let mut tx = lobby.services.store.begin().await.unwrap();
        store::providers::drop(&mut tx, provider.id).await.unwrap();
        let (user, now) = (lobby.user(invitation.user).await, lobby.services.now());
        store::users::save(&mut tx, &user.with(|user| user.accept(now))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refusal(browser.ask(&viewer, &link).await), ": add_account_exists");
    }
}
