//! What the audit log tells: who did what to whom, with old and new value.

use serde::{Deserialize, Serialize};

stored_words! {
    /// Every kind of audit event: `noun.verb`.
    Action {
        UserCreated = "user.create",
        UserChanged = "user.change",
        UserDisabled = "user.disable",
        UserEnabled = "user.enable",
        UserDeleted = "user.delete",
        UserRestored = "user.restore",
        UserErased = "user.erase",
        UserLeft = "user.leave",
        RolesChanged = "user.change_roles",
        SponsorsChanged = "user.change_sponsors",
        GroupCreated = "group.create",
        GroupChanged = "group.change",
        GroupDeleted = "group.delete",
        OwnerAdded = "group.add_owner",
        OwnerRemoved = "group.remove_owner",
        MemberAdded = "group.add_member",
        MemberRemoved = "group.remove_member",
        MembershipChanged = "group.change_membership",
        ApplicationCreated = "application.create",
        ApplicationChanged = "application.change",
        ApplicationDeleted = "application.delete",
        ApplicationAssigned = "application.assign",
        ApplicationUnassigned = "application.unassign",
        InvitationCreated = "invitation.create",
        InvitationResent = "invitation.resend",
        InvitationRevoked = "invitation.revoke",
        InvitationAccepted = "invitation.accept",
        InvitationAdded = "invitation.add_to_account",
        InvitationWished = "invitation.ask_other_account",
        InvitationDeclined = "invitation.decline",
        InvitationExpired = "invitation.expire",
        InvitationSuspended = "invitation.suspend",
        InvitationAdopted = "invitation.adopt",
        InvitationLinkShown = "invitation.show_link",
        InvitationLinksVoided = "invitation.void_links",
        LostLinkAsked = "invitation.lost_link",
        BlockMade = "block.create",
        BlockLifted = "block.lift",
        JobStarted = "job.start",
        JobStopped = "job.stop",
        JobFinished = "job.finish",
        CollaborationChanged = "collaboration.change",
        OrganizationChanged = "organization.change",
        ProviderCreated = "provider.create",
        ProviderChanged = "provider.change",
        ProviderDeleted = "provider.delete",
        ProviderTested = "provider.test",
        PolicyCreated = "policy.create",
        PolicyChanged = "policy.change",
        PolicyDeleted = "policy.delete",
        PolicyRolledBack = "policy.roll_back",
        PolicyConfirmed = "policy.confirm",
        LocationCreated = "location.create",
        LocationChanged = "location.change",
        LocationDeleted = "location.delete",
        TermsCreated = "terms.create",
        TermsChanged = "terms.change",
        TermsDeleted = "terms.delete",
        TermsAccepted = "terms.accept",
        BreakGlassUsed = "break_glass.use",
        AccessSettingsChanged = "access.change_settings",
        OwnerAsked = "access.ask_owner",
        PartnerCreated = "partner.create",
        PartnerChanged = "partner.change",
        PartnerDeleted = "partner.delete",
        IdentityLinked = "identity.link",
        IdentityRemoved = "identity.remove",
        RedemptionReset = "identity.reset",
        AddressChanged = "identity.change_address",
        PasskeyAdded = "passkey.add",
        PasskeyRenamed = "passkey.rename",
        PasskeyRemoved = "passkey.remove",
        AuthenticatorAdded = "authenticator.add",
        AuthenticatorRemoved = "authenticator.remove",
        RecoveryCodesMade = "recovery_codes.make",
        RecoveryCodeUsed = "recovery_codes.use",
        PassGiven = "enrolment_pass.give",
        PassUsed = "enrolment_pass.use",
        SecurityChanged = "security.change",
        DataDownloaded = "account.download",
        SignedIn = "session.sign_in",
        SignedOut = "session.sign_out",
        SessionsEnded = "session.end",
        LoggedOutByProvider = "session.back_channel_logout",
        AdministratorLinkMade = "administrator_link.create",
        AdministratorLinkUsed = "administrator_link.use",
        LetterRetried = "letter.retry",
        Exported = "log.export",
        Refused = "access.refuse",
        LimitHit = "access.limit",
        OriginRefused = "access.refuse_origin",
        IdentityRefused = "access.refuse_identity",
        TokenRefused = "access.refuse_token",
    }
}

stored_words! {
    /// What an event is about.
    TargetKind {
        User = "user",
        Group = "group",
        Application = "application",
        Invitation = "invitation",
        Settings = "settings",
        Session = "session",
        Letter = "letter",
        Job = "job",
        Log = "log",
        Address = "address",
        Provider = "provider",
        Partner = "partner",
        Identity = "identity",
        Passkey = "passkey",
        Policy = "policy",
        Location = "location",
        Terms = "terms",
        Path = "path",
    }
}

stored_words! {
    /// The result of a sign-in or launch. Stopped by a rule is blocked, a broken sign-in is failed.
    SignInResult { Success = "success", Blocked = "blocked", Failed = "failed", Interrupted = "interrupted" }
}

/// The object of an audit event, with the name it had then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub kind: TargetKind,
    pub id: String,
    pub name: String,
}

impl Target {
    pub fn new(kind: TargetKind, id: impl ToString, name: impl Into<String>) -> Self {
        Self { kind, id: id.to_string(), name: name.into() }
    }
}
