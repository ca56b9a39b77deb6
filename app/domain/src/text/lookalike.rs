//! Domains that read like another one (UTS 39): found here, confirmed by the inviter, refused by nobody.

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

/// A domain that is listed itself, or is below a listed one, is not mistaken for another.
pub(super) fn find(domain: &DomainName, listed: &[DomainName]) -> Option<Lookalike> {
    let unicode = domain.unicode();
    if let Some(label) = unicode.split('.').find(|label| !label.is_single_script()) {
        return Some(Lookalike::MixedScripts { label: label.to_owned() });
    }
    if listed.iter().any(|known| domain == known || domain.is_below(known)) {
        return None;
    }
    let shape = shape_of(&unicode);
    let mistaken = listed.iter().find(|known| is_drawn_within(&shape, &shape_of(&known.unicode())))?;
    Some(Lookalike::Confusable { with: mistaken.clone() })
}

fn is_drawn_within(shape: &str, known: &str) -> bool {
    shape.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
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
        find(&DomainName::parse(typed).unwrap(), &listed)
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
}
