//! One verb, one transaction, its audit events, and the letters that follow: kept together or not at all.

use domain::event::{Action, Target};
use domain::id::{LetterId, UserId};
use domain::letter::{Lane, Letter};
use domain::time::Timestamp;
use serde::Serialize;
use store::Tx;
use store::audit::{ActorName, AuditEvent};

use crate::{Actor, Services, Verb};

/// A transaction that remembers what is to be told and sent when it commits.
pub struct Deed<'a> {
    services: &'a Services,
    actor: &'a Actor,
    pub tx: Tx,
    pub now: Timestamp,
    events: Vec<AuditEvent>,
    letters: Vec<(LetterId, Lane, Letter)>,
}

impl Services {
    /// Begins a deed of `actor`. Nothing of it happens before [`Deed::commit`].
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn deed<'a>(&'a self, actor: &'a Actor) -> Verb<Deed<'a>> {
        let tx = self.store.begin().await?;
        Ok(Deed { services: self, actor, tx, now: self.now(), events: Vec::new(), letters: Vec::new() })
    }

    /// One event of something that was refused or only seen.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn note(&self, actor: &Actor, action: Action, target: Target) -> Verb<()> {
        let mut deed = self.deed(actor).await?;
        deed.tell(action, target);
        deed.commit().await
    }
}

impl<'a> Deed<'a> {
    pub fn services(&self) -> &'a Services {
        self.services
    }

    pub fn actor(&self) -> &'a Actor {
        self.actor
    }

    pub fn id<T: From<uuid::Uuid>>(&self) -> T {
        self.services.ids.next(self.now)
    }

    /// Where the request came from; `None` for Lobby itself.
    pub fn origin(&self) -> Option<&domain::session::Origin> {
        self.actor.origin.as_ref()
    }

    pub fn correlation(&self) -> domain::id::RequestId {
        self.actor.correlation
    }

    /// An audit event without values.
    pub fn tell(&mut self, action: Action, target: Target) {
        self.tell_json(action, target, None, None);
    }

    /// An audit event with what was before and what is now.
    pub fn tell_change(&mut self, action: Action, target: Target, old: &impl Serialize, new: &impl Serialize) {
        let json = |value: Result<String, _>| value.ok().filter(|text: &String| text != "null");
        self.tell_json(action, target, json(serde_json::to_string(old)), json(serde_json::to_string(new)));
    }

    fn tell_json(&mut self, action: Action, target: Target, old: Option<String>, new: Option<String>) {
        let actor = ActorName { id: self.actor.user, name: self.actor.name.clone() };
        let address = self.actor.origin.as_ref().and_then(|origin| origin.address).map(|address| address.to_string());
        let (id, at, correlation) = (self.id(), self.now, self.actor.correlation);
        self.events.push(AuditEvent { id, at, action, actor, target, old, new, address, correlation });
    }

    /// Puts a letter on its way.
    pub fn send(&mut self, lane: Lane, letter: Letter) -> LetterId {
        let id = self.id();
        self.letters.push((id, lane, letter));
        id
    }

    /// One letter for each Administrator who can come in.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn write_to_administrators(&mut self, letter: impl Fn(UserId) -> Letter) -> Verb<()> {
        for to in store::users::administrators(&mut self.tx).await? {
            if to.value.may_enter(self.now).is_ok() {
                self.send(Lane::Single, letter(to.value.id));
            }
        }
        Ok(())
    }

    /// # Errors
    /// Where the database refused; then nothing happened.
    pub async fn commit(mut self) -> Verb<()> {
        let letters = !self.letters.is_empty();
        store::audit::record(&mut self.tx, self.events).await?;
        store::outbox::push(&mut self.tx, self.letters, self.now).await?;
        self.tx.commit().await?;
        if letters {
            self.services.bell.ring();
        }
        Ok(())
    }
}
