//! Home realm discovery: which way to sign in is offered first. Depends on the domain of an address, on the order that
//! administrators set and on this browser alone, so that it tells nobody whether an address is known.

use super::Provider;
use crate::id::ProviderId;
use crate::text::DomainName;
use crate::time::Timestamp;

/// One way to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Provider(ProviderId),
    Passcode,
}

/// What the sign-in offers for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub first: Way,
    /// Under "other ways".
    pub others: Vec<Way>,
}

impl Offer {
    /// The same where this browser came by a code last, or somebody asks for one: a code, where one may be had.
    pub fn by_code(self, last: bool, wanted: bool) -> Self {
        if self.first == Way::Passcode || !(last || wanted && self.has(Way::Passcode)) {
            return self;
        }
        let others = std::iter::once(self.first).chain(self.others.into_iter().filter(|way| *way != Way::Passcode));
        Self { first: Way::Passcode, others: others.collect() }
    }

    pub fn has(&self, way: Way) -> bool {
        self.first == way || self.others.contains(&way)
    }
}

/// `of_domain` is the enabled provider that the domain has; `open` are those offered to everybody, in their order.
pub fn offer(domain: &DomainName, of_domain: Option<&Provider>, open: &[Provider], now: Timestamp) -> Offer {
    if let Some(own) = of_domain {
        let others = own.lets_passcodes(now).then_some(Way::Passcode);
        return Offer { first: Way::Provider(own.id), others: others.into_iter().collect() };
    }
    let google = |provider: &&Provider| super::is_google_mailbox(domain) && provider.is_google();
    let first = open.iter().find(google).map_or(Way::Passcode, |google| Way::Provider(google.id));
    let others = std::iter::once(Way::Passcode).chain(open.iter().map(|provider| Way::Provider(provider.id)));
    Offer { first, others: others.filter(|way| *way != first).collect() }
}

impl Provider {
    fn is_google(&self) -> bool {
        matches!(&self.settings.protocol, super::Protocol::OpenId { tenancy: super::Tenancy::Google, .. })
    }
}
