//! Address ranges of a named location: parsed from what was pasted, kept sorted and merged, so that a look-up halves.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

use crate::problem::Explained;

pub const MOST_RANGES: usize = 2_000;

/// CIDR ranges. A v4-mapped one is the v4 one it maps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<IpNet>", into = "Vec<IpNet>")]
pub struct Ranges {
    listed: Vec<IpNet>,
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangesError {
    #[error("no range")]
    Empty,
    #[error("{0} ranges")]
    TooMany(usize),
    #[error("line {line}: {text} is no range")]
    Malformed { line: usize, text: String },
    /// A mask must be longer than /8, for v6 than /16.
    #[error("line {line}: {text} is too wide")]
    TooWide { line: usize, text: String },
}

impl Ranges {
    /// One range on a line, or several with commas or spaces between; an address alone is a range of one. What follows
    /// `#` is a remark.
    ///
    /// # Errors
    /// The first line that is no range or too wide; none or too many.
    pub fn parse(text: &str) -> Result<Self, RangesError> {
        let mut nets = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let words = line.split('#').next().unwrap_or_default();
            for word in words.split([',', ';', ' ', '\t']).filter(|word| !word.is_empty()) {
                nets.push(net(word, index + 1)?);
            }
        }
        match nets.len() {
            0 => Err(RangesError::Empty),
            count if count > MOST_RANGES => Err(RangesError::TooMany(count)),
            _ => Ok(Self::from(nets)),
        }
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(v4) => within(&self.v4, u32::from(v4)),
            IpAddr::V6(v6) => within(&self.v6, u128::from(v6)),
        }
    }

    /// As they were listed, each in its shortest form.
    pub fn listed(&self) -> &[IpNet] {
        &self.listed
    }

    pub fn len(&self) -> usize {
        self.listed.len()
    }

    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }
}

/// Is `key` in one of these ranges, which are sorted and do not overlap?
fn within<T: Ord + Copy>(ranges: &[(T, T)], key: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= key);
    after.checked_sub(1).and_then(|before| ranges.get(before)).is_some_and(|(_, last)| key <= *last)
}

fn net(word: &str, line: usize) -> Result<IpNet, RangesError> {
    let parsed = word.parse::<IpNet>().or_else(|_| word.parse::<IpAddr>().map(IpNet::from));
    let net = parsed.map_err(|_| RangesError::Malformed { line, text: word.to_owned() })?.trunc();
    let wide = || RangesError::TooWide { line, text: word.to_owned() };
    let net = canonical(net).ok_or_else(wide)?;
    let least = if matches!(net, IpNet::V4(_)) { 8 } else { 16 };
    if net.prefix_len() > least { Ok(net) } else { Err(wide()) }
}

/// The v4 range behind a v4-mapped one (RFC 4291, section 2.5.5.2); `None` for a v6 range that holds more than those.
fn canonical(net: IpNet) -> Option<IpNet> {
    let IpNet::V6(v6) = net else { return Some(net) };
    match v6.addr().to_ipv4_mapped() {
        Some(v4) if v6.prefix_len() >= 96 => Ipv4Net::new(v4, v6.prefix_len() - 96).ok().map(IpNet::V4),
        // Wider than all of v4 and yet beginning there: it would take in every v4 address.
        Some(_) => None,
        None => Some(net),
    }
}

impl From<Vec<IpNet>> for Ranges {
    fn from(nets: Vec<IpNet>) -> Self {
        // Ranges that were stored or sent pass here too, without having been parsed.
        let mut listed: Vec<IpNet> = nets.into_iter().map(|net| canonical(net).unwrap_or(net).trunc()).collect();
        listed.dedup();
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for net in &listed {
            match net {
                IpNet::V4(net) => v4.push((u32::from(net.network()), u32::from(net.broadcast()))),
                IpNet::V6(net) => v6.push((u128::from(net.network()), u128::from(net.broadcast()))),
            }
        }
        Self { listed, v4: merged(v4), v6: merged(v6) }
    }
}

impl From<Ranges> for Vec<IpNet> {
    fn from(ranges: Ranges) -> Self {
        ranges.listed
    }
}

fn merged<T: Ord + Copy>(mut ranges: Vec<(T, T)>) -> Vec<(T, T)> {
    ranges.sort_unstable();
    let mut kept: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match kept.last_mut() {
            Some((_, end)) if first <= *end => *end = (*end).max(last),
            _ => kept.push((first, last)),
        }
    }
    kept
}

impl Explained for RangesError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "ranges_empty",
            Self::TooMany(_) => "ranges_too_many",
            Self::Malformed { .. } => "range_malformed",
            Self::TooWide { .. } => "range_too_wide",
        }
    }

    fn fact(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::TooMany(count) => Some(count.to_string()),
            Self::Malformed { line, text } | Self::TooWide { line, text } => Some(format!("line {line}: {text}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(ranges: &str, address: &str) -> bool {
        Ranges::parse(ranges).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_range_holds_its_first_and_its_last_address_and_no_other() {
        for (address, inside) in
            [("192.0.2.0", true), ("192.0.2.255", true), ("192.0.1.255", false), ("192.0.3.0", false)]
        {
            assert_eq!(holds("192.0.2.0/24", address), inside, "{address}");
        }
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("198.51.100.7", "198.51.100.7") && !holds("198.51.100.7", "198.51.100.8"));
    }

    #[test]
    fn a_mapped_address_and_a_mapped_range_are_the_v4_ones() {
        assert!(holds("192.0.2.0/24", "::ffff:192.0.2.7"));
        assert!(holds("::ffff:192.0.2.0/120", "192.0.2.7"));
        assert!(!holds("2001:db8::/32", "192.0.2.7"));
    }

    #[test]
    fn a_stored_range_that_is_mapped_is_the_v4_one_too() {
        let stored: Ranges = serde_json::from_str(r#"["::ffff:192.0.2.0/120"]"#).unwrap();
        assert!(stored.contains("192.0.2.7".parse().unwrap()));
        assert_eq!(serde_json::to_string(&stored).unwrap(), r#"["192.0.2.0/24"]"#);
    }

    #[test]
    fn overlapping_ranges_are_one_and_order_does_not_matter() {
        let text = "192.0.2.128/25, 192.0.2.0/24 # the clinic\n192.0.2.64/26\n10.1.0.0/16";
        for address in ["192.0.2.1", "192.0.2.200", "10.1.255.255"] {
            assert!(holds(text, address), "{address}");
        }
        assert!(!holds(text, "10.2.0.0"));
    }

    #[test]
    fn what_is_no_range_or_too_wide_is_named_with_its_line() {
        let wide = |line, text: &str| Err(RangesError::TooWide { line, text: text.to_owned() });
        assert_eq!(Ranges::parse("10.0.0.0/8"), wide(1, "10.0.0.0/8"));
        assert_eq!(Ranges::parse("10.0.0.0/9\n2001::/16"), wide(2, "2001::/16"));
        assert_eq!(Ranges::parse("::ffff:0:0/96"), wide(1, "::ffff:0:0/96"));
        assert_eq!(Ranges::parse("::/0"), wide(1, "::/0"));
        let malformed = RangesError::Malformed { line: 2, text: "clinic".to_owned() };
        assert_eq!(Ranges::parse("\nclinic"), Err(malformed));
        assert_eq!(Ranges::parse(" # nothing"), Err(RangesError::Empty));
        let many: String = (0..=MOST_RANGES).map(|n| format!("10.{}.{}.0/24\n", n / 256, n % 256)).collect();
        assert_eq!(Ranges::parse(&many), Err(RangesError::TooMany(MOST_RANGES + 1)));
    }
}
