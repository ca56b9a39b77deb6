//! What a letter needs before it leaves: the facts as they are now, or why there is nothing to send; and the secrets,
//! minted in a transaction of their own right before it goes.

use domain::access::Country;
use domain::event::{Action, SignInResult};
use domain::id::{AppId, ChallengeId, GroupId, InvitationId, LetterId, SignInId, UserId};
use domain::invitation::{Invitation, LIVE_LINKS};
use domain::letter::{AccountChange, Letter};
use domain::passcode::{DIGITS, Purpose};
use domain::provider::Provider;
use domain::session::Platform;
use domain::text::{EmailAddress, letter_name};
use domain::time::{Timestamp, Zone};
use domain::user::{Standing, User};
use store::Tx;

use crate::mail::{self, Content, InvitationFacts, PasscodeFacts, Person};
use crate::{Secret, Services, Verb, signin};

domain::stored_words! {
    /// Why there is nothing to send any more.
    Why {
        Gone = "gone",
        NotOpen = "not_open",
        Stopped = "stopped",
        Blocked = "blocked",
        TooLate = "too_late",
        Unknown = "unknown_address",
        Barred = "barred",
    }
}

/// A letter with all its facts, short of its secret.
pub(super) enum Draft {
    Whole(Content),
    WithLink { invitation: InvitationId, lost: bool, facts: Box<InvitationFacts> },
    WithCode { challenge: ChallengeId, facts: Box<PasscodeFacts> },
}

/// What was minted for a letter.
pub(super) enum Minted {
    Nothing,
    Link { digest: String },
    Code { challenge: ChallengeId },
}

type Drafted = Result<Draft, Why>;

/// Looks up what the letter says, by the database and the clock of this moment.
pub(super) async fn gather(services: &Services, letter: &Letter, at: Timestamp) -> Verb<Drafted> {
    let look = Look { services, tx: services.store.read().await?, now: services.now() };
    match *letter {
        Letter::Invitation { invitation } => look.link(invitation, false).await,
        Letter::LostLink { invitation } => look.link(invitation, true).await,
        Letter::InvitationCopy { invitation } => look.copy(invitation).await,
        Letter::RenewalAsked { invitation, to } => look.renewal(invitation, to).await,
        Letter::TakenUpByOther { invitation, account } => look.taken_up(invitation, account).await,
        Letter::OtherAccountAsked { invitation, account, to } => look.other_account(invitation, account, to).await,
        Letter::Added { group, user, by } => look.added(group, user, by).await,
        Letter::Welcome { user } => look.welcome(user).await,
        Letter::AccountChanged { user, change } => look.account_changed(user, change, at).await,
        Letter::Passcode { challenge } => look.passcode(challenge).await,
        Letter::AccessAsked { attempt, group, to } => look.access_asked(attempt, group, to).await,
        Letter::BreakGlass { attempt, to } => look.break_glass(attempt, to).await,
        Letter::ApplicationAssigned { application, group, to } => look.assigned(application, group, to).await,
    }
}

/// Mints what is secret, keeps its digest, and writes the letter out.
pub(super) async fn seal(services: &Services, letter: LetterId, draft: Draft) -> Verb<Result<(Content, Minted), Why>> {
    let now = services.now();
    let mut tx = services.store.begin().await?;
    let (content, minted) = match draft {
        Draft::Whole(content) => (content, Minted::Nothing),
        Draft::WithLink { invitation, lost, facts } => {
            // Whoever closed it since the facts were looked up has voided its links: none may follow.
            let stands = store::invitations::get(&mut tx, invitation).await?;
            if stands.is_none_or(|stored| stored.value.open(now).is_err()) {
                return Ok(Err(Why::NotOpen));
            }
            let token = Secret::random();
            let digest = token.digest();
            store::invitations::add_link(&mut tx, invitation, &digest, now, LIVE_LINKS).await?;
            let render = if lost { mail::render_lost_link } else { mail::render_invitation };
            (render(&facts, token.expose()), Minted::Link { digest })
        }
        Draft::WithCode { challenge, facts } => {
            let code = Secret::digits(DIGITS);
            let digest = services.key.digest("passcode", &[&challenge.to_string(), code.expose()]);
            store::passcodes::minted(&mut tx, challenge, &digest).await?;
            (mail::render_passcode(&facts, &code), Minted::Code { challenge })
        }
    };
    store::outbox::addressed(&mut tx, letter, &content.to, &content.subject).await?;
    tx.commit().await?;
    Ok(Ok((content, minted)))
}

