//! What members of a group see of each other, as far as guest access goes.

use domain::group::Membership;
use domain::id::{GroupId, UserId};
use domain::settings::GuestAccess;
use domain::text::EmailAddress;
use store::memberships::{COUNTING, PRESENT};
use store::{Bind, Count, Filter, Page, PageAsk};

use crate::{Denied, Services, Verb, Viewer, people};

/// Somebody in a group of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fellow {
    pub id: UserId,
    pub name: String,
    /// Only for who may list the directory.
    pub address: Option<EmailAddress>,
}

/// A group of one's own and who else is in it.
#[derive(Debug, Clone)]
pub struct Fellows {
    pub group: String,
    pub description: Option<String>,
    pub people: Page<Fellow>,
    /// Guest access is restricted: the list names the viewer alone.
    pub alone: bool,
}

/// The viewer's own groups by name, those that count now.
pub async fn mine(services: &Services, viewer: &Viewer) -> Verb<Vec<(Membership, String)>> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    let all = store::memberships::named_of_user(&mut tx, viewer.user.id).await?;
    Ok(all.into_iter().filter(|(membership, _)| membership.counts(now)).collect())
}

/// Who is in a group that the viewer belongs to.
///
/// # Errors
/// `NotFound` where they do not belong to it.
pub async fn fellows(services: &Services, viewer: &Viewer, group: GroupId, ask: &PageAsk) -> Verb<Fellows> {
    let (now, me) = (services.now(), &viewer.user);
    let mut tx = services.store.read().await?;
    let own = store::memberships::get(&mut tx, group, me.id).await?;
    own.filter(|membership| membership.counts(now)).ok_or(Denied::NotFound)?;
    let found = store::groups::get(&mut tx, group).await?.ok_or(Denied::NotFound)?.value;
    let whole = people::lists_directory(services, me);
    let restricted = services.tenant().collaboration.value.guest_access == GuestAccess::Restricted;
    let alone = me.is_guest() && restricted;
    let people = if alone {
        let myself = Fellow { id: me.id, name: me.shown_name().to_owned(), address: Some(me.address.clone()) };
        Page { items: vec![myself], next: None, previous: None, count: Count::Exactly(1) }
    } else {
        let filters = [Filter::new(COUNTING, [Bind::number(now.0)]), Filter::new(PRESENT, [])];
        let page = store::memberships::page(&mut tx, group, ask, &filters).await?;
        page.try_map(|member| {
            let user = member.user;
            let name = user.shown_name().to_owned();
            Ok::<_, crate::Refusal>(Fellow { id: user.id, name, address: whole.then_some(user.address) })
        })?
    };
    let description = found.description.map(|text| text.to_string());
    Ok(Fellows { group: found.name.to_string(), description, people, alone })
}
