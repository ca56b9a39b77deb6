//! The addresses of pages, made in one place.

use domain::id::{
    AppId, AttemptId, DraftId, GroupId, InvitationId, JobId, LocationId, PartnerId, PolicyId, ProviderId, SignInId,
    TermsId, UserId,
};

pub const APPS: &str = "/";
pub const SIGN_IN: &str = "/signin";
pub const CODE: &str = "/signin/code";
/// Where an address may come in by several ways.
pub const WAYS: &str = "/signin/ways";
pub const CONSENT: &str = "/consent";
/// Takes the code by which an invitation is added to the account that is signed in.
pub const ADD_INVITATION: &str = "/invitation/add";
pub const LOST: &str = "/lost";
pub const LIFT: &str = "/lift";
pub const ACCOUNT: &str = "/account";
/// Everything that is kept of the viewer, as a file.
pub const MY_DATA: &str = "/account/my-data.json";
/// The address of record, changed by its own person.
pub const ADDRESS: &str = "/account/address";
pub const LEAVE: &str = "/account/leave";
pub const PROVE: &str = "/account/prove";
/// What an access policy stops, and what would let one pass.
pub const ACCESS: &str = "/access";
/// What opens the way to a first second factor.
pub const ENROL: &str = "/account/enrol";
pub const AUTHENTICATOR: &str = "/account/authenticator";
pub const RECOVERY: &str = "/account/recovery";
/// Makes recovery codes and shows them this once.
pub const RECOVERY_CODES: &str = "/recovery-codes";
/// Makes an enrolment pass and shows it this once.
pub const ENROLMENT_PASS: &str = "/enrolment-pass";
/// The same by an owner.
pub const GUEST_ENROLMENT_PASS: &str = "/guest-enrolment-pass";
pub const MANAGE: &str = "/manage";
pub const ADMIN: &str = "/admin";
pub const PEOPLE: &str = "/admin/people";
pub const NEW_PERSON: &str = "/admin/people/new";
pub const GROUPS: &str = "/admin/groups";
pub const NEW_GROUP: &str = "/admin/groups/new";
pub const APPLICATIONS: &str = "/admin/applications";
pub const NEW_APPLICATION: &str = "/admin/applications/new";
pub const PARTNERS: &str = "/admin/partners";
pub const NEW_PARTNER: &str = "/admin/partners/new";
pub const COLLABORATION: &str = "/admin/collaboration";
pub const PROVIDERS: &str = "/admin/providers";
pub const NEW_PROVIDER: &str = "/admin/providers/new";
pub const POLICIES: &str = "/admin/policies";
pub const NEW_POLICY: &str = "/admin/policies/new";
pub const COVERAGE: &str = "/admin/policies/coverage";
pub const ACCESS_SETTINGS: &str = "/admin/policies/settings";
pub const WHAT_IF: &str = "/admin/what-if";
pub const LOCATIONS: &str = "/admin/locations";
pub const NEW_LOCATION: &str = "/admin/locations/new";
pub const TERMS: &str = "/admin/terms";
pub const NEW_TERMS: &str = "/admin/terms/new";
pub const LETTERS: &str = "/admin/letters";
pub const BLOCKS: &str = "/admin/blocks";
pub const AUDIT: &str = "/admin/audit";
pub const SIGN_INS: &str = "/admin/sign-ins";
pub const SETTINGS: &str = "/admin/settings";
/// Asks what becomes of pending invitations when all inviting stops.
pub const STOP_INVITATIONS: &str = "/admin/collaboration/stop";
pub const ORGANIZATION_LOGO_UPLOAD: &str = "/upload/organization-logo";
pub const AUDIT_CSV: &str = "/admin/audit.csv";
pub const AUDIT_JSON: &str = "/admin/audit.json";
pub const SIGN_INS_CSV: &str = "/admin/sign-ins.csv";
pub const SIGN_INS_JSON: &str = "/admin/sign-ins.json";
pub const DIRECTORY_INVITE: &str = "/invite";
pub const MAILBOX: &str = "/mailbox";

/// The page that asks for a second factor and then goes on.
pub fn use_factor(to: &str) -> String {
    with(&with(PROVE, "to", to), "need", "factor")
}

