//! What a letter needs before it leaves: the facts as they are now, or why there is nothing to send; and the secrets,
//! minted in a transaction of their own right before it goes.

use domain::id::{AppId, ChallengeId, GroupId, InvitationId, LetterId, UserId};
use domain::invitation::LIVE_LINKS;
use domain::letter::Letter;
use domain::passcode::DIGITS;
use domain::text::{EmailAddress, letter_name};
use domain::time::{Timestamp, Zone};
use domain::user::User;
use store::Tx;

use crate::mail::{self, Content, InvitationFacts, PasscodeFacts};
use crate::{Secret, Services, Verb};

mod access;
mod invitations;
mod passcode;
mod people;

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
        Letter::LogShortened { to } => look.log_shortened(to).await,
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
}
