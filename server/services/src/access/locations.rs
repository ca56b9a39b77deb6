//! Named locations: listed, written, tried with an address, and deleted by conditional access administrators.

use std::net::IpAddr;

use domain::access::location::Answer;
use domain::access::{Country, Location, Place, Thing};
use domain::id::LocationId;
use store::access::Listed;
use store::{Page, PageAsk, Stored};

use super::change::{Change, make};
use super::naming::in_use;
use crate::refusal::again;
use crate::{Denied, PolicyAdmin, Reader, Refusal, Services, Verb};

/// What an address comes to.
#[derive(Debug, Clone)]
pub struct Tried {
    pub country: Country,
    /// The locations that hold it, and those of which nobody can tell.
    pub within: Vec<(Location, Answer)>,
}

pub async fn list(services: &Services, _by: &Reader, ask: &PageAsk) -> Verb<Page<Listed<Location>>> {
    Ok(store::access::page(&mut services.store.read().await?, ask, &[]).await?)
}

/// # Errors
/// `NotFound`.
pub async fn get(services: &Services, _by: &Reader, id: LocationId) -> Verb<Stored<Location>> {
    Ok(store::access::get(&mut services.store.read().await?, id).await?.ok_or(Denied::NotFound)?)
}

/// # Errors
/// Beside `name`; `country_data_missing` beside `kind`; `lockout_self`, `lockout_others`, `lockout_waiting`.
pub async fn create(services: &Services, by: &PolicyAdmin, location: Location) -> Verb<LocationId> {
    again!(create_now(services, by, location.clone()))
}

async fn create_now(services: &Services, by: &PolicyAdmin, location: Location) -> Verb<LocationId> {
    let deed = services.deed(by.actor()).await?;
    let location = Location { id: deed.id(), created_at: deed.now, ..location };
    let id = location.id;
    make(services, by, deed, Change::Create(location)).await?;
    Ok(id)
}

/// `version` is the one its form was filled from.
///
/// # Errors
/// As [`create`]; `country_data_missing` beside `kind` where a policy in force would need data that are not there.
pub async fn save(services: &Services, by: &PolicyAdmin, location: Location, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old: Stored<Location> = store::access::get(&mut deed.tx, location.id).await?.ok_or(Denied::NotFound)?;
    let location = Location { created_at: old.value.created_at, ..location };
    let turned = location.by_country() && !old.value.by_country() && !services.countries.has_data();
    let set = services.policies_in(&mut deed.tx).await?;
    if turned && set.naming(Thing::Location(location.id)).next().is_some() {
        return Err(Refusal::field("kind", "country_data_missing"));
    }
    make(services, by, deed, Change::Save { old: old.value, new: Stored { value: location, version } }).await
}

/// # Errors
/// `NotFound`; `location_trusted`; `location_in_use` with the policy that names it.
pub async fn delete(services: &Services, by: &PolicyAdmin, id: LocationId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let location: Stored<Location> = store::access::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    if location.value.is_trusted() {
        return Err(Refusal::Rule("location_trusted"));
    }
    in_use(services, &mut deed.tx, Thing::Location(id), "location_in_use").await?;
    make(services, by, deed, Change::Delete(location.value)).await
}

/// Which locations hold an address, for the page that tries it.
pub fn try_address(services: &Services, _by: &Reader, address: IpAddr) -> Tried {
    let country = services.countries.of(Some(address));
    let place = Place { address: Some(address), country };
    let set = services.policies();
    let answers = set.locations.values().map(|location| (location.clone(), location.holds(&place)));
    Tried { country, within: answers.filter(|(_, answer)| *answer != Answer::No).collect() }
}
