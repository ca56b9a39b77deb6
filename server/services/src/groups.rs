//! Groups: made, edited, narrowed and deleted. Their owners and members have files of their own.

mod fellows;
mod guest;
mod owners;

pub use fellows::{Fellow, Fellows, fellows, mine};
pub use guest::{Guest, member, several};
pub use owners::{add_owner, candidate, remove_owner};

use domain::access::Thing;
use domain::event::{Action, Target, TargetKind};
use domain::group::{Group, MOST_OWNERS, Narrowing};
use domain::id::{GroupId, UserId};
use domain::problem::{Problem, Problems};
use domain::text::{DomainList, DomainRules, Label, Message};
use domain::time::Span;
use domain::user::User;
use serde::{Deserialize, Serialize};
pub use store::groups::{Counted, Opened};
use store::memberships::Counts;
use store::{Bind, Filter, Page, PageAsk, Stored};

use crate::partners::{Organization, Organizations};
use crate::{Denied, OwnerOf, Refusal, Services, UserAdmin, Verb, access, people};

/// Stays that end within this time are counted as ending soon.
pub const SOON: Span = Span::days(14);

/// What a group is called and whether its owners manage it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub name: Label,
    pub description: Option<Message>,
    pub owners_manage: bool,
}

/// A [`Shape`] as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShapeForm {
    pub name: String,
    pub description: String,
    pub owners_manage: bool,
}

/// A [`Narrowing`] as a form sends it: `rule` is `any`, `deny` or `allow`; empty numbers are "no bound".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NarrowingForm {
    pub rule: String,
    pub domains: String,
    pub most_guests: String,
    pub longest_stay_days: String,
}

/// A group with everything that its page says.
#[derive(Debug, Clone)]
pub struct Details {
    pub group: Stored<Group>,
    pub owners: Vec<User>,
    pub opens: Vec<Opened>,
    pub counts: Counts,
}

/// What deleting a group takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Losses {
    /// Memberships, held and ended ones too; 10,001 stands for more than 10,000.
    pub members: i64,
    pub pending: usize,
    pub owners: usize,
    /// Names of the applications that members lose.
    pub opens: Vec<String>,
    /// Names of the applications whose granting group it is.
    pub grants: Vec<String>,
}

domain::stored_words! {
    /// Which members a list shows.
    Members { Everyone = "everyone", Guests = "guests", Invited = "invited", Ending = "ending", Ended = "ended" }
}

/// A member as the group's page lists them.
#[derive(Debug, Clone)]
pub struct Listed {
    pub member: store::memberships::Member,
    /// Who added them, as they are called now.
    pub added_by: String,
    /// Whose guest they are.
    pub partner: Option<Organization>,
}

impl ShapeForm {
    pub fn of(group: &Group) -> Self {
        let description = group.description.as_ref().map_or_else(String::new, ToString::to_string);
        Self { name: group.name.to_string(), description, owners_manage: group.owners_manage }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self) -> Result<Shape, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.take("name", Label::parse(&self.name));
        let description = people::optional(&mut problems, "description", &self.description, Message::parse);
        let owners_manage = self.owners_manage;
        let shape = name.zip(description).map(|(name, description)| Shape { name, description, owners_manage });
        problems.done(shape)
    }
}

impl NarrowingForm {
    pub const MOST_GUESTS: u32 = 100_000;
    pub const LONGEST_STAY_DAYS: u32 = 3_650;

    pub fn of(narrowing: &Narrowing) -> Self {
        let (rule, domains) = match &narrowing.domains {
            DomainRules::Any => ("any", String::new()),
            DomainRules::Deny(list) => ("deny", list.to_text()),
            DomainRules::AllowOnly(list) => ("allow", list.to_text()),
        };
        let number = |bound: Option<u32>| bound.map_or_else(String::new, |bound| bound.to_string());
        Self {
            rule: rule.to_owned(),
            domains,
            most_guests: number(narrowing.most_guests),
            longest_stay_days: number(narrowing.longest_stay_days),
        }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self) -> Result<Narrowing, Vec<Problem>> {
        let mut problems = Problems::default();
        let list = |problems: &mut Problems| {
            let list = problems.take("domains", DomainList::parse(&self.domains));
            if list.as_ref().is_some_and(DomainList::is_empty) {
                problems.add(Problem::new("domains", "domains_empty"));
            }
            list
        };
        let domains = match self.rule.as_str() {
            "deny" => list(&mut problems).map(DomainRules::Deny),
            "allow" => list(&mut problems).map(DomainRules::AllowOnly),
            _ => Some(DomainRules::Any),
        };
        let most_guests = bound(&mut problems, "most_guests", &self.most_guests, 0..=Self::MOST_GUESTS);
        let longest = bound(&mut problems, "longest_stay_days", &self.longest_stay_days, 1..=Self::LONGEST_STAY_DAYS);
        let narrowing = domains.zip(most_guests).zip(longest);
        problems.done(narrowing.map(|((domains, most_guests), longest_stay_days)| Narrowing {
            domains,
            most_guests,
            longest_stay_days,
        }))
    }
}

