//! Partner organizations: made, changed and deleted by Administrators; whose guest somebody is, for every page.

use std::collections::HashMap;

use domain::event::{Action, Target, TargetKind};
use domain::id::{PartnerId, ProviderId, UserId};
use domain::partner::{Partner, PartnerDomains};
use domain::problem::{Explained, Problem, Problems};
use domain::provider::Provider;
use domain::text::{DomainName, EmailAddress, Label, Message};
use domain::user::User;
use serde::{Deserialize, Serialize};
pub use store::partners::Counted;
use store::{Filter, Page, PageAsk, Stored, Tx};

use crate::refusal::again;
use crate::{Admin, Denied, Refusal, Services, UserAdmin, Verb, people};

/// So many partners stand in a filter.
const OFFERED: usize = 100;

/// What is written about a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub name: Label,
    pub domains: PartnerDomains,
    /// Whose word its people come by.
    pub provider: Option<ProviderId>,
    /// By their address.
    pub sponsor: Option<EmailAddress>,
    pub invitations_allowed: bool,
    pub notes: Option<Message>,
}

/// A [`Shape`] as a form sends it: one domain a line, empty text is "none".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShapeForm {
    pub name: String,
    pub domains: String,
    /// An id; empty is none.
    pub provider: String,
    pub sponsor: String,
    pub invitations_allowed: bool,
    pub notes: String,
}

/// A partner with everything that its page says beside its guests.
#[derive(Debug, Clone)]
pub struct Details {
    pub partner: Stored<Partner>,
    pub provider: Option<Provider>,
    pub sponsor: Option<User>,
    /// Not deleted; 10,001 stands for more than 10,000.
    pub guests: i64,
    /// Of these, who has not accepted yet.
    pub pending: i64,
}

/// A partner as the list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub counted: Counted,
    pub sponsor: Option<User>,
}

/// What somebody's organization is called, and the partner behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub partner: PartnerId,
    pub name: String,
}

/// The partner organizations of some addresses.
#[derive(Debug, Clone, Default)]
pub struct Organizations(HashMap<DomainName, Organization>);

impl ShapeForm {
    /// The form filled with what stands now.
    pub fn of(partner: &Partner, sponsor: Option<&User>) -> Self {
        Self {
            name: partner.name.to_string(),
            domains: partner.domains.to_text(),
            provider: partner.provider.map_or_else(String::new, |provider| provider.to_string()),
            sponsor: sponsor.map_or_else(String::new, |sponsor| sponsor.address.to_string()),
            invitations_allowed: partner.invitations_allowed,
            notes: partner.notes.as_ref().map_or_else(String::new, ToString::to_string),
        }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self) -> Result<Shape, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.take("name", Label::parse(&self.name));
        let domains = problems.take("domains", PartnerDomains::parse(&self.domains));
        let provider = match self.provider.as_str() {
            "" => Some(None),
            id => problems.take("provider", id.parse().map_err(|_| Unlisted)).map(Some),
        };
        let sponsor = people::optional(&mut problems, "sponsor", &self.sponsor, EmailAddress::parse);
        let notes = people::optional(&mut problems, "notes", &self.notes, Message::parse);
        let invitations_allowed = self.invitations_allowed;
        let whole = name.zip(domains).zip(provider).zip(sponsor).zip(notes);
        problems.done(whole.map(|((((name, domains), provider), sponsor), notes)| Shape {
            name,
            domains,
            provider,
            sponsor,
            invitations_allowed,
            notes,
        }))
    }
}

/// What no list offered.
struct Unlisted;

impl Explained for Unlisted {
    fn code(&self) -> &'static str {
        "choice"
    }
}

/// What the audit log says of a partner: the sponsor by id alone, for a name there would outlive their erasure.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a Label,
    domains: &'a PartnerDomains,
    provider: Option<ProviderId>,
    sponsor: Option<UserId>,
    invitations_allowed: bool,
    notes: &'a Option<Message>,
}