struct Look<'a> {
    services: &'a Services,
    tx: Tx,
    now: Timestamp,
}

impl Look<'_> {
    /// The person's own zone where it is known, else the organization's.
    fn zone(&self, reader: Option<&User>) -> Zone {
        let own = reader.and_then(|user| user.time_zone.as_deref()).and_then(|name| Zone::parse(name).ok());
        own.unwrap_or_else(|| self.services.tenant().organization.value.zone.clone())
    }

    fn is_stopped(&self) -> bool {
        self.services.tenant().collaboration.value.invitations_stopped()
    }

    /// Does the mailbox take no invitations?
    async fn is_blocked(&mut self, address: &EmailAddress) -> Verb<bool> {
        let hash = self.services.key.digest("mailbox", &[&address.mailbox()]);
        Ok(!store::blocks::in_force(&mut self.tx, &[hash]).await?.is_empty())
    }

    async fn user(&mut self, user: UserId) -> Verb<Option<User>> {
        Ok(store::users::get(&mut self.tx, user).await?.map(|stored| stored.value))
    }

    /// Somebody who may come in, to whom a letter about the house may go.
    async fn reader(&mut self, user: UserId) -> Verb<Result<User, Why>> {
        Ok(match self.user(user).await? {
            None => Err(Why::Gone),
            Some(user) if user.may_enter(self.now).is_err() => Err(Why::Barred),
            Some(user) => Ok(user),
        })
    }

    /// Has the address of this person been proved, by coming in?
    fn is_proved(&self, user: &User) -> bool {
        user.last_sign_in_at.is_some() && user.may_enter(self.now).is_ok()
    }

    async fn group_name(&mut self, group: GroupId) -> Verb<Option<String>> {
        let found = store::groups::get(&mut self.tx, group).await?;
        Ok(found
            .map(|stored| letter_name(stored.value.name.as_str()).unwrap_or_else(|| mail::unnamed_group().to_owned())))
    }

    /// Every application that the group opens.
    async fn opens(&mut self, group: GroupId) -> Verb<Vec<String>> {
        let opened = store::groups::opens(&mut self.tx, group).await?;
        Ok(opened.iter().map(|app| mail::application_name(&app.name, &app.launch_url)).collect())
    }

    async fn application(&mut self, application: AppId) -> Verb<Option<String>> {
        let found = store::applications::get(&mut self.tx, application).await?;
        Ok(found.map(|stored| mail::application_name(stored.value.name.as_str(), stored.value.launch_url.as_str())))
    }

    /// An open invitation with its inviter, where letters about it may go to `to`.
    async fn open_invitation(&mut self, id: InvitationId) -> Verb<Result<(Invitation, User), Why>> {
        let Some(found) = store::invitations::get(&mut self.tx, id).await? else { return Ok(Err(Why::Gone)) };
        if found.value.open(self.now).is_err() {
            return Ok(Err(Why::NotOpen));
        }
        if self.is_stopped() {
            return Ok(Err(Why::Stopped));
        }
        let inviter = self.user(found.value.invited_by).await?;
        Ok(inviter.map(|inviter| (found.value, inviter)).ok_or(Why::Gone))
    }

    async fn invitation_facts(&mut self, invitation: Invitation, inviter: &User) -> Verb<InvitationFacts> {
        let guest = self.user(invitation.user).await?;
        let (mut group, mut applications) = (None, Vec::new());
        if let Some(id) = invitation.group {
            group = self.group_name(id).await?;
            applications = self.opens(id).await?;
        }
        let landing = match invitation.landing {
            Some(landing) => self.application(landing).await?,
            None => None,
        };
        Ok(InvitationFacts {
            house: self.services.house(),
            inviter: Person::of(inviter),
            inviter_is_proved: self.is_proved(inviter),
            to: invitation.address,
            group,
            applications,
            landing,
            message: invitation.message,
            cc: invitation.cc,
            stay_days: invitation.stay_days,
            expires_at: invitation.expires_at,
            zone: self.zone(guest.as_ref()),
        })
    }

    async fn link(mut self, id: InvitationId, lost: bool) -> Verb<Drafted> {
        let (invitation, inviter) = match self.open_invitation(id).await? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        if self.is_blocked(&invitation.address).await? {
            return Ok(Err(Why::Blocked));
        }
        let facts = Box::new(self.invitation_facts(invitation, &inviter).await?);
        Ok(Ok(Draft::WithLink { invitation: id, lost, facts }))
    }

    async fn copy(mut self, id: InvitationId) -> Verb<Drafted> {
        let (invitation, inviter) = match self.open_invitation(id).await? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let Some(cc) = invitation.cc.clone() else { return Ok(Err(Why::Gone)) };
        // Who takes no invitations is not told of through the copy either.
        if self.is_blocked(&cc).await? || self.is_blocked(&invitation.address).await? {
            return Ok(Err(Why::Blocked));
        }
        let facts = self.invitation_facts(invitation, &inviter).await?;
        Ok(Ok(Draft::Whole(mail::render_copy(&facts, &cc))))
    }

    async fn renewal(mut self, id: InvitationId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let Some(invitation) = store::invitations::get(&mut self.tx, id).await?.map(|stored| stored.value) else {
            return Ok(Err(Why::Gone));
        };
        let owns = match invitation.group {
            Some(group) => store::groups::is_owner(&mut self.tx, group, to).await?,
            None => false,
        };
        if !owns && invitation.invited_by != to {
            return Ok(Err(Why::Barred));
        }
        let Some(inviter) = self.user(invitation.invited_by).await? else { return Ok(Err(Why::Gone)) };
        let group = match invitation.group {
            Some(id) => self.group_name(id).await?.map(|name| (id, name)),
            None => None,
        };
        let name = invitation.name.as_ref().map(domain::text::Label::as_str);
        Ok(Ok(Draft::Whole(mail::render_renewal_asked(&mail::RenewalFacts {
            house: self.services.house(),
            to: reader.address.clone(),
            guest: Person::new(name, &invitation.address),
            inviter: Person::of(&inviter),
            group,
            invited_at: invitation.created_at,
            ended_at: invitation.expires_at,
            zone: self.zone(Some(&reader)),
        }))))
    }

    async fn taken_up(mut self, id: InvitationId, account: UserId) -> Verb<Drafted> {
        let Some(invitation) = store::invitations::get(&mut self.tx, id).await?.map(|stored| stored.value) else {
            return Ok(Err(Why::Gone));
        };
        let reader = match self.reader(invitation.invited_by).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let Some(account) = self.user(account).await? else { return Ok(Err(Why::Gone)) };
        let group = match invitation.group {
            Some(id) => self.group_name(id).await?.map(|name| (id, name)),
            None => None,
        };
        let name = invitation.name.as_ref().map(domain::text::Label::as_str);
        Ok(Ok(Draft::Whole(mail::render_taken_up(&mail::TakenUpFacts {
            house: self.services.house(),
            to: reader.address,
            guest: Person::new(name, &invitation.address),
            account: Person::of(&account),
            group,
        }))))
    }

    async fn other_account(mut self, id: InvitationId, account: UserId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let invitation = match self.open_invitation(id).await? {
            Ok((invitation, _)) => invitation,
            Err(why) => return Ok(Err(why)),
        };
        let Some(group) = invitation.group else { return Ok(Err(Why::Gone)) };
        if !store::groups::is_owner(&mut self.tx, group, to).await? && invitation.invited_by != to {
            return Ok(Err(Why::Barred));
        }
        let (Some(account), Some(name)) = (self.user(account).await?, self.group_name(group).await?) else {
            return Ok(Err(Why::Gone));
        };
        Ok(Ok(Draft::Whole(mail::render_other_account(&mail::OtherAccountFacts {
            house: self.services.house(),
            to: reader.address,
            guest: Person::new(invitation.name.as_ref().map(domain::text::Label::as_str), &invitation.address),
            account: Person::of(&account),
            group: (group, name),
            invitation: id,
        }))))
    }

    async fn added(mut self, group: GroupId, user: UserId, by: UserId) -> Verb<Drafted> {
        let reader = match self.reader(user).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let membership = store::memberships::get(&mut self.tx, group, user).await?;
        let Some(membership) = membership.filter(|membership| membership.counts(self.now)) else {
            return Ok(Err(Why::Gone));
        };
        if self.is_blocked(&reader.address).await? {
            return Ok(Err(Why::Blocked));
        }
        let (Some(name), Some(by)) = (self.group_name(group).await?, self.user(by).await?) else {
            return Ok(Err(Why::Gone));
        };
        Ok(Ok(Draft::Whole(mail::render_added(&mail::AddedFacts {
            house: self.services.house(),
            to: reader.address.clone(),
            by: Person::of(&by),
            by_is_proved: self.is_proved(&by),
            group: name,
            applications: self.opens(group).await?,
            ends_at: membership.ends_at.before_never(),
            zone: self.zone(Some(&reader)),
        }))))
    }

    async fn welcome(mut self, user: UserId) -> Verb<Drafted> {
        let house = self.services.house();
        Ok(self
            .reader(user)
            .await?
            .map(|reader| Draft::Whole(mail::render_welcome(&mail::WelcomeFacts { house, to: reader.address }))))
    }

    /// To whomever it is about, whatever they may do by now: it is how they learn of it.
    async fn account_changed(mut self, user: UserId, change: AccountChange, at: Timestamp) -> Verb<Drafted> {
        let Some(user) = self.user(user).await? else { return Ok(Err(Why::Gone)) };
        if matches!(user.standing, Standing::Erased { .. }) {
            return Ok(Err(Why::Gone));
        }
        let to = match change {
            AccountChange::AddressChanged => self.address_before(user.id, Action::RedemptionReset, at).await?,
            AccountChange::AddressMoved => self.address_before(user.id, Action::AddressChanged, at).await?,
            _ => Some(user.address.clone()),
        };
        let Some(to) = to else { return Ok(Err(Why::Gone)) };
        let (house, zone) = (self.services.house(), self.zone(Some(&user)));
        let facts = mail::AccountFacts { house, to, change, at, zone };
        Ok(Ok(Draft::Whole(mail::render_account_changed(&facts))))
    }

    /// The address that was theirs before the change of this moment, which the audit log keeps.
    async fn address_before(&mut self, user: UserId, by: Action, at: Timestamp) -> Verb<Option<EmailAddress>> {
        let kept = store::audit::newest_old(&mut self.tx, &user.to_string(), by, at).await?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Whoever comes by a provider gets no code, but is told their own way.
    async fn own_way(&mut self, user: &User, purpose: Purpose) -> Verb<Option<Draft>> {
        let Some(anchor) = store::identities::anchor(&mut self.tx, user.id).await? else { return Ok(None) };
        let Some(id) = anchor.provider else { return Ok(None) };
        if signin::opened_for_passcodes(&mut self.tx, &anchor, self.now).await? {
            return Ok(None);
        }
        let provider = store::providers::get(&mut self.tx, id).await?.map(|stored| stored.value);
        // Plain OAuth 2 cannot prove anything again: a code does, to the address that was proved at redemption.
        let proves = |provider: &Provider| provider.is_open_id() || purpose == Purpose::SignIn;
        let Some(provider) = provider.filter(proves) else { return Ok(None) };
        let name = letter_name(provider.name.as_str()).unwrap_or_else(|| mail::unnamed_provider().to_owned());
        let facts = mail::OwnWayFacts { house: self.services.house(), to: user.address.clone(), provider: (id, name) };
        Ok(Some(Draft::Whole(mail::render_own_way(&facts))))
    }

    async fn assigned(mut self, application: AppId, group: GroupId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        if !store::groups::is_owner(&mut self.tx, group, to).await? {
            return Ok(Err(Why::Barred));
        }
        let (Some(application), Some(name)) = (self.application(application).await?, self.group_name(group).await?)
        else {
            return Ok(Err(Why::Gone));
        };
        let guests = store::groups::count_guests(&mut self.tx, group, self.now).await?;
        let (house, to, group) = (self.services.house(), reader.address, (group, name));
        let facts = mail::AssignedFacts { house, to, application, group, guests };
        Ok(Ok(Draft::Whole(mail::render_assigned(&facts))))
    }

    async fn access_asked(mut self, attempt: SignInId, group: GroupId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        if !store::groups::is_owner(&mut self.tx, group, to).await? {
            return Ok(Err(Why::Barred));
        }
        let Some(sign_in) = store::sign_ins::get(&mut self.tx, attempt).await? else { return Ok(Err(Why::Gone)) };
        let Some(user) = store::users::get(&mut self.tx, sign_in.user).await? else { return Ok(Err(Why::Gone)) };
        let (platform, country) = sign_in
            .facts
            .as_ref()
            .map_or((Platform::Undetermined, Country::Undetermined), |facts| (facts.origin.platform, facts.country));
        let facts = mail::AccessAskedFacts {
            house: self.services.house(),
            zone: self.zone(Some(&reader)),
            to: reader.address,
            guest: Person {
                name: user.value.name.as_ref().map(ToString::to_string),
                address: user.value.address.clone(),
            },
            application: sign_in.application_name,
            group,
            user: sign_in.user,
            attempt,
            at: sign_in.at,
            platform,
            country,
        };
        Ok(Ok(Draft::Whole(mail::render_access_asked(&facts))))
    }

    async fn break_glass(mut self, attempt: SignInId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let Some(sign_in) = store::sign_ins::get(&mut self.tx, attempt).await? else { return Ok(Err(Why::Gone)) };
        let address = sign_in.facts.as_ref().and_then(|facts| facts.origin.address);
        let facts = mail::BreakGlassFacts {
            house: self.services.house(),
            zone: self.zone(Some(&reader)),
            to: reader.address,
            account: sign_in.user_name,
            succeeded: sign_in.result == SignInResult::Success,
            at: sign_in.at,
            address: address.map_or_else(String::new, |address| address.to_string()),
        };
        Ok(Ok(Draft::Whole(mail::render_break_glass(&facts))))
    }

    async fn passcode(mut self, id: ChallengeId) -> Verb<Drafted> {
        let Some(challenge) = store::passcodes::get(&mut self.tx, id).await?.map(|stored| stored.value) else {
            return Ok(Err(Why::Gone));
        };
        if challenge.code.used_at.is_some() || !challenge.code.may_leave(self.now) {
            return Ok(Err(Why::TooLate));
        }
        let known = store::users::by_address(&mut self.tx, &challenge.address).await?.map(|stored| stored.value);
        let zone = self.zone(known.as_ref());
        let comes_in = matches!(challenge.purpose, Purpose::SignIn | Purpose::ProveAgain);
        if let Some(user) = known.as_ref().filter(|_| comes_in)
            && self.may_prove(user).await?
            && let Some(letter) = self.own_way(user, challenge.purpose).await?
        {
            return Ok(Ok(letter));
        }
        let to = match challenge.purpose {
            Purpose::LiftBlock if self.is_blocked(&challenge.address).await? => Some(challenge.address),
            Purpose::LiftBlock => None,
            Purpose::AddInvitation => match known {
                Some(user) if self.may_prove(&user).await? => Some(user.address),
                _ => None,
            },
            // Whoever has the address, if anybody: it is the mailbox that is to be proved.
            Purpose::NewAddress => Some(challenge.address),
            Purpose::SignIn | Purpose::ProveAgain => match known {
                // To the stored spelling, never to the one just typed.
                Some(user) if self.may_prove(&user).await? => Some(user.address),
                _ => None,
            },
        };
        let Some(to) = to else { return Ok(Err(Why::Unknown)) };
        let (house, purpose, asked_at) = (self.services.house(), challenge.purpose, challenge.code.asked_at);
        let account = match signin::Asked::read(&challenge.continuation).by {
            Some(user) => self.user(user).await?.map(|user| user.address),
            None => None,
        };
        let facts = PasscodeFacts { house, to, purpose, asked_at, account, zone };
        Ok(Ok(Draft::WithCode { challenge: id, facts: Box::new(facts) }))
    }

    /// An enabled person whose time has not ended, or one whom an open invitation would let in.
    async fn may_prove(&mut self, user: &User) -> Verb<bool> {
        if user.may_enter(self.now).is_ok() {
            return Ok(true);
        }
        let pending = store::invitations::open_by_address(&mut self.tx, &user.address).await?;
        Ok(user.standing == Standing::Enabled && pending.iter().any(|stored| stored.value.open(self.now).is_ok()))
    }
}
