//! Where a person was going when they had to prove who they are: one of Lobby's own pages, never a raw address.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, GroupId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Continuation {
    #[default]
    Apps,
    Account,
    Address,
    AddInvitation,
    Leave,
    /// Where a second factor is set up.
    Enrol,
    Manage,
    Group(GroupId),
    Admin,
    Launch(AppId),
}

impl Continuation {
    /// The page that a path of our own leads to; the apps page for everything else.
    pub fn of(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut parts = path.trim_start_matches('/').split('/');
        match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
            ("account", "address") => Self::Address,
            ("invitation", "add") => Self::AddInvitation,
            ("account", "leave") => Self::Leave,
            ("account", "enrol") => Self::Enrol,
            ("account", _) => Self::Account,
            ("admin", _) => Self::Admin,
            ("manage", group) => group.parse().map_or(Self::Manage, Self::Group),
            ("launch", app) => app.parse().map_or(Self::Apps, Self::Launch),
            _ => Self::Apps,
        }
    }

    pub fn path(self) -> String {
        match self {
            Self::Apps => "/".to_owned(),
            Self::Account => "/account".to_owned(),
            Self::Address => "/account/address".to_owned(),
            Self::AddInvitation => "/invitation/add".to_owned(),
            Self::Leave => "/account/leave".to_owned(),
            Self::Enrol => "/account/enrol".to_owned(),
            Self::Manage => "/manage".to_owned(),
            Self::Group(group) => format!("/manage/{group}"),
            Self::Admin => "/admin".to_owned(),
            Self::Launch(app) => format!("/launch/{app}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_continuation_is_one_of_our_own_pages() {
        let app = AppId(uuid::Uuid::from_u128(7));
        for (path, to) in [
            ("/launch/00000000-0000-0000-0000-000000000007?x=1", Continuation::Launch(app)),
            ("/account/leave", Continuation::Leave),
            ("/invitation/add", Continuation::AddInvitation),
            ("/account/address?asked=1", Continuation::Address),
            ("/account/enrol?to=/admin", Continuation::Enrol),
            ("/admin/people/new", Continuation::Admin),
            ("/manage", Continuation::Manage),
            ("https://evil.example/", Continuation::Apps),
            ("//evil.example/account", Continuation::Apps),
            ("/launch/../../admin", Continuation::Apps),
            ("", Continuation::Apps),
        ] {
            assert_eq!(Continuation::of(path), to, "{path}");
            assert_eq!(Continuation::of(&to.path()), to);
        }
    }
}
