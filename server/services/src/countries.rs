//! Which country an address is in, by a file that the configuration names and that is read anew when it changes. A file
//! that cannot be read leaves the last good one in force.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use domain::access::{Country, CountryCode};
use domain::time::Timestamp;
use maxminddb::Reader;
use serde::Deserialize;

/// Country data beyond this age are worth a warning, in days.
pub const OLD_DAYS: i64 = 90;

/// The country data of this node.
#[derive(Default)]
pub struct Countries {
    file: Option<PathBuf>,
    data: ArcSwapOption<Data>,
    seen: Mutex<Seen>,
}

struct Data {
    reader: Reader<Vec<u8>>,
    /// It answers for v6 addresses too; one that does not would give them a stranger's country.
    both: bool,
    built_at: Timestamp,
}

/// The file as it was when it was looked at last, and what was wrong with it.
#[derive(Default)]
struct Seen {
    mark: Option<Mark>,
    fault: Option<String>,
}

/// By which a changed file is known.
#[derive(PartialEq, Eq)]
struct Mark {
    length: u64,
    modified: Option<SystemTime>,
    file: u64,
}

/// What administrators are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// `None` where the configuration names no file.
    pub file: Option<PathBuf>,
    /// When the data in force were built.
    pub built_at: Option<Timestamp>,
    pub both: bool,
    /// What is wrong with the file as it lies there now.
    pub fault: Option<String>,
}

/// Both shapes that such files have.
#[derive(Deserialize)]
struct Record {
    country: Option<Inner>,
    country_code: Option<String>,
}

#[derive(Deserialize)]
struct Inner {
    iso_code: Option<String>,
}

impl Countries {
    /// Reads the file, where one is named. A fault is kept and told, never fatal.
    pub fn open(file: Option<PathBuf>) -> Self {
        let countries = Self { file, ..Self::default() };
        countries.follow();
        countries
    }

    /// Reads the file anew where it has changed; says whether it did.
    pub fn follow(&self) -> bool {
        let Some(file) = &self.file else { return false };
        let mark = mark(file);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if mark.is_some() && seen.mark == mark {
            return false;
        }
        let fault = match read(file) {
            Ok(data) => {
                self.data.store(Some(Arc::new(data)));
                None
            }
            Err(error) => Some(error),
        };
        if let Some(fault) = fault.as_ref().filter(|fault| seen.fault.as_ref() != Some(fault)) {
            tracing::error!(file = %file.display(), fault, "the country data cannot be read; those read before stay in force");
        }
        *seen = Seen { mark, fault };
        true
    }

    /// Where a client is. Undetermined without an address, without data, and where the data do not answer for such
    /// addresses or are broken there.
    pub fn of(&self, address: Option<IpAddr>) -> Country {
        let data = self.data.load();
        let (Some(data), Some(address)) = (data.as_ref(), address.map(|address| address.to_canonical())) else {
            return Country::Undetermined;
        };
        if address.is_ipv6() && !data.both {
            return Country::Undetermined;
        }
        let Ok(found) = data.reader.lookup(address) else { return Country::Undetermined };
        let record = match found.decode::<Record>() {
            Ok(Some(record)) => record,
            Ok(None) => return Country::Unknown,
            Err(_) => return Country::Undetermined,
        };
        let code = record.country.and_then(|country| country.iso_code).or(record.country_code);
        code.and_then(|code| code.parse::<CountryCode>().ok()).map_or(Country::Unknown, Country::Known)
    }

    pub fn has_data(&self) -> bool {
        self.data.load().is_some()
    }

    pub fn status(&self) -> Status {
        let data = self.data.load();
        let fault = self.seen.lock().unwrap_or_else(PoisonError::into_inner).fault.clone();
        Status {
            file: self.file.clone(),
            built_at: data.as_ref().map(|data| data.built_at),
            both: data.as_ref().is_some_and(|data| data.both),
            fault,
        }
    }
}

fn mark(file: &Path) -> Option<Mark> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(file).ok()?;
    Some(Mark { length: found.len(), modified: found.modified().ok(), file: found.ino() })
}

/// Reads the whole file. The table of contents is its last part, so what is half written is no data; the reader's own
/// check of everything refuses files that are used, for want of a description.
fn read(file: &Path) -> Result<Data, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let reader = Reader::from_source(bytes).map_err(|error| error.to_string())?;
    let metadata = reader.metadata();
    let built_at = i64::try_from(metadata.build_epoch).unwrap_or_default().saturating_mul(1000);
    Ok(Data { both: metadata.ip_version == 6, built_at: Timestamp(built_at), reader })
}
