//! The signed cookie by which a browser shows that it signed in before, and as whom.

use domain::text::EmailAddress;

use crate::{Secret, Services, secret};

pub(super) fn mailbox_digest(services: &Services, address: &EmailAddress) -> String {
    services.key.digest("mailbox", &[&address.mailbox()])
}

/// `<random>.<keyed digest of it and the mailbox>`: says which mailbox this browser signed in as, to nobody but us.
pub(super) fn device_for(services: &Services, address: &EmailAddress) -> Secret {
    let random = Secret::random();
    let signed = services.key.digest("device", &[random.expose(), &mailbox_digest(services, address)]);
    Secret::given(&format!("{}.{signed}", random.expose()))
}

pub(super) fn is_device_of(services: &Services, device: &Secret, mailbox: &str) -> bool {
    device
        .expose()
        .split_once('.')
        .is_some_and(|(random, signed)| secret::equal(signed, &services.key.digest("device", &[random, mailbox])))
}
