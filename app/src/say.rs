//! The words of the pages: what each code means to a person. What is wrong with a form is said by a file of its own.

pub mod access;
mod problem;

pub use problem::problem;

use domain::event::{Action, TargetKind};
use domain::letter::Letter;
use domain::role::Role;
use domain::session::Method;
use domain::user::Barred;

/// What was done, from the code in the address.
pub fn done(code: &str) -> Option<&'static str> {
    Some(match code {
        "saved" => "Saved.",
        "created" => "Created.",
        "deleted" => "Deleted.",
        "restored" => "Restored. The account is disabled until you enable it.",
        "enabled" => "Enabled.",
        "disabled" => "Disabled. Their sessions have ended.",
        "invited" => "The invitations are on their way.",
        "resent" => "Another letter is on its way.",
        "revoked" => "The invitation is revoked.",
        "corrected" => "The old invitation is revoked and a new one is on its way.",
        "adopted" => "The invitation is yours now.",
        "voided" => "All links sent so far are void.",
        "removed" => "Removed.",
        "added" => "Added.",
        "assigned" => "Assigned.",
        "unassigned" => "No longer assigned.",
        "retried" => "The letter is tried again.",
        "stopped" => "Stopped.",
        "owner-asked" => "The owners have your note. It names the attempt, so that they can find it.",
        "confirmed" => "Confirmed. The change stays.",
        "taken-back" => "Taken back. What stood before stands again.",
        "signed-out" => "You are signed out.",
        "left" => "You have left. Your access has ended.",
        "identity-linked" => "The account is linked. You can sign in by it from now on.",
        "identity-removed" => "Removed. Sessions that came by it have ended.",
        "invitation-added" => "The invitation is taken up: what it opens is yours.",
        "wished" => "Asked. A letter tells whoever invited you; they decide.",
        "address-changed" => "Your address is changed. A letter tells the old one, and your other sessions have ended.",
        "passkey-added" => "The passkey is added. You can sign in with it from now on.",
        "passkey-renamed" => "Renamed.",
        "passkey-removed" => "The passkey is removed, and your other sessions have ended.",
        "authenticator-added" => "The authenticator app is set up.",
        "authenticator-removed" => "The authenticator app is removed, and your other sessions have ended.",
        "pass-used" => "The pass is accepted. Set up a second factor in the next 30 minutes.",
        "factor-removed" => "Removed. Their sessions have ended, and a letter tells them.",
        "reset" => "Reset. Their sessions have ended, and a letter is on its way.",
        "session-ended" => "The session has ended.",
        "sessions-ended" => "The sessions have ended.",
        "proved" => "Thank you. Go on with what you wanted to do.",
        "code-sent" => "Another code is on its way, if the address is known here.",
        "declined" => "You have declined. Nobody has been told why.",
        "blocked" => "You have declined, and this mailbox takes no more invitations from here.",
        "lifted" => "The block is lifted.",
        "lost-sent" => "If an invitation for this address is pending, another link is on its way.",
        "member-created" => "Created. A letter tells them how to sign in.",
        "person-deleted" => "Deleted. They can be restored for 30 days.",
        "roles" => "The roles are changed. Their sessions have ended.",
        "roles-own" => "Your roles are changed. Sign in again.",
        "application-created" => "Added. Nobody has it yet: the steps below let an owner invite guests.",
        "stopped-revoked" => "All inviting has stopped, and the pending invitations are revoked.",
        "provider-created" => "Added. Enter the addresses below at the provider, then test it.",
        "provider-on" => "Switched on.",
        "provider-off" => "Switched off. The sessions that came by it have ended.",
        "passcodes-open" => "Its people can come in by a code for as long as you said.",
        "passcodes-shut" => "Shut. Its people come by the provider alone again.",
        "theme" => return None,
        _ => return None,
    })
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Administrator",
        Role::UserAdministrator => "User administrator",
        Role::GuestInviter => "Guest inviter",
        Role::ConditionalAccessAdministrator => "Conditional access administrator",
        Role::Reader => "Reader",
    }
}

