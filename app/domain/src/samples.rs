//! Values for tests: valid, small, and the same every time.

mod access;

pub use access::{app, attempt, countries, group, location, policy, policy_set, ranges, terms_id, user};

use std::net::{IpAddr, Ipv4Addr};

use crate::group::Membership;
use crate::id::{GroupId, InvitationId, ProviderId, SessionId, UserId};
use crate::identity::Identity;
use crate::invitation::{Invitation, InvitationState, LetterState};
use crate::provider::{Asserted, ClaimNames, Issuer, Protocol, Provider, ProviderSettings, SecondFactor, Tenancy};
use crate::role::Roles;
use crate::session::{Method, Origin, Platform, Session};
use crate::text::{EmailAddress, Label};
use crate::time::{Span, Timestamp};
use crate::user::{CreationType, ExternalState, Standing, User, UserType};

/// 2026-06-01T12:00:00Z
pub const NOON: Timestamp = Timestamp(1_780_315_200_000);

/// # Panics
/// Where the text is no address: a fault of the test.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn member(at: &str) -> User {
    User {
        id: UserId(uuid::Uuid::from_u128(1)),
        user_type: UserType::Member,
        address: address(at),
        name: None,
        company: None,
        standing: Standing::Enabled,
        external: None,
        creation: CreationType::Administrator,
        invited_by: None,
        roles: Roles::NONE,
        language: "en".to_owned(),
        time_zone: None,
        ends_at: None,
        consented_at: None,
        created_at: NOON,
        last_sign_in_at: None,
    }
}

pub fn guest(at: &str) -> User {
    User {
        id: UserId(uuid::Uuid::from_u128(2)),
        user_type: UserType::Guest,
        external: Some(ExternalState::PendingAcceptance { since: NOON }),
        creation: CreationType::Invitation,
        ..member(at)
    }
}

pub fn membership() -> Membership {
    Membership {
        group: GroupId(uuid::Uuid::from_u128(3)),
        user: UserId(uuid::Uuid::from_u128(2)),
        added_by: UserId(uuid::Uuid::from_u128(1)),
        added_at: NOON,
        ends_at: Timestamp::NEVER,
        held_for: None,
    }
}

pub fn invitation() -> Invitation {
    Invitation {
        id: InvitationId(uuid::Uuid::from_u128(4)),
        user: UserId(uuid::Uuid::from_u128(2)),
        address: address("ada@praxis.example"),
        name: None,
        group: Some(GroupId(uuid::Uuid::from_u128(3))),
        message: None,
        cc: None,
        language: "en".to_owned(),
        landing: None,
        stay_days: None,
        ends_at: None,
        invited_by: UserId(uuid::Uuid::from_u128(1)),
        created_at: NOON,
        expires_at: NOON + Span::days(30),
        state: InvitationState::Pending,
        letter: LetterState::Waiting,
    }
}

pub fn origin() -> Origin {
    Origin {
        address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
        platform: Platform::Linux,
        client: "Firefox 140".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
        platform_hint: None,
    }
}

pub fn session() -> Session {
    Session {
        id: SessionId(uuid::Uuid::from_u128(5)),
        user: UserId(uuid::Uuid::from_u128(2)),
        created_at: NOON,
        auth_time: NOON,
        methods: vec![Method::Otp],
        multifactor_at: None,
        proof_application: None,
        last_seen_at: NOON,
        ends_at: NOON + Session::absolute(UserType::Guest),
        kept: false,
        origin: origin(),
        by: None,
    }
}

/// The anchor of somebody, of this issuer.
pub fn identity(issuer: &str) -> Identity {
    Identity {
        issuer: issuer.to_owned(),
        subject: "7".to_owned(),
        user: UserId(uuid::Uuid::from_u128(2)),
        provider: None,
        address: None,
        anchor: true,
        created_at: NOON,
        spoke_at: Some(NOON),
        session: None,
    }
}

/// An OpenID provider without domains, as an administrator first makes one.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn provider() -> Provider {
    Provider {
        id: ProviderId(uuid::Uuid::from_u128(7)),
        name: Label::parse("Praxis Nord").unwrap(),
        enabled: true,
        offered: false,
        position: 0,
        client_id: "lobby".to_owned(),
        secret_ends_at: None,
        certificate_ends_at: None,
        passcode_until: None,
        logo: None,
        settings: ProviderSettings {
            protocol: Protocol::OpenId {
                issuer: Issuer::parse("https://login.praxis.example").unwrap(),
                tenancy: Tenancy::Single,
            },
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            claims: ClaimNames::default(),
            domains: Vec::new(),
            verified_counts: false,
            also_by_passcode: false,
            second_factor: SecondFactor::usual(),
        },
        created_at: NOON,
    }
}

/// What [`provider`] says of somebody whose address is not told.
pub fn asserted() -> Asserted {
    Asserted {
        issuer: "https://login.praxis.example".to_owned(),
        subject: "7".to_owned(),
        address: None,
        verified: None,
        name: None,
        tenant: None,
        domain_owner_verified: false,
        hosted_domain: None,
        auth_time: None,
        amr: Vec::new(),
        acr: None,
        session: None,
    }
}
