//! The organization and its external collaboration settings: one row each, in force at once.

use serde::{Deserialize, Serialize};

use crate::role::{Role, Roles};
use crate::text::{DomainRules, EmailAddress, Label};
use crate::time::{Span, Timestamp, Zone};
use crate::user::UserType;

stored_words! {
    /// Who may invite into the directory (Microsoft Entra's `allowInvitesFrom`).
    AllowInvitesFrom {
        Everyone = "everyone",
        AdminsGuestInvitersAndAllMembers = "adminsGuestInvitersAndAllMembers",
        AdminsAndGuestInviters = "adminsAndGuestInviters",
        None = "none",
    }
}

stored_words! {
    /// What guests see of other people.
    GuestAccess { SameAsMembers = "same_as_members", Limited = "limited", Restricted = "restricted" }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Collaboration {
    pub allow_invites_from: AllowInvitesFrom,
    /// Owners may invite to their own groups, under every value above but `none`.
    pub owners_may_invite: bool,
    pub domains: DomainRules,
    pub guest_access: GuestAccess,
    pub guests_may_leave: bool,
    /// Days until an invitation expires, 1 to 90.
    pub invitation_days: u32,
    /// Days after a guest's provider spoke on which other ways are the whole sign-in, 0 to 30: 0 wants it each time.
    pub provider_word_days: u32,
    /// The same where a mailbox is the anchor, 1 to 90.
    pub mailbox_word_days: u32,
}

impl Default for Collaboration {
    fn default() -> Self {
        Self {
            allow_invites_from: AllowInvitesFrom::AdminsAndGuestInviters,
            owners_may_invite: true,
            domains: DomainRules::Any,
            guest_access: GuestAccess::Limited,
            guests_may_leave: true,
            invitation_days: 30,
            provider_word_days: 7,
            mailbox_word_days: 30,
        }
    }
}

impl Collaboration {
    pub const INVITATION_DAYS: std::ops::RangeInclusive<u32> = 1..=90;
    pub const PROVIDER_WORD_DAYS: std::ops::RangeInclusive<u32> = 0..=30;
    pub const MAILBOX_WORD_DAYS: std::ops::RangeInclusive<u32> = 1..=90;

    /// May this person invite into the directory?
    pub fn lets_invite(&self, user_type: UserType, roles: Roles) -> bool {
        let admin = roles.has(Role::Administrator) || roles.has(Role::UserAdministrator);
        let inviter = admin || roles.has(Role::GuestInviter);
        match self.allow_invites_from {
            AllowInvitesFrom::Everyone => true,
            AllowInvitesFrom::AdminsGuestInvitersAndAllMembers => inviter || user_type == UserType::Member,
            AllowInvitesFrom::AdminsAndGuestInviters => inviter,
            AllowInvitesFrom::None => false,
        }
    }

    /// May an owner invite to a group of theirs?
    pub fn lets_owners_invite(&self) -> bool {
        self.owners_may_invite && self.allow_invites_from != AllowInvitesFrom::None
    }

    /// May anybody be invited, or sent another link?
    pub fn invitations_stopped(&self) -> bool {
        self.allow_invites_from == AllowInvitesFrom::None
    }
}

stored_words! {
    /// How much the page of whoever is blocked tells: which condition and what would pass, the condition alone, or neither.
    BlockedDetail { Full = "full", Condition = "condition", None = "none" }
}

/// Conditional access, besides its policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    pub blocked_detail: BlockedDetail,
    /// Days that the sign-in log is kept, 30 to 730.
    pub sign_in_days: u32,
}

impl Access {
    pub const SIGN_IN_DAYS: std::ops::RangeInclusive<u32> = 30..=730;
}

impl Default for Access {
    fn default() -> Self {
        Self { blocked_detail: BlockedDetail::Condition, sign_in_days: 30 }
    }
}

/// How those who manage, and those without a second factor, are held to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Security {
    /// Admin and Manage pages want a second factor at most so many hours old, 1 to 12.
    pub manager_hours: u32,
    /// Until when a passcode is enough to enrol a first factor, for people without a role.
    pub enrolment_open_until: Option<Timestamp>,
}

