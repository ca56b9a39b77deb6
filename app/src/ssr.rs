//! What pages and server functions on the server stand on: the visit; beside it the doorway, drafts and cookies.

mod answer;
mod cookie;
mod draft;

pub use answer::{
    Next, as_problem, doorway, leads_elsewhere, log_refusal, problems, redirect, set_header, status, told, unread,
};
pub use cookie::{Cookie, CookieLife, life_of, renew_session, set_cookie};
pub use draft::{Draft, Kept, NothingTyped, draft_or, keep_draft, refused};

use axum::http::request::Parts;
use domain::id::{ProviderId, RequestId};
use domain::session::Origin;
use domain::time::{Timestamp, Zone};
use leptos::prelude::use_context;
use services::access::Held;
use services::{Actor, Denied, Refusal, Secret, Services, Verb, Viewer};

use crate::routes;

/// One request: who, from where, with which services. The server makes it before any page.
#[derive(Clone)]
pub struct Visit {
    pub services: Services,
    /// Whoever is signed in and past the gate.
    pub viewer: Option<Viewer>,
    /// Whoever is signed in and stopped by an access policy.
    pub held: Option<Box<Held>>,
    pub origin: Origin,
    pub correlation: RequestId,
    /// The browser's own cookie, signed in or not: drafts and passcodes are bound to it.
    pub browser: Secret,
    /// The signed cookie of a browser that signed in before.
    pub device: Option<Secret>,
    /// The provider that this browser signed in by last.
    pub way: Option<ProviderId>,
    pub path: String,
    pub query: Query,
    /// `light` or `dark` where the person chose.
    pub theme: Option<&'static str>,
    pub wants_html: bool,
}

/// The parameters of the address, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The same parameters with one set anew, and those of paging and notices left out.
    pub fn with(&self, path: &str, name: &str, value: &str) -> String {
        let kept = self.0.iter().filter(|(key, value)| {
            key != name
                && !value.is_empty()
                && !matches!(key.as_str(), "after" | "before" | "done" | "problem" | "draft")
        });
        let set = (name.to_owned(), value.to_owned());
        let pairs: Vec<String> = kept
            .chain(std::iter::once(&set))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{}={}", routes::url_encode(key), routes::url_encode(value)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

impl Visit {
    /// Whoever is signed in and past the gate.
    ///
    /// # Errors
    /// `SignIn` where nobody is; `Held` where an access policy stops them.
    pub fn viewer(&self) -> Result<Viewer, Denied> {
        let outside = if self.held.is_some() { Denied::Held } else { Denied::SignIn };
        self.viewer.clone().ok_or(outside)
    }

    /// Whoever is signed in, past the gate or before it: for signing out, leaving, proving who they are and accepting terms.
    ///
    /// # Errors
    /// `SignIn` where nobody is.
    pub fn whoever(&self) -> Result<Viewer, Denied> {
        let held = || self.held.as_ref().map(|held| held.viewer().clone());
        self.viewer.clone().or_else(held).ok_or(Denied::SignIn)
    }

    /// Whoever may set up a second factor: past the gate, or before it for want of something that they can bring.
    ///
    /// # Errors
    /// `SignIn` where nobody is; `Held` where an access policy blocks them.
    pub fn enrolling(&self) -> Result<Viewer, Denied> {
        match &self.held {
            Some(held) if held.stop.demand.is_none() => Err(Denied::Held),
            _ => self.whoever(),
        }
    }

    pub fn actor(&self) -> Actor {
        match self.whoever() {
            Ok(viewer) => viewer.actor().clone(),
            Err(_) => Actor::stranger(self.origin.clone(), self.correlation),
        }
    }

    /// The viewer's time zone, else the organization's.
    pub fn zone(&self) -> Zone {
        let own = self.whoever().ok().and_then(|viewer| viewer.user.time_zone);
        own.as_deref()
            .and_then(|name| Zone::parse(name).ok())
            .unwrap_or_else(|| self.services.tenant().organization.value.zone.clone())
    }

    pub fn now(&self) -> Timestamp {
        self.services.now()
    }
}

/// The visit of the request being answered.
///
/// # Errors
/// `SignIn` never; a missing visit is a fault of the server and answers as broken.
pub fn visit() -> Verb<Visit> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visit>().cloned()).ok_or(Refusal::Rule("broken"))
}
