//! Domains that read like another one (UTS 39): found here, confirmed by the inviter, refused by nobody.

use std::collections::{HashMap, HashSet};

use unicode_security::{MixedScript, skeleton};

use super::domain_name::DomainName;

/// What an inviter must confirm about a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookalike {
    /// A label mixes scripts that are not written together (UTS 39, section 5.1).
    MixedScripts { label: String },
    /// The domain, or one that it is below, is drawn like this listed one.
    Confusable { with: DomainName },
}

/// Domains that another may be mistaken for, found by how they are drawn.
#[derive(Debug, Clone, Default)]
pub struct Familiar {
    names: HashSet<DomainName>,
    shapes: HashMap<String, DomainName>,
}

impl Extend<DomainName> for Familiar {
    fn extend<I: IntoIterator<Item = DomainName>>(&mut self, domains: I) {
        for domain in domains {
            self.shapes.entry(shape_of(&domain.unicode())).or_insert_with(|| domain.clone());
            self.names.insert(domain);
        }
    }
}

impl FromIterator<DomainName> for Familiar {
    fn from_iter<I: IntoIterator<Item = DomainName>>(domains: I) -> Self {
        let mut familiar = Self::default();
        familiar.extend(domains);
        familiar
    }
}

impl DomainName {
    /// How the domain is drawn: what is mistaken for it has the same shape.
    pub fn shape(&self) -> String {
        shape_of(&self.unicode())
    }

    /// The shapes of what this domain may be mistaken for, or be below: its own and those of the domains above it.
    pub fn shapes(&self) -> Vec<String> {
        let shape = self.shape();
        endings(&shape).map(ToOwned::to_owned).collect()
    }
}

/// A domain that is familiar itself, or is below a familiar one, is not mistaken for another.
pub(super) fn find(domain: &DomainName, familiar: &Familiar) -> Option<Lookalike> {
    let unicode = domain.unicode();
    if let Some(label) = unicode.split('.').find(|label| !label.is_single_script()) {
        return Some(Lookalike::MixedScripts { label: label.to_owned() });
    }
    if endings(domain.as_str()).any(|above| familiar.names.contains(&DomainName::known(above))) {
        return None;
    }
    let shape = shape_of(&unicode);
    let with = endings(&shape).find_map(|shape| familiar.shapes.get(shape))?.clone();
    Some(Lookalike::Confusable { with })
}

/// The name and every name above it that has a dot.
fn endings(name: &str) -> impl Iterator<Item = &str> {
    let above = name.match_indices('.').map(|(at, dot)| &name[at + dot.len()..]);
    std::iter::once(name).chain(above).filter(|ending| ending.contains('.'))
}

/// The skeleton (UTS 39, section 4), in lower case because it takes `0` for a capital `O`.
fn shape_of(unicode: &str) -> String {
    skeleton(unicode).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn look(typed: &str) -> Option<Lookalike> {
        let listed = ["example.com", "google.com", "praxis-nord.de"].map(|name| DomainName::parse(name).unwrap());
        find(&DomainName::parse(typed).unwrap(), &Familiar::from_iter(listed))
    }

    #[test]
    fn a_domain_that_reads_like_a_listed_one_is_noticed() {
        for (typed, with) in [
            ("exarnple.com", "example.com"),
            ("examp1e.com", "example.com"),
            ("g00gle.com", "google.com"),
            ("mail.exarnple.com", "example.com"),
            ("gооgle.com", "google.com"),
        ] {
            match look(typed) {
                Some(Lookalike::Confusable { with: found }) => {
                    assert_eq!(found.as_str(), with, "{typed}")
                }
                Some(Lookalike::MixedScripts { label }) => assert!(!label.is_ascii(), "{typed}"),
                None => panic!("{typed} was taken for itself"),
            }
        }
    }

    #[test]
    fn a_word_in_one_script_before_a_latin_ending_is_not_mixed() {
        for typed in ["пример.com", "müller.de", "日本語ひらがな.jp", "example.com", "mail.example.com", "example.org"]
        {
            assert_eq!(look(typed), None, "{typed}");
        }
        assert_eq!(look("pаypal.com"), Some(Lookalike::MixedScripts { label: "pаypal".into() }));
    }
    #[test]
    fn a_look_alike_is_found_by_the_shapes_of_its_name() {
        let shape = DomainName::parse("example.com").unwrap().shape();
        let found = |typed: &str| DomainName::parse(typed).unwrap().shapes().contains(&shape);
        assert!(found("exarnple.com") && found("mail.examp1e.com") && found("example.com"));
        assert!(!found("notexample.com") && !found("example.org"));
    }
}
