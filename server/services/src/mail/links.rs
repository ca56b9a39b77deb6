//! Where the buttons of letters lead: the one place that knows the paths.

use domain::id::{GroupId, InvitationId, ProviderId, UserId};

use super::House;

/// The page that takes an invitation up; it names the invitation and proves nothing.
pub(super) fn redeem(house: &House, token: &str) -> String {
    format!("{}/redeem/{token}", house.url)
}

/// The same page at its decline form: the answer itself is a POST.
pub(super) fn decline(redeem: &str) -> String {
    format!("{redeem}#decline")
}

pub(super) fn apps(house: &House) -> String {
    format!("{}/", house.url)
}

pub(super) fn account(house: &House) -> String {
    format!("{}/account", house.url)
}

/// The sign-in page with one provider on it.
pub(super) fn sign_in_with(house: &House, provider: ProviderId) -> String {
    format!("{}/signin?with={provider}", house.url)
}

/// The invitations of a group; without one, what its reader manages.
pub(super) fn invitations(house: &House, group: Option<GroupId>) -> String {
    match group {
        Some(group) => format!("{}/manage/{group}/invitations", house.url),
        None => format!("{}/manage", house.url),
    }
}

/// One invitation, for who manages it.
pub(super) fn invitation(house: &House, group: GroupId, invitation: InvitationId) -> String {
    format!("{}/manage/{group}/invitations/{invitation}", house.url)
}

pub(super) fn guests(house: &House, group: GroupId) -> String {
    format!("{}/manage/{group}", house.url)
}

pub(super) fn guest(house: &House, group: GroupId, user: UserId) -> String {
    format!("{}/manage/{group}/guests/{user}", house.url)
}

pub(super) fn sign_ins(house: &House) -> String {
    format!("{}/admin/sign-ins", house.url)
}
