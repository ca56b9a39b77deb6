//! The letter with a code, or with a button to one's own way where a code is not theirs.

use domain::id::ChallengeId;
use domain::passcode::Purpose;
use domain::provider::Provider;
use domain::text::letter_name;
use domain::user::{Standing, User};

use super::{Draft, Drafted, Look, Why};
use crate::mail::{self, PasscodeFacts};
use crate::{Verb, signin};

impl Look<'_> {
    /// Whoever comes by a provider gets no code, but is told their own way.
    pub(super) async fn own_way(&mut self, user: &User, purpose: Purpose) -> Verb<Option<Draft>> {
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

    pub(super) async fn passcode(mut self, id: ChallengeId) -> Verb<Drafted> {
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
    pub(super) async fn may_prove(&mut self, user: &User) -> Verb<bool> {
        if user.may_enter(self.now).is_ok() {
            return Ok(true);
        }
        let pending = store::invitations::open_by_address(&mut self.tx, &user.address).await?;
        Ok(user.standing == Standing::Enabled && pending.iter().any(|stored| stored.value.open(self.now).is_ok()))
    }
}