/// A number of a form: empty is `Some(None)`; one out of bounds is `None`, and noted.
pub(crate) fn bound(
    problems: &mut Problems,
    field: &str,
    text: &str,
    within: std::ops::RangeInclusive<u32>,
) -> Option<Option<u32>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let number = text.parse().ok().filter(|number| within.contains(number));
    if number.is_none() {
        problems.add(Problem::because(field, "number_bounds", format!("{}–{}", within.start(), within.end())));
    }
    number.map(Some)
}

impl Shape {
    fn of(group: &Group) -> Self {
        Self { name: group.name.clone(), description: group.description.clone(), owners_manage: group.owners_manage }
    }
}

pub(crate) fn target(group: &Group) -> Target {
    Target::new(TargetKind::Group, group.id, group.name.as_str())
}

/// What a verb about the guests of one group holds.
pub(crate) fn guard(group: GroupId) -> String {
    format!("group:{group}")
}

pub async fn list(services: &Services, _by: &UserAdmin, orphans: bool, ask: &PageAsk) -> Verb<Page<Counted>> {
    let filters: &[Filter] = if orphans { &[Filter::new(store::groups::ORPHANS, [])] } else { &[] };
    let mut tx = services.store.read().await?;
    Ok(store::groups::page(&mut tx, ask, filters).await?)
}

pub async fn get(services: &Services, by: &OwnerOf<Group>) -> Verb<Details> {
    let (group, now) = (by.thing.clone(), services.now());
    let id = group.value.id;
    let mut tx = services.store.read().await?;
    let owners = store::groups::owners(&mut tx, id).await?;
    let opens = store::groups::opens(&mut tx, id).await?;
    let counts = store::memberships::counts(&mut tx, id, now, now + SOON).await?;
    Ok(Details { group, owners, opens, counts })
}

/// # Errors
/// Beside `owners`: `owners_most`, `owner_unknown`, `owner_not_enabled`.
pub async fn create(services: &Services, by: &UserAdmin, shape: Shape, owners: &[UserId]) -> Verb<GroupId> {
    let mut deed = services.deed(by.actor()).await?;
    let mut wanted = owners.to_vec();
    wanted.sort();
    wanted.dedup();
    if wanted.len() > MOST_OWNERS {
        return Err(Refusal::field_because("owners", "owners_most", MOST_OWNERS));
    }
    let found = store::users::by_ids(&mut deed.tx, &wanted).await?;
    if found.len() != wanted.len() {
        return Err(Refusal::field("owners", "owner_unknown"));
    }
    if let Some(out) = found.iter().find(|owner| owner.value.may_enter(deed.now).is_err()) {
        return Err(Refusal::field_because("owners", "owner_not_enabled", out.value.shown_name()));
    }
    let Shape { name, description, owners_manage } = shape.clone();
    let narrowing = Narrowing::default();
    let group = Group { id: deed.id(), name, description, owners_manage, narrowing, created_at: deed.now };
    store::groups::insert(&mut deed.tx, &group).await?;
    store::groups::insert_owners(&mut deed.tx, group.id, &wanted, by.viewer().user.id, deed.now).await?;
    deed.tell_change(Action::GroupCreated, target(&group), &(), &shape);
    for owner in &found {
        deed.tell_change(Action::OwnerAdded, target(&group), &(), &people::named(&owner.value));
    }
    deed.commit().await?;
    Ok(group.id)
}

