//! Partner organizations: which mail domains are theirs, who answers for their guests, and whether they are invited.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{PartnerId, ProviderId, UserId};
use crate::problem::Explained;
use crate::text::{DomainError, DomainName, Label, Message};
use crate::time::Timestamp;

/// Domains of one partner.
pub const MOST_DOMAINS: usize = 100;

/// Where anybody gets a mailbox: an address there says nothing about whom its owner works for, so that a partner who had
/// such a domain would be shown as the organization of strangers. Public suffixes are known by their own list; this one
/// names the large providers of free mailboxes and is not meant to be complete.
const PUBLIC_MAILBOXES: [&str; 43] = [
    "163.com",
    "aol.com",
    "bluewin.ch",
    "duck.com",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "hotmail.de",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "tuta.com",
    "tutanota.com",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yandex.ru",
    "ymail.com",
];

/// An organization whose people come as guests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub id: PartnerId,
    pub name: Label,
    pub domains: PartnerDomains,
    /// By which its people sign in.
    pub provider: Option<ProviderId>,
    /// Stands by its guests beside their inviter, where the inviter names nobody else.
    pub sponsor: Option<UserId>,
    /// May its people be invited? Who has accepted stays either way.
    pub invitations_allowed: bool,
    /// For administrators alone.
    pub notes: Option<Message>,
    pub created_at: Timestamp,
}

/// The domains of one partner, each exactly: a subdomain is a domain of its own. Sorted, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartnerDomains(BTreeSet<DomainName>);

/// Why a domain is no partner's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDomain {
    #[error(transparent)]
    Domain(DomainError),
    #[error("anybody may register below it")]
    PublicSuffix,
    #[error("anybody may have a mailbox there")]
    PublicMailbox,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartnerDomainsError {
    #[error("no domain")]
    Empty,
    #[error("more than {most} domains")]
    TooMany { most: usize },
    /// (line from 1, what stands there, what is wrong with it)
    #[error("{} lines are no domains of a partner", .0.len())]
    Lines(Vec<(usize, String, BadDomain)>),
}

impl PartnerDomains {
    /// One domain a line; blank lines are ignored, and so is an `@` before a domain. Reports every bad line.
    ///
    /// # Errors
    /// What stands against the list.
    pub fn parse(text: &str) -> Result<Self, PartnerDomainsError> {
        let mut domains = BTreeSet::new();
        let mut bad = Vec::new();
        for (line, text) in (1..).zip(text.lines().map(str::trim)).filter(|(_, text)| !text.is_empty()) {
            match partners_own(text.strip_prefix('@').unwrap_or(text)) {
                Ok(domain) => {
                    domains.insert(domain);
                }
                Err(error) => bad.push((line, text.to_owned(), error)),
            }
        }
        match domains.len() {
            _ if !bad.is_empty() => Err(PartnerDomainsError::Lines(bad)),
            0 => Err(PartnerDomainsError::Empty),
            many if many > MOST_DOMAINS => Err(PartnerDomainsError::TooMany { most: MOST_DOMAINS }),
            _ => Ok(Self(domains)),
        }
    }

    /// As they were stored.
    pub fn known(domains: impl IntoIterator<Item = DomainName>) -> Self {
        Self(domains.into_iter().collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &DomainName> {
        self.0.iter()
    }

    /// The list as a text field shows it: one a line.
    pub fn to_text(&self) -> String {
        self.0.iter().map(DomainName::as_str).collect::<Vec<_>>().join("\n")
    }
}

fn partners_own(text: &str) -> Result<DomainName, BadDomain> {
    match DomainName::parse(text) {
        Ok(domain) if PUBLIC_MAILBOXES.contains(&domain.as_str()) => Err(BadDomain::PublicMailbox),
        Ok(domain) if domain.is_public_suffix() => Err(BadDomain::PublicSuffix),
        Ok(domain) => Ok(domain),
        Err(DomainError::SingleLabel(_)) => Err(BadDomain::PublicSuffix),
        Err(error) => Err(BadDomain::Domain(error)),
    }
}

impl fmt::Display for PartnerDomains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(DomainName::shown).collect::<Vec<_>>().join(", "))
    }
}

impl Explained for PartnerDomainsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "partner_domains_empty",
            Self::TooMany { .. } => "partner_domains_most",
            Self::Lines(_) => "partner_domains_lines",
        }
    }
    fn fact(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::TooMany { most } => Some(most.to_string()),
            Self::Lines(lines) => {
                let said = |(line, text, error): &(usize, String, BadDomain)| format!("line {line}: {text} ({error})");
                Some(lines.iter().take(5).map(said).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_listed_one_a_line_each_once() {
        let list = PartnerDomains::parse(" Praxis-Nord.example\n\n@müller.example\npraxis-nord.example ").unwrap();
        assert_eq!(list.to_text(), "praxis-nord.example\nxn--mller-kva.example");
        assert_eq!(PartnerDomains::parse(" \n"), Err(PartnerDomainsError::Empty));
    }

    #[test]
    fn what_anybody_may_have_is_no_partners() {
        let error = PartnerDomains::parse("praxis.example\ngmail.com\nco.uk\nde\na b.example").unwrap_err();
        let PartnerDomainsError::Lines(lines) = &error else { panic!("{error}") };
        let found: Vec<(usize, bool)> = lines
            .iter()
            .map(|(line, _, bad)| (*line, matches!(bad, BadDomain::PublicSuffix | BadDomain::PublicMailbox)))
            .collect();
        assert_eq!(found, [(2, true), (3, true), (4, true), (5, false)]);
        assert!(error.fact().unwrap().contains("gmail.com (anybody may have a mailbox there)"));
    }

    #[test]
    fn a_subdomain_of_a_public_mailbox_or_suffix_may_be_somebodys() {
        assert!(PartnerDomains::parse("praxis.co.uk\nteam.posteo.de").is_ok());
    }

    #[test]
    fn a_partner_has_at_most_a_hundred_domains() {
        let list = |n: usize| (0..n).map(|n| format!("d{n}.example")).collect::<Vec<_>>().join("\n");
        assert!(PartnerDomains::parse(&list(MOST_DOMAINS)).is_ok());
        let most = MOST_DOMAINS;
        assert_eq!(PartnerDomains::parse(&list(most + 1)), Err(PartnerDomainsError::TooMany { most }));
    }

    #[test]
    fn the_list_of_public_mailboxes_is_sorted_and_names_domains() {
        assert!(PUBLIC_MAILBOXES.is_sorted());
        assert!(PUBLIC_MAILBOXES.iter().all(|name| DomainName::parse(name).unwrap().as_str() == *name));
    }
}
