//! Named locations: address ranges that may be trusted, or countries.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::attempt::Place;
use super::country::{Country, CountryCode};
use super::ranges::Ranges;
use crate::id::LocationId;
use crate::text::Label;
use crate::time::Timestamp;

pub type LocationName = Label<80>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub id: LocationId,
    pub name: LocationName,
    pub kind: LocationKind,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocationKind {
    Ranges { ranges: Ranges, trusted: bool },
    Countries { codes: BTreeSet<CountryCode>, include_unknown: bool },
}

/// Is something so? A missing fact is neither yes nor no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Undetermined,
}

impl From<bool> for Answer {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

impl Location {
    /// Is this place within?
    pub fn holds(&self, place: &Place) -> Answer {
        match (&self.kind, place.address, place.country) {
            (LocationKind::Ranges { .. }, None, _) => Answer::Undetermined,
            (LocationKind::Ranges { ranges, .. }, Some(address), _) => ranges.contains(address).into(),
            (LocationKind::Countries { .. }, _, Country::Undetermined) => Answer::Undetermined,
            (LocationKind::Countries { include_unknown, .. }, _, Country::Unknown) => (*include_unknown).into(),
            (LocationKind::Countries { codes, .. }, _, Country::Known(code)) => codes.contains(&code).into(),
        }
    }

    pub fn is_trusted(&self) -> bool {
        matches!(self.kind, LocationKind::Ranges { trusted: true, .. })
    }

    pub fn by_country(&self) -> bool {
        matches!(self.kind, LocationKind::Countries { .. })
    }
}
