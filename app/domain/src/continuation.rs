//! Where a person was going when they had to prove who they are: one of Lobby's own pages, never a raw address.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, GroupId, UserId};

stored_words! {
    /// The sections of the administration, as their addresses name them.
    Section {
        People = "people",
        Groups = "groups",
        Applications = "applications",
        Partners = "partners",
        Collaboration = "collaboration",
        Providers = "providers",
        Policies = "policies",
        Locations = "locations",
        Terms = "terms",
        WhatIf = "what-if",
        SignIns = "sign-ins",
        Audit = "audit",
        Letters = "letters",
        Blocks = "blocks",
        Settings = "settings",
    }
}

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
    Section(Section),
    Person(UserId),
    Invite,
    Launch(AppId),
}

impl Continuation {
    /// The page that a path of our own leads to; the apps page for everything else.
    pub fn of(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut parts = path.trim_start_matches('/').split('/');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let third = parts.next().unwrap_or_default();
        match (first, second) {
            ("account", "address") => Self::Address,
            ("invitation", "add") => Self::AddInvitation,
            ("account", "leave") => Self::Leave,
            ("account", "enrol") => Self::Enrol,
            ("account", _) => Self::Account,
            ("admin", "people") if third.parse::<UserId>().is_ok() => third.parse().map_or(Self::Admin, Self::Person),
            ("admin", section) => Section::parse(section).map_or(Self::Admin, Self::Section),
            ("invite", "") => Self::Invite,
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
            Self::Section(section) => format!("/admin/{section}"),
            Self::Person(user) => format!("/admin/people/{user}"),
            Self::Invite => "/invite".to_owned(),
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
            ("/admin/people/new", Continuation::Section(Section::People)),
            ("/admin/people/00000000-0000-0000-0000-000000000007", Continuation::Person(UserId(app.0))),
            ("/admin/anything", Continuation::Admin),
            ("/admin/../launch", Continuation::Admin),
            ("/invite", Continuation::Invite),
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