/// What an audit event says happened.
pub fn action(action: Action) -> &'static str {
    match action {
        Action::UserCreated => "Person created",
        Action::UserChanged => "Person changed",
        Action::UserDisabled => "Person disabled",
        Action::UserEnabled => "Person enabled",
        Action::UserDeleted => "Person deleted",
        Action::UserRestored => "Person restored",
        Action::UserErased => "Person erased for good",
        Action::UserLeft => "Left the organization",
        Action::RolesChanged => "Roles changed",
        Action::SponsorsChanged => "Sponsors changed",
        Action::GroupCreated => "Group created",
        Action::GroupChanged => "Group changed",
        Action::GroupDeleted => "Group deleted",
        Action::OwnerAdded => "Owner added",
        Action::OwnerRemoved => "Owner removed",
        Action::MemberAdded => "Member added",
        Action::MemberRemoved => "Member removed",
        Action::MembershipChanged => "Membership changed",
        Action::ApplicationCreated => "Application added",
        Action::ApplicationChanged => "Application changed",
        Action::ApplicationDeleted => "Application deleted",
        Action::ApplicationAssigned => "Application assigned",
        Action::ApplicationUnassigned => "Application unassigned",
        Action::InvitationCreated => "Invited",
        Action::InvitationResent => "Invitation resent",
        Action::InvitationRevoked => "Invitation revoked",
        Action::InvitationAccepted => "Invitation accepted",
        Action::InvitationAdded => "Invitation taken up by another account",
        Action::InvitationWished => "Asked for an invitation by another account",
        Action::InvitationDeclined => "Invitation declined",
        Action::InvitationExpired => "Invitation expired",
        Action::InvitationSuspended => "Invitation suspended",
        Action::InvitationAdopted => "Invitation adopted",
        Action::InvitationLinkShown => "Invitation link shown",
        Action::InvitationLinksVoided => "Invitation links voided",
        Action::LostLinkAsked => "Lost link asked for",
        Action::BlockMade => "Invitations blocked",
        Action::BlockLifted => "Block lifted",
        Action::JobStarted => "Job started",
        Action::JobStopped => "Job stopped",
        Action::JobFinished => "Job finished",
        Action::CollaborationChanged => "Collaboration settings changed",
        Action::OrganizationChanged => "Organization changed",
        Action::ProviderCreated => "Identity provider added",
        Action::ProviderChanged => "Identity provider changed",
        Action::ProviderDeleted => "Identity provider deleted",
        Action::ProviderTested => "Identity provider tried",
        Action::PolicyCreated => "Access policy created",
        Action::PolicyChanged => "Access policy changed",
        Action::PolicyDeleted => "Access policy deleted",
        Action::PolicyRolledBack => "Access change taken back",
        Action::PolicyConfirmed => "Access change confirmed",
        Action::LocationCreated => "Location created",
        Action::LocationChanged => "Location changed",
        Action::LocationDeleted => "Location deleted",
        Action::TermsCreated => "Terms of use created",
        Action::TermsChanged => "Terms of use changed",
        Action::TermsDeleted => "Terms of use deleted",
        Action::TermsAccepted => "Terms of use accepted",
        Action::BreakGlassUsed => "Break-glass account tried",
        Action::AccessSettingsChanged => "Access settings changed",
        Action::OwnerAsked => "Owner asked about a blocked sign-in",
        Action::PartnerCreated => "Partner organization added",
        Action::PartnerChanged => "Partner organization changed",
        Action::PartnerDeleted => "Partner organization deleted",
        Action::IdentityLinked => "Identity linked",
        Action::IdentityRemoved => "Identity removed",
        Action::RedemptionReset => "Redemption reset",
        Action::AddressChanged => "Address changed",
        Action::PasskeyAdded => "Passkey added",
        Action::PasskeyRenamed => "Passkey renamed",
        Action::PasskeyRemoved => "Passkey removed",
        Action::AuthenticatorAdded => "Authenticator app added",
        Action::AuthenticatorRemoved => "Authenticator app removed",
        Action::RecoveryCodesMade => "Recovery codes made",
        Action::RecoveryCodeUsed => "Recovery code used",
        Action::PassGiven => "Enrolment pass given",
        Action::PassUsed => "Enrolment pass used",
        Action::SecurityChanged => "Rules for second factors changed",
        Action::DataDownloaded => "Own data downloaded",
        Action::LoggedOutByProvider => "Signed out by the provider",
        Action::IdentityRefused => "Identity refused",
        Action::TokenRefused => "Logout token refused",
        Action::SignedIn => "Signed in",
        Action::SignedOut => "Signed out",
        Action::SessionsEnded => "Sessions ended",
        Action::AdministratorLinkMade => "First administrator's link made",
        Action::AdministratorLinkUsed => "First administrator's link used",
        Action::LetterRetried => "Letter retried",
        Action::Exported => "Log exported",
        Action::Refused => "Refused",
        Action::LimitHit => "Limit reached",
        Action::OriginRefused => "Foreign request refused",
    }
}