pub fn launch(app: AppId) -> String {
    format!("/launch/{app}")
}
/// Before the gate of one application.
pub fn access(app: AppId) -> String {
    format!("/access/{app}")
}
pub fn not_open(app: AppId) -> String {
    format!("/not-open/{app}")
}
pub fn redeem(token: &str) -> String {
    format!("/redeem/{token}")
}
pub fn first(token: &str) -> String {
    format!("/first/{token}")
}
pub fn logo(digest: &str) -> String {
    format!("/logo/{digest}")
}
/// Who else is in a group, for its members.
pub fn fellows(group: GroupId) -> String {
    format!("/groups/{group}")
}
pub fn guests(group: GroupId) -> String {
    format!("/manage/{group}")
}
pub fn guest(group: GroupId, user: UserId) -> String {
    format!("/manage/{group}/guests/{user}")
}
pub fn invitations(group: GroupId) -> String {
    format!("/manage/{group}/invitations")
}
pub fn invitation(group: GroupId, invitation: InvitationId) -> String {
    format!("/manage/{group}/invitations/{invitation}")
}
pub fn invite(group: GroupId) -> String {
    format!("/manage/{group}/invite")
}
/// The page that asks before these members are removed.
pub fn remove_members(group: GroupId, users: &[UserId]) -> String {
    chosen(&format!("/manage/{group}/guests/remove"), users)
}
/// The page that sets one end for these members.
pub fn end_members(group: GroupId, users: &[UserId]) -> String {
    chosen(&format!("/manage/{group}/guests/end"), users)
}
fn chosen(path: &str, users: &[UserId]) -> String {
    users.iter().fold(path.to_owned(), |path, user| with(&path, "id", &user.to_string()))
}
pub fn add_member(group: GroupId) -> String {
    format!("/manage/{group}/members/new")
}
pub fn revoke_invitation(group: GroupId, invitation: InvitationId) -> String {
    format!("/manage/{group}/invitations/{invitation}/revoke")
}
/// The page that asks before an owner is removed.
pub fn remove_owner(group: GroupId, user: UserId) -> String {
    format!("/manage/{group}/owners/{user}/remove")
}
/// The invite page of a group, or of the directory alone.
pub fn invite_to(group: Option<GroupId>) -> String {
    group.map_or_else(|| DIRECTORY_INVITE.to_owned(), invite)
}
pub fn group_rules(group: GroupId) -> String {
    format!("/manage/{group}/rules")
}
pub fn job(job: JobId) -> String {
    format!("/jobs/{job}")
}
pub fn person(user: UserId) -> String {
    format!("/admin/people/{user}")
}
pub fn delete_person(user: UserId) -> String {
    format!("/admin/people/{user}/delete")
}
pub fn group(group: GroupId) -> String {
    format!("/admin/groups/{group}")
}
pub fn delete_group(group: GroupId) -> String {
    format!("/admin/groups/{group}/delete")
}
pub fn application(app: AppId) -> String {
    format!("/admin/applications/{app}")
}
pub fn setup(app: AppId) -> String {
    format!("/admin/applications/{app}/setup")
}
pub fn delete_application(app: AppId) -> String {
    format!("/admin/applications/{app}/delete")
}
pub fn partner(partner: PartnerId) -> String {
    format!("/admin/partners/{partner}")
}
pub fn delete_partner(partner: PartnerId) -> String {
    format!("/admin/partners/{partner}/delete")
}
/// Asks before a group with guests gets an application.
pub fn assign(app: AppId, group: GroupId) -> String {
    format!("/admin/applications/{app}/assign/{group}")
}
pub fn policy(policy: PolicyId) -> String {
    format!("/admin/policies/{policy}")
}
pub fn delete_policy(policy: PolicyId) -> String {
    format!("/admin/policies/{policy}/delete")
}
/// What a policy would have done in the last 30 days.
pub fn replay(policy: PolicyId) -> String {
    format!("/admin/policies/{policy}/replay")
}
pub fn location(location: LocationId) -> String {
    format!("/admin/locations/{location}")
}
pub fn delete_location(location: LocationId) -> String {
    format!("/admin/locations/{location}/delete")
}
pub fn terms(terms: TermsId) -> String {
    format!("/admin/terms/{terms}")
}
pub fn delete_terms(terms: TermsId) -> String {
    format!("/admin/terms/{terms}/delete")
}
pub fn acceptances_csv(terms: TermsId) -> String {
    format!("/admin/terms/{terms}/acceptances.csv")
}
/// One attempt of the sign-in log.
pub fn sign_in(sign_in: SignInId) -> String {
    format!("/admin/sign-ins/{sign_in}")
}
pub fn provider(provider: ProviderId) -> String {
    format!("/admin/providers/{provider}")
}
/// What the provider publishes, and one sign-in that is tied to nobody.
pub fn test_provider(provider: ProviderId) -> String {
    format!("/admin/providers/{provider}/test")
}
pub fn delete_provider(provider: ProviderId) -> String {
    format!("/admin/providers/{provider}/delete")
}
pub fn provider_logo_upload(provider: ProviderId) -> String {
    format!("/upload/provider-logo/{provider}")
}
/// A page of our own that goes on to a provider.
pub fn go_to_provider(attempt: AttemptId) -> String {
    format!("/signin/go/{attempt}")
}
pub fn application_logo_upload(app: AppId) -> String {
    format!("/upload/application-logo/{app}")
}
/// A letter of the demo's mailbox as a document of its own.
pub fn mailbox_letter(letter: &str) -> String {
    format!("/mailbox/{letter}/letter")
}

/// The same page with one more parameter; what stands in it already is kept.
pub fn with(path: &str, name: &str, value: &str) -> String {
    let (path, fragment) = path.split_once('#').map_or((path, None), |(path, fragment)| (path, Some(fragment)));
    let joint = if path.contains('?') { '&' } else { '?' };
    let value: String = url_encode(value);
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{path}{joint}{name}={value}{fragment}")
}

/// `application/x-www-form-urlencoded` of one value.
pub fn url_encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Where a form's page finds what was typed.
pub fn drafted(path: &str, draft: DraftId) -> String {
    with(path, "draft", &draft.to_string())
}