impl Default for Security {
    fn default() -> Self {
        Self { manager_hours: *Self::MANAGER_HOURS.end(), enrolment_open_until: None }
    }
}

impl Security {
    pub const MANAGER_HOURS: std::ops::RangeInclusive<u32> = 1..=12;
    /// First enrolment by passcode is opened for so long at most.
    pub const MOST_OPEN_DAYS: i64 = 14;

    pub fn managers_within(&self) -> Span {
        Span::hours(i64::from(self.manager_hours))
    }

    pub fn enrolment_is_open(&self, now: Timestamp) -> bool {
        self.enrolment_open_until.is_some_and(|until| now < until)
    }
}

/// The house that invites: shown on every page and in every letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub name: Label,
    pub logo: Option<String>,
    pub accent: Accent,
    pub zone: Zone,
    pub privacy_contact: Option<EmailAddress>,
    pub privacy_statement: Option<String>,
}

impl Organization {
    /// Guests may leave by themselves only where somebody answers for their data.
    pub fn guests_may_leave(&self, settings: &Collaboration) -> bool {
        settings.guests_may_leave && self.privacy_contact.is_some()
    }
}

/// The accent color, sRGB as `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Accent(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a color of the form #1a6b5c")]
pub struct AccentError;

impl Accent {
    /// # Errors
    /// Where the text is not `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, AccentError> {
        let hex = text.trim().strip_prefix('#').ok_or(AccentError)?;
        if hex.len() != 6 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(AccentError);
        }
        Ok(Self(format!("#{}", hex.to_ascii_lowercase())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Black or white, whichever reads better on this color (WCAG 2.2 relative luminance).
    pub fn text_on(&self) -> &'static str {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&self.0[at..at + 2], 16).unwrap_or(0)) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
        if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 { "#ffffff" } else { "#000000" }
    }
}

impl Default for Accent {
    fn default() -> Self {
        Self("#1f6f5c".to_owned())
    }
}

impl TryFrom<String> for Accent {
    type Error = AccentError;
    fn try_from(text: String) -> Result<Self, AccentError> {
        Self::parse(&text)
    }
}

impl From<Accent> for String {
    fn from(accent: Accent) -> Self {
        accent.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_invite_follows_the_setting() {
        use AllowInvitesFrom as From;
        use UserType::{Guest, Member};
        let none = Roles::NONE;
        let inviter = Roles::of(Role::GuestInviter);
        let admin = Roles::of(Role::Administrator);
        for (from, user_type, roles, expected) in [
            (From::Everyone, Guest, none, true),
            (From::AdminsGuestInvitersAndAllMembers, Guest, none, false),
            (From::AdminsGuestInvitersAndAllMembers, Member, none, true),
            (From::AdminsAndGuestInviters, Member, none, false),
            (From::AdminsAndGuestInviters, Member, inviter, true),
            (From::AdminsAndGuestInviters, Member, Roles::of(Role::Reader), false),
            (From::AdminsAndGuestInviters, Member, Roles::of(Role::UserAdministrator), true),
            (From::None, Member, admin, false),
        ] {
            let settings = Collaboration { allow_invites_from: from, ..Collaboration::default() };
            assert_eq!(settings.lets_invite(user_type, roles), expected, "{from} {user_type} {roles:?}");
        }
    }

    #[test]
    fn owners_may_invite_under_every_value_but_none() {
        for from in AllowInvitesFrom::ALL.iter().copied() {
            let settings = Collaboration { allow_invites_from: from, ..Collaboration::default() };
            assert_eq!(settings.lets_owners_invite(), from != AllowInvitesFrom::None, "{from}");
        }
    }

    #[test]
    fn text_on_an_accent_is_the_one_that_reads_better() {
        for (accent, text) in
            [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#FFD400", "#000000"), ("#1f6f5c", "#ffffff")]
        {
            assert_eq!(Accent::parse(accent).unwrap().text_on(), text, "{accent}");
        }
        for text in ["", "red", "#12", "#12345g", "#1234567", "#ü23456"] {
            assert_eq!(Accent::parse(text), Err(AccentError), "{text}");
        }
    }
}
