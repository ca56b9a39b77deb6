//! Lists of invitations: of one group for its owners, of all for user administrators.

use std::collections::HashMap;

use domain::group::Group;
use domain::id::{GroupId, UserId};
use domain::invitation::{Invitation, InvitationState};
use domain::time::Timestamp;
use domain::user::User;
use store::{Bind, Filter, Page, PageAsk, Tx};

use crate::partners::{Organization, Organizations};
use crate::{OwnerOf, Services, UserAdmin, Verb};

domain::stored_words! {
    /// Which invitations a list shows; `refused` are those whose letter the mail server did not take.
    Showing {
        All = "all",
        Pending = "pending",
        Suspended = "suspended",
        Refused = "refused",
        Accepted = "accepted",
        Declined = "declined",
        Revoked = "revoked",
        Expired = "expired",
    }
}

impl Showing {
    fn filters(self, now: Timestamp) -> Vec<Filter> {
        use store::invitations::{BY_STATE, EXPIRED, PENDING, REFUSED};
        vec![match self {
            Self::All => return Vec::new(),
            Self::Pending => Filter::new(PENDING, [Bind::number(now.0)]),
            Self::Refused => Filter::new(REFUSED, []),
            Self::Expired => Filter::new(EXPIRED, [Bind::number(now.0)]),
            Self::Suspended | Self::Accepted | Self::Declined | Self::Revoked => {
                Filter::new(BY_STATE, [Bind::text(self)])
            }
        }]
    }
}

/// An invitation as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub invitation: Invitation,
    /// By the clock, whatever is written down.
    pub state: InvitationState,
    pub inviter: String,
    pub group: Option<String>,
    /// The partner that the invited address belongs to.
    pub partner: Option<Organization>,
}

/// The invitations to one group, the newest first.
pub async fn page(services: &Services, by: &OwnerOf<Group>, ask: &PageAsk, showing: Showing) -> Verb<Page<Listed>> {
    let mut tx = services.store.read().await?;
    let filters = showing.filters(services.now());
    let found = store::invitations::page(&mut tx, Some(by.group().id), ask, &filters).await?;
    listed(services, &mut tx, found).await
}

/// The invitations to every target, the newest first.
pub async fn directory_page(
    services: &Services,
    _by: &UserAdmin,
    ask: &PageAsk,
    showing: Showing,
) -> Verb<Page<Listed>> {
    let mut tx = services.store.read().await?;
    let found = store::invitations::page_everywhere(&mut tx, ask, &showing.filters(services.now())).await?;
    listed(services, &mut tx, found).await
}

pub(super) async fn listed(services: &Services, tx: &mut Tx, found: Page<Invitation>) -> Verb<Page<Listed>> {
    let now = services.now();
    let inviters: Vec<UserId> = found.items.iter().map(|invitation| invitation.invited_by).collect();
    let groups: Vec<GroupId> = found.items.iter().filter_map(|invitation| invitation.group).collect();
    let inviters: HashMap<UserId, User> =
        store::users::by_ids(tx, &inviters).await?.into_iter().map(|user| (user.value.id, user.value)).collect();
    let groups: HashMap<GroupId, String> = store::groups::by_ids(tx, &groups)
        .await?
        .into_iter()
        .map(|group| (group.value.id, group.value.name.to_string()))
        .collect();
    let addresses = found.items.iter().map(|invitation| &invitation.address);
    let organizations = Organizations::gather(tx, addresses).await?;
    found.try_map(|invitation| {
        Ok(Listed {
            state: invitation.state_at(now),
            inviter: inviters.get(&invitation.invited_by).map_or_else(String::new, |user| user.shown_name().to_owned()),
            group: invitation.group.and_then(|group| groups.get(&group).cloned()),
            partner: organizations.at(&invitation.address).cloned(),
            invitation,
        })
    })
}
