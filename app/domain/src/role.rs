//! The five roles, and sets of them.

use serde::{Deserialize, Serialize};

stored_words! {
    /// What a person may do beyond their own groups.
    Role {
        Administrator = "administrator",
        UserAdministrator = "user_administrator",
        GuestInviter = "guest_inviter",
        ConditionalAccessAdministrator = "conditional_access_administrator",
        Reader = "reader",
    }
}

/// A set of roles, stored as bits in the order of [`Role::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(pub i64);

impl Roles {
    pub const NONE: Self = Self(0);

    const fn bit(role: Role) -> i64 {
        1 << role as i64
    }
    pub const fn of(role: Role) -> Self {
        Self(Self::bit(role))
    }
    pub const fn has(self, role: Role) -> bool {
        self.0 & Self::bit(role) != 0
    }
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | Self::bit(role))
    }
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}