impl<'a> Told<'a> {
    fn of(partner: &'a Partner) -> Self {
        let Partner { name, domains, provider, sponsor, invitations_allowed, notes, .. } = partner;
        Self { name, domains, provider: *provider, sponsor: *sponsor, invitations_allowed: *invitations_allowed, notes }
    }
}

fn target(partner: &Partner) -> Target {
    Target::new(TargetKind::Partner, partner.id, partner.name.as_str())
}

impl Organizations {
    pub(crate) async fn gather<'a>(tx: &mut Tx, of: impl IntoIterator<Item = &'a EmailAddress>) -> Verb<Self> {
        let domains: std::collections::HashSet<DomainName> = of.into_iter().map(EmailAddress::domain).collect();
        let claims = store::partners::by_domains(tx, domains).await?;
        let named = claims.into_iter().map(|claim| {
            let store::partners::Claim { domain, partner, name, .. } = claim;
            (domain, Organization { partner, name })
        });
        Ok(Self(named.collect()))
    }

    /// The partner whose guest this person is.
    pub fn of(&self, user: &User) -> Option<&Organization> {
        if user.is_guest() { self.at(&user.address) } else { None }
    }

    /// The partner that this address belongs to.
    pub fn at(&self, address: &EmailAddress) -> Option<&Organization> {
        self.0.get(&address.domain())
    }
}

/// The partner whose guest one person is.
pub(crate) async fn organization(tx: &mut Tx, user: &User) -> Verb<Option<Organization>> {
    if !user.is_guest() {
        return Ok(None);
    }
    Ok(Organizations::gather(tx, [&user.address]).await?.of(user).cloned())
}

/// The partners; `closed` are those whose people are not invited.
pub async fn list(services: &Services, _by: &UserAdmin, closed: bool, ask: &PageAsk) -> Verb<Page<Listed>> {
    let filters: &[Filter] = if closed { &[Filter::new(store::partners::CLOSED, [])] } else { &[] };
    let mut tx = services.store.read().await?;
    let page = store::partners::page(&mut tx, ask, filters).await?;
    let sponsors: Vec<UserId> = page.items.iter().filter_map(|counted| counted.partner.sponsor).collect();
    let sponsors = store::users::by_ids(&mut tx, &sponsors).await?;
    page.try_map(|counted| {
        let sponsor = sponsors.iter().find(|sponsor| Some(sponsor.value.id) == counted.partner.sponsor);
        Ok(Listed { sponsor: sponsor.map(|sponsor| sponsor.value.clone()), counted })
    })
}

/// The first partners by name, and in any case the one that is `chosen`: what a filter offers.
pub async fn offered(
    services: &Services,
    _by: &UserAdmin,
    chosen: Option<PartnerId>,
) -> Verb<Vec<(PartnerId, String)>> {
    let mut tx = services.store.read().await?;
    let ask = PageAsk { size: OFFERED, ..PageAsk::default() };
    let page = store::partners::page(&mut tx, &ask, &[]).await?;
    let named = |partner: Partner| (partner.id, partner.name.to_string());
    let mut offered: Vec<_> = page.items.into_iter().map(|counted| named(counted.partner)).collect();
    if let Some(chosen) = chosen
        && offered.iter().all(|(id, _)| *id != chosen)
    {
        offered.extend(store::partners::get(&mut tx, chosen).await?.map(|stored| named(stored.value)));
    }
    Ok(offered)
}

pub async fn get(services: &Services, _by: &UserAdmin, id: PartnerId) -> Verb<Details> {
    let mut tx = services.store.read().await?;
    let partner = store::partners::get(&mut tx, id).await?.ok_or(Denied::NotFound)?;
    let sponsor = match partner.value.sponsor {
        Some(sponsor) => store::users::get(&mut tx, sponsor).await?.map(|stored| stored.value),
        None => None,
    };
    let provider = match partner.value.provider {
        Some(provider) => store::providers::get(&mut tx, provider).await?.map(|stored| stored.value),
        None => None,
    };
    let guests = store::partners::count_guests(&mut tx, id).await?;
    let pending = store::partners::count_pending(&mut tx, id).await?;
    Ok(Details { partner, provider, sponsor, guests, pending })
}

