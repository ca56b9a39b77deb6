//! Policies as an organization with many partners has them: each for all guests, from one partner's ranges, which are not
//! where the benchmark comes from.

use domain::access::policy::Named;
use domain::access::{
    Choice, Control, Grant, Include, Location, LocationKind, LocationName, Policy, PolicyName, PolicyState, Ranges,
    What, Where, Who,
};
use services::Services;

/// Of each location.
const RANGES: usize = 100;

/// Adds so many policies with a location each.
pub async fn add(services: &Services, many: usize) -> anyhow::Result<()> {
    let now = services.now();
    let mut tx = services.store.begin().await?;
    for number in 0..many {
        let ranges: Vec<String> = (0..RANGES).map(|range| format!("10.{number}.{range}.0/24")).collect();
        let location = Location {
            id: services.ids.next(now),
            name: LocationName::parse(&format!("Practice {number}"))?,
            kind: LocationKind::Ranges { ranges: Ranges::parse(&ranges.join("\n"))?, trusted: false },
            created_at: now,
        };
        store::access::insert(&mut tx, &location, now).await?;
        let policy = Policy {
            id: services.ids.next(now),
            name: PolicyName::parse(&format!("A second factor from practice {number}"))?,
            state: PolicyState::On,
            users: Named { include: vec![Who::Guests], exclude: Vec::new() },
            applications: Named { include: vec![What::All], exclude: Vec::new() },
            platforms: None,
            locations: Some(Choice { include: Include::Some(vec![Where::Named(location.id)]), exclude: Vec::new() }),
            grant: Some(Grant::RequireAll(vec![Control::Multifactor])),
            frequency: None,
            created_at: now,
        };
        store::access::insert(&mut tx, &policy, now).await?;
    }
    Ok(tx.commit().await?)
}