/// The kind of thing an audit event is about.
pub fn target(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::User => "person",
        TargetKind::Group => "group",
        TargetKind::Application => "application",
        TargetKind::Invitation => "invitation",
        TargetKind::Settings => "settings",
        TargetKind::Session => "session",
        TargetKind::Letter => "letter",
        TargetKind::Job => "job",
        TargetKind::Log => "log",
        TargetKind::Address => "address",
        TargetKind::Provider => "identity provider",
        TargetKind::Partner => "partner organization",
        TargetKind::Identity => "identity",
        TargetKind::Passkey => "passkey",
        TargetKind::Policy => "access policy",
        TargetKind::Location => "location",
        TargetKind::Terms => "terms of use",
        TargetKind::Path => "page",
    }
}

/// What a letter is.
pub fn letter(letter: &Letter) -> &'static str {
    match letter {
        Letter::Invitation { .. } => "Invitation",
        Letter::InvitationCopy { .. } => "Copy of an invitation",
        Letter::LostLink { .. } => "Another link to an invitation",
        Letter::TakenUpByOther { .. } => "Invitation taken up by another account",
        Letter::OtherAccountAsked { .. } => "Somebody asks to be invited by another account",
        Letter::RenewalAsked { .. } => "Somebody asks for a new invitation",
        Letter::Added { .. } => "Added to a group",
        Letter::Welcome { .. } => "Welcome to a member",
        Letter::Passcode { .. } => "Code to sign in",
        Letter::AccountChanged { .. } => "A way to sign in changed",
        Letter::AccessAsked { .. } => "A guest asks about a blocked sign-in",
        Letter::BreakGlass { .. } => "Break-glass account tried",
        Letter::ApplicationAssigned { .. } => "A group gained an application",
    }
}

/// How somebody proved who they are.
pub fn method(method: Method) -> &'static str {
    match method {
        Method::Otp => "Code by e-mail",
        Method::Federated => "Identity provider",
        Method::MultiFactor => "The provider's second factor",
        Method::Passkey => "Passkey",
        Method::FirstLink => "First administrator's link",
        Method::Totp => "Authenticator app",
        Method::Recovery => "Recovery code",
        Method::Demo => "Demo",
    }
}

pub fn barred(barred: Barred) -> &'static str {
    match barred {
        Barred::Disabled => "Disabled",
        Barred::Deleted => "Deleted",
        Barred::Ended(_) => "Ended",
        Barred::NotAccepted => "Pending",
    }
}

/// "1 guest", "2 guests", "more than 10,000 guests".
pub fn count(count: services::Count, one: &str, many: &str) -> String {
    match count {
        services::Count::Exactly(1) => format!("1 {one}"),
        services::Count::Exactly(n) => format!("{} {many}", number(n)),
        services::Count::MoreThan(n) => format!("more than {} {many}", number(n)),
    }
}

/// Digits in groups of three.
pub fn number(n: i64) -> String {
    let digits = n.abs().to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{}{}", if n < 0 { "-" } else { "" }, grouped.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_in_threes() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")] {
            assert_eq!(number(n), text);
        }
    }
}