/// # Errors
/// Beside `domains`: `partner_domain_taken`; beside `sponsor`: `sponsor_unknown`, `sponsor_not_enabled`.
pub async fn create(services: &Services, by: &Admin, shape: Shape) -> Verb<PartnerId> {
    again!(create_now(services, by, shape.clone()))
}

async fn create_now(services: &Services, by: &Admin, shape: Shape) -> Verb<PartnerId> {
    let mut deed = services.deed(by.actor()).await?;
    let (id, created_at) = (deed.id(), deed.now);
    let sponsor = checked(&mut deed.tx, deed.now, id, &shape).await?;
    let Shape { name, domains, provider, invitations_allowed, notes, .. } = shape;
    let partner = Partner { id, name, domains, provider, sponsor, invitations_allowed, notes, created_at };
    store::partners::insert(&mut deed.tx, &partner).await?;
    deed.tell_change(Action::PartnerCreated, target(&partner), &(), &Told::of(&partner));
    deed.commit().await?;
    Ok(id)
}

/// `version` is the one its form was filled from. Guests are filed anew where the domains are others.
///
/// # Errors
/// As [`create`].
pub async fn edit(services: &Services, by: &Admin, id: PartnerId, shape: Shape, version: i64) -> Verb<()> {
    again!(edit_now(services, by, id, shape.clone(), version))
}

async fn edit_now(services: &Services, by: &Admin, id: PartnerId, shape: Shape, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old = store::partners::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?.value;
    let sponsor = checked(&mut deed.tx, deed.now, id, &shape).await?;
    let Shape { name, domains, provider, invitations_allowed, notes, .. } = shape;
    let value = Partner { name, domains, provider, sponsor, invitations_allowed, notes, ..old.clone() };
    let partner = Stored { value, version };
    store::partners::save(&mut deed.tx, &partner).await?;
    deed.tell_change(Action::PartnerChanged, target(&partner.value), &Told::of(&old), &Told::of(&partner.value));
    deed.commit().await
}

/// Are the domains free for this partner? The sponsor as the person they are.
async fn checked(tx: &mut Tx, now: domain::time::Timestamp, id: PartnerId, shape: &Shape) -> Verb<Option<UserId>> {
    let claims = store::partners::by_domains(tx, shape.domains.iter().cloned()).await?;
    if let Some(taken) = claims.iter().find(|claim| claim.partner != id) {
        let whose = format!("{} ({})", taken.domain.shown(), taken.name);
        return Err(Refusal::field_because("domains", "partner_domain_taken", whose));
    }
    if let Some(provider) = shape.provider
        && store::providers::get(tx, provider).await?.is_none()
    {
        return Err(Refusal::field("provider", "choice"));
    }
    let Some(address) = &shape.sponsor else { return Ok(None) };
    let found = store::users::by_address(tx, address).await?;
    let sponsor = found.ok_or_else(|| Refusal::field("sponsor", "sponsor_unknown"))?.value;
    if sponsor.may_enter(now).is_err() {
        return Err(Refusal::field_because("sponsor", "sponsor_not_enabled", sponsor.shown_name()));
    }
    Ok(Some(sponsor.id))
}

/// The partner, and how many guests lose their organization with it: for the page that asks.
pub async fn losses(services: &Services, _by: &Admin, id: PartnerId) -> Verb<(Partner, i64)> {
    let mut tx = services.store.read().await?;
    let partner = store::partners::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    let guests = store::partners::count_guests(&mut tx, id).await?;
    Ok((partner, guests))
}

/// The partner goes, and with it the bar on inviting its people; its guests stay as they are.
pub async fn delete(services: &Services, by: &Admin, id: PartnerId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let partner = store::partners::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?.value;
    let guests = store::partners::count_guests(&mut deed.tx, id).await?;
    store::partners::delete(&mut deed.tx, id).await?;
    let old = serde_json::json!({ "partner": Told::of(&partner), "guests": guests });
    deed.tell_change(Action::PartnerDeleted, target(&partner), &old, &());
    deed.commit().await
}