/// `version` is the one its form was filled from.
pub async fn edit(services: &Services, by: &UserAdmin, id: GroupId, shape: Shape, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(id)).await?;
    let group = store::groups::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    let old = Shape::of(&group.value);
    let Shape { name, description, owners_manage } = shape.clone();
    if owners_manage && access::is_protected(services, &mut deed.tx, &[id]).await? {
        return Err(Refusal::field("owners_manage", "group_protected"));
    }
    let group = Stored { value: Group { name, description, owners_manage, ..group.value }, version };
    store::groups::save(&mut deed.tx, &group).await?;
    deed.tell_change(Action::GroupChanged, target(&group.value), &old, &shape);
    deed.commit().await
}

/// Narrows the organization's rules for this group; who is in already stays. Its owners may, too.
pub async fn narrow(services: &Services, by: &OwnerOf<Group>, narrowing: Narrowing, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let group = store::groups::get(&mut deed.tx, by.group().id).await?.ok_or(Denied::NotFound)?;
    let old = group.value.narrowing.clone();
    let group = Stored { value: Group { narrowing, ..group.value }, version };
    store::groups::save(&mut deed.tx, &group).await?;
    deed.tell_change(Action::GroupChanged, target(&group.value), &old, &group.value.narrowing);
    deed.commit().await
}

/// What deleting the group would take away, for the page that asks.
pub async fn losses(services: &Services, _by: &UserAdmin, id: GroupId) -> Verb<(Group, Losses)> {
    let mut tx = services.store.read().await?;
    let group = store::groups::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    let losses = lost(&mut tx, id).await?;
    Ok((group, losses))
}

async fn lost(tx: &mut store::Tx, id: GroupId) -> Verb<Losses> {
    Ok(Losses {
        members: store::memberships::count(tx, id).await?,
        pending: store::invitations::open_of_group(tx, id).await?.len(),
        owners: store::groups::owners(tx, id).await?.len(),
        opens: store::groups::opens(tx, id).await?.into_iter().map(|opened| opened.name).collect(),
        grants: store::applications::granted_by(tx, id).await?.into_iter().map(|app| app.name.to_string()).collect(),
    })
}

/// The group goes with its memberships, ownerships and assignments; invitations to it are revoked.
pub async fn delete(services: &Services, by: &UserAdmin, id: GroupId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(id)).await?;
    let group = store::groups::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?.value;
    access::in_use(services, &mut deed.tx, Thing::Group(id), "named_by_policy").await?;
    let lost = lost(&mut deed.tx, id).await?;
    let open = store::invitations::open_of_group(&mut deed.tx, id).await?;
    people::revoke(&mut deed, open).await?;
    store::groups::delete(&mut deed.tx, id).await?;
    deed.tell_change(Action::GroupDeleted, target(&group), &lost, &());
    deed.commit().await
}

/// One page of the group's members, held and ended ones too unless `show` leaves them out.
pub async fn members(services: &Services, by: &OwnerOf<Group>, show: Members, ask: &PageAsk) -> Verb<Page<Listed>> {
    use store::memberships::{ENDED, ENDING, GUESTS, HELD};
    let now = services.now();
    let filters = match show {
        Members::Everyone => vec![],
        Members::Guests => vec![Filter::new(GUESTS, [Bind::text("guest")])],
        Members::Invited => vec![Filter::new(HELD, [])],
        Members::Ending => vec![Filter::new(ENDING, [Bind::number(now.0), Bind::number((now + SOON).0)])],
        Members::Ended => vec![Filter::new(ENDED, [Bind::number(now.0)])],
    };
    let mut tx = services.store.read().await?;
    let page = store::memberships::page(&mut tx, by.group().id, ask, &filters).await?;
    let mut adders: Vec<UserId> = page.items.iter().map(|member| member.membership.added_by).collect();
    adders.sort();
    adders.dedup();
    let adders = store::users::by_ids(&mut tx, &adders).await?;
    let name = |id: UserId| {
        let adder = adders.iter().find(|adder| adder.value.id == id);
        adder.map_or_else(String::new, |adder| adder.value.shown_name().to_owned())
    };
    let organizations = Organizations::gather(&mut tx, page.items.iter().map(|member| &member.user.address)).await?;
    page.try_map(|member| {
        let partner = organizations.of(&member.user).cloned();
        Ok(Listed { added_by: name(member.membership.added_by), partner, member })
    })
}
