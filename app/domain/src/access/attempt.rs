//! One attempt to get in, with every fact that policies read. Also what is kept in the log, to be judged again.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::country::Country;
use crate::id::{AppId, GroupId, TermsId, UserId};
use crate::role::Roles;
use crate::session::Platform;
use crate::time::Timestamp;
use crate::user::UserType;

/// What somebody wants to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Lobby,
    SecurityInformation,
    App(AppId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub user_type: UserType,
    pub roles: Roles,
    /// Of memberships that count at this moment.
    pub groups: Vec<GroupId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// `None` is undetermined.
    pub address: Option<IpAddr>,
    pub country: Country,
}

/// What was proved in this session, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    pub at: Timestamp,
    /// The application that used the last proof up; `None` while none has.
    pub application: Option<AppId>,
    /// When a second factor was used last; of unknown age where a provider did not say.
    pub multifactor_at: Option<Timestamp>,
}

/// Terms of use that the person took: the newest version of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub terms: TermsId,
    pub version: i64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: Timestamp,
    pub person: Person,
    pub target: Target,
    pub place: Place,
    pub platform: Platform,
    pub proof: Proof,
    pub accepted: Vec<Accepted>,
}

impl Target {
    pub fn application(self) -> Option<AppId> {
        match self {
            Self::App(app) => Some(app),
            Self::Lobby | Self::SecurityInformation => None,
        }
    }
}
