//! The logs as readers see them: pages of events and sign-ins by typed filters. Exports have a file of their own.

mod attempt;
mod days;
mod export;
pub mod whom;

pub use attempt::{Detail, Judged, sign_in};
pub use days::{Day, Days, RESULTS, days};
pub use export::{Export, Format, MOST_ROWS, export_acceptances, export_audit, export_sign_ins};

use domain::access::Country;
use domain::event::{Action, SignInResult};
use domain::id::{AppId, PolicyId, UserId};
use domain::session::Platform;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
pub use store::audit::AuditEvent;
pub use store::sign_ins::{Applied, Found, SignIn};
use store::sign_ins::{LOBBY, Want};
use store::{Bind, Filter, Page, PageAsk};

use crate::{Reader, Services, Verb};

/// Which audit events are wanted: what is left out matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditAsk {
    pub actor: Option<UserId>,
    pub action: Option<Action>,
    /// The id of what an event is about.
    pub target: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// What was signed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum To {
    Lobby,
    Application(AppId),
}

/// Which sign-ins are wanted: what is left out matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInAsk {
    pub user: Option<UserId>,
    pub to: Option<To>,
    pub result: Option<SignInResult>,
    pub policy: Option<PolicyId>,
    pub country: Option<Country>,
    pub platform: Option<Platform>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// An event with the names, as they are now, of the people whom its values mention by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub event: AuditEvent,
    pub about: Vec<(UserId, String)>,
}

impl AuditAsk {
    fn filters(&self) -> Vec<Filter> {
        use store::audit::{BY_ACTION, BY_ACTOR, BY_TARGET, SINCE, UNTIL};
        let binds = [
            (BY_ACTOR, self.actor.map(Bind::text)),
            (BY_ACTION, self.action.map(Bind::text)),
            (BY_TARGET, self.target.as_ref().map(Bind::text)),
            (SINCE, self.since.map(|at| Bind::number(at.0))),
            (UNTIL, self.until.map(|at| Bind::number(at.0))),
        ];
        given(binds)
    }
}

impl SignInAsk {
    fn want(&self) -> Want {
        let application = self.to.map(|to| match to {
            To::Lobby => LOBBY.to_owned(),
            To::Application(app) => app.to_string(),
        });
        let Self { user, result, policy, country, platform, since, until, .. } = *self;
        Want { user, application, result, platform, country, policy, since, until }
    }
}

fn given(binds: impl IntoIterator<Item = (&'static str, Option<Bind>)>) -> Vec<Filter> {
    binds.into_iter().filter_map(|(fragment, bind)| Some(Filter::new(fragment, [bind?]))).collect()
}

/// The newest first.
pub async fn audit(services: &Services, _by: &Reader, want: &AuditAsk, ask: &PageAsk) -> Verb<Page<AuditEntry>> {
    let mut tx = services.store.read().await?;
    let page = store::audit::page(&mut tx, ask, &want.filters()).await?;
    let mut mentioned: Vec<UserId> = page.items.iter().flat_map(mentions).collect();
    mentioned.sort();
    mentioned.dedup();
    let people = store::users::by_ids(&mut tx, &mentioned).await?;
    page.try_map(|event| {
        let ids = mentions(&event);
        let about = people.iter().filter(|person| ids.contains(&person.value.id));
        let about = about.map(|person| (person.value.id, person.value.shown_name().to_owned())).collect();
        Ok(AuditEntry { event, about })
    })
}

/// The newest first.
pub async fn sign_ins(services: &Services, _by: &Reader, want: &SignInAsk, ask: &PageAsk) -> Verb<Found> {
    let mut tx = services.store.read().await?;
    Ok(store::sign_ins::search(&mut tx, ask, &want.want(), true).await?)
}

/// Every id in the values of an event; some are not of people.
fn mentions(event: &AuditEvent) -> Vec<UserId> {
    let mut found = Vec::new();
    for value in [&event.old, &event.new].into_iter().flatten() {
        if let Ok(value) = serde_json::from_str(value) {
            collect(&value, &mut found);
        }
    }
    found
}

fn collect(value: &serde_json::Value, found: &mut Vec<UserId>) {
    match value {
        serde_json::Value::String(text) => found.extend(text.parse::<UserId>().ok()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}
