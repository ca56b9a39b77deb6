//! What-If: what the policies would say of somebody, from somewhere, on some device. Nothing is written.

use std::net::{IpAddr, Ipv4Addr};

use domain::access::why::Why;
use domain::access::{Attempt, Country, CountryCode, LocationKind, Place, PolicySet, Proof, Target};
use domain::group::Group;
use domain::id::{AppId, LocationId, UserId};
use domain::session::{Origin, Platform};
use domain::user::User;
use store::sign_ins::SignIn;
use store::{PageAsk, Tx};

use super::attempts::guest_of;
use super::{Asked, attempt};
use crate::{Denied, OwnerOf, Reader, Refusal, Services, Verb};

/// From where somebody is supposed to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Address(IpAddr),
    /// An address in that country that is in no range.
    Country(CountryCode),
    /// The first address, or the first country, of a named location.
    Location(LocationId),
    /// Outside of every named location.
    Elsewhere,
    /// Nobody can tell.
    Undetermined,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub user: UserId,
    pub target: Target,
    pub from: From,
    pub platform: Platform,
    /// With a second factor used just now, or without any.
    pub multifactor: bool,
}

/// One row of the matrix: a platform, and what is said of it from each place.
#[derive(Debug, Clone)]
pub struct Row {
    pub platform: Platform,
    pub asked: Vec<Asked>,
}

/// # Errors
/// `NotFound` where there is no such person.
pub async fn ask(services: &Services, _by: &Reader, question: Question) -> Verb<Asked> {
    let mut tx = services.store.read().await?;
    let user = store::users::get(&mut tx, question.user).await?.ok_or(Denied::NotFound)?.value;
    Ok(services.judge(suppose(services, &mut tx, &user, question).await?))
}

/// Every platform from every named location, from elsewhere, and from nobody knows where.
///
/// # Errors
/// As [`ask`].
pub async fn matrix(services: &Services, _by: &Reader, question: Question) -> Verb<(Vec<From>, Vec<Row>)> {
    let mut tx = services.store.read().await?;
    let user = store::users::get(&mut tx, question.user).await?.ok_or(Denied::NotFound)?.value;
    let facts = suppose(services, &mut tx, &user, question).await?;
    let set = services.policies();
    let places: Vec<From> =
        set.locations.keys().map(|id| From::Location(*id)).chain([From::Elsewhere, From::Undetermined]).collect();
    let cell = |platform, from: &From| {
        services.judge(Attempt { platform, place: place(services, &set, *from), ..facts.clone() })
    };
    let row = |platform| Row { platform, asked: places.iter().map(|from| cell(platform, from)).collect() };
    let rows = Platform::ALL.iter().map(|platform| row(*platform)).collect();
    Ok((places, rows))
}

/// The same for an owner: for an application that their group grants and a guest of that group, from a named location or
/// from where the guest came last; what is told is the outcome and its conditions, no address and no policy.
///
/// # Errors
/// `NotFound` for another application and another guest; `guest_has_not_come` beside what was to be as at their last
/// attempt: `from` or `platform`.
pub async fn ask_as_owner(
    services: &Services,
    by: &OwnerOf<Group>,
    user: UserId,
    app: AppId,
    from: Option<LocationId>,
    platform: Option<Platform>,
) -> Verb<Told> {
    let mut tx = services.store.read().await?;
    let group = by.group().id;
    let opened = store::groups::opens(&mut tx, group).await?;
    let (user, since) = guest_of(&mut tx, group, user, services.now()).await?.ok_or(Denied::NotFound)?;
    if !opened.iter().any(|opened| opened.id == app) {
        return Err(Denied::NotFound.into());
    }
    let newest = PageAsk { size: 1, ..PageAsk::default() };
    let last = store::sign_ins::of_member(&mut tx, group, user.id, since, &newest).await?;
    let last = last.items.first().and_then(SignIn::attempt);
    let not_come = |field| Refusal::field(field, "guest_has_not_come");
    if from.is_none() && last.is_none() {
        return Err(not_come("from"));
    }
    let multifactor = crate::factors::has_any(&mut tx, user.id).await?;
    let question = Question {
        user: user.id,
        target: Target::App(app),
        from: from.map_or(From::Undetermined, From::Location),
        platform: platform.or(last.as_ref().map(|last| last.platform)).ok_or_else(|| not_come("platform"))?,
        multifactor,
    };
    let mut attempt = suppose(services, &mut tx, &user, question).await?;
    if let Some(last) = last.filter(|_| from.is_none()) {
        attempt.place = last.place;
    }
    let asked = services.judge(attempt);
    Ok(Told {
        why: super::attempts::conditions(asked.why()),
        outcome: asked.verdict.outcome,
        platform: asked.attempt.platform,
    })
}

/// The named locations that an owner may choose from: their names alone.
pub fn places(services: &Services, _by: &OwnerOf<Group>) -> Vec<(LocationId, String)> {
    let set = services.policies();
    set.locations.values().map(|location| (location.id, location.name.to_string())).collect()
}

/// What an application is called, where it is there: to be asked about though no list offers it.
///
/// # Errors
/// Where the database does not answer.
pub async fn application(services: &Services, _by: &Reader, app: AppId) -> Verb<Option<String>> {
    let names = store::applications::names(&mut services.store.read().await?, &[app]).await?;
    Ok(names.into_iter().next().map(|(_, name)| name))
}

/// What an owner is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub outcome: domain::access::Outcome,
    pub why: Vec<Why>,
    pub platform: Platform,
}

async fn suppose(services: &Services, tx: &mut Tx, user: &User, question: Question) -> Verb<Attempt> {
    let now = services.now();
    let nowhere = Origin::undetermined(question.platform);
    let proof = Proof { at: now, application: None, multifactor_at: question.multifactor.then_some(now) };
    let attempt = attempt(services, tx, user, &nowhere, proof, question.target, now).await?;
    Ok(Attempt { place: place(services, &services.policies(), question.from), ..attempt })
}

fn place(services: &Services, set: &PolicySet, from: From) -> Place {
    let elsewhere = || Some(outside(set));
    match from {
        From::Address(address) => Place { address: Some(address), country: services.countries.of(Some(address)) },
        From::Country(code) => Place { address: elsewhere(), country: Country::Known(code) },
        From::Elsewhere => Place { address: elsewhere(), country: Country::Unknown },
        From::Undetermined => Place { address: None, country: Country::Undetermined },
        From::Location(id) => match set.locations.get(&id).map(|location| &location.kind) {
            Some(LocationKind::Ranges { ranges, .. }) => {
                let address = ranges.listed().first().map(|net| net.network());
                Place { address, country: services.countries.of(address) }
            }
            Some(LocationKind::Countries { codes, .. }) => {
                let country = codes.first().map_or(Country::Unknown, |code| Country::Known(*code));
                Place { address: elsewhere(), country }
            }
            None => Place { address: None, country: Country::Undetermined },
        },
    }
}

/// An address that no range holds: of those for documentation (RFC 5737), else any.
fn outside(set: &PolicySet) -> IpAddr {
    let held = |address: &IpAddr| {
        set.locations.values().any(|location| match &location.kind {
            LocationKind::Ranges { ranges, .. } => ranges.contains(*address),
            LocationKind::Countries { .. } => false,
        })
    };
    let documentation = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
    let all = documentation.into_iter().flat_map(|[a, b, c]| (1..255).map(move |d| Ipv4Addr::new(a, b, c, d)));
    let others = (1..=223).map(|a| Ipv4Addr::new(a, 255, 255, 254));
    let mut candidates = all.chain(others).map(IpAddr::V4);
    candidates.find(|address| !held(address)).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
