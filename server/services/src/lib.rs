//! The deeds: one file per noun, one public function per verb. No HTTP and no pages.

pub mod access;
pub mod actor;
pub mod applications;
pub mod bell;
pub mod blocks;
pub mod clock;
pub mod countries; // TEMP
pub mod deed;
pub mod delivery;
pub mod demo;
pub mod drafts;
pub mod factors;
pub mod federation;
pub mod first_administrator;
pub mod groups;
pub mod housekeeping;
pub mod identities;
pub mod invitations;
pub mod jobs;
pub mod letters;
pub mod limits;
pub mod logos;
pub mod logs;
pub mod mail;
pub mod mailbox;
pub mod markdown;
pub mod memberships;
pub mod organization;
pub mod origin;
pub mod outbound;
pub mod partners;
pub mod passkeys;
pub mod people;
pub mod providers;
pub mod redemption;
pub mod refusal;
pub mod secret;
pub mod sessions;
pub mod signin;
#[cfg(feature = "testing")]
pub mod testing;

use std::sync::Arc;

pub use actor::{Actor, Admin, Denied, OwnerOf, PolicyAdmin, Reader, UserAdmin, Viewer};
pub use bell::Bell;
pub use clock::{Clock, Ids};
pub use outbound::Outbound;
pub use refusal::{Refusal, Verb};
pub use secret::{Key, Secret};
pub use store::{Count, Page, PageAsk, Store, Stored};

use organization::Tenant;

/// Everything a verb needs. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

pub struct Inner {
    pub store: Store,
    pub clock: Clock,
    pub ids: Ids,
    pub key: Key,
    pub mailer: mail::Mailer,
    /// Where Lobby is reached: scheme, host and port, without a path.
    pub public_url: url::Url,
    /// Demo mode: a mailbox instead of a mail server, loopback only.
    pub demo: bool,
    /// The one HTTP client.
    pub outbound: Outbound,
    /// What providers publish.
    pub discovered: federation::Cache,
    /// Organization and collaboration settings as last saved on this node.
    pub tenant: arc_swap::ArcSwap<Tenant>,
    /// Policies, locations and terms as last changed on this node.
    pub policies: arc_swap::ArcSwap<domain::access::PolicySet>,
    /// What the policies said in the last minute.
    pub verdicts: access::Verdicts,
    pub countries: countries::Countries,      // TEMP
    pub break_glass: Vec<domain::id::UserId>, // TEMP
    /// Rings when a letter or a job waits.
    pub bell: Bell,
}

impl std::ops::Deref for Services {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What [`Services::open`] is made of.
pub struct Parts {
    pub store: Store,
    pub clock: Clock,
    pub key: Key,
    pub mailer: mail::Mailer,
    pub public_url: url::Url,
    pub demo: bool,
    pub outbound: Outbound,
}

impl Services {
    /// Reads the settings of the organization; the database has been migrated.
    ///
    /// # Errors
    /// Where the database does not answer or the settings cannot be read.
    pub async fn open(parts: Parts) -> Result<Self, store::StoreError> {
        let Parts { store, clock, key, mailer, public_url, demo, outbound } = parts;
        let tenant = arc_swap::ArcSwap::from_pointee(Tenant::load(&store).await?);
        let policies = arc_swap::ArcSwap::from_pointee(store::access::current(&mut store.read().await?).await?);
        let verdicts = access::Verdicts::default();
        let (ids, bell, discovered) = (Ids::default(), Bell::default(), federation::Cache::default());
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            ids,
            key,
            mailer,
            public_url,
            demo,
            outbound,
            discovered,
            tenant,
            policies,
            verdicts,
            countries: countries::Countries, // TEMP
            break_glass: Vec::new(),         // TEMP
            bell,
        })))
    }

    pub fn now(&self) -> domain::time::Timestamp {
        self.clock.now()
    }

    /// The settings in force.
    pub fn tenant(&self) -> Arc<Tenant> {
        self.tenant.load_full()
    }

    /// An address of this Lobby: never from a request's own headers.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
