//! What holds for every text, not only for those that somebody thought of.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Far more than a linear reader needs in a debug build, far less than a quadratic one.
const PATIENCE: Duration = Duration::from_secs(15);

fn local() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9äÖßñKé+_'-]{1,12}(\\.[a-zA-Z0-9ü]{1,8}){0,2}"
}

fn domain() -> impl Strategy<Value = String> {
    "([a-z0-9äöé]{1,10}\\.){1,3}(com|DE|org|рф|co\\.uk)"
}

fn hostile() -> impl Strategy<Value = String> {
    "[a@.<>\",;:\\\\\\[\\]()'+ \t\r\nö\u{200b}\u{202e}\u{301}1-3ー-]{0,60}"
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in prop_oneof![any::<String>(), hostile()]) {
        let _ = EmailAddress::parse(&text);
        let _ = DomainName::parse(&text);
        let _ = DomainPattern::parse(&text);
        let _ = DomainList::parse(&text);
        let _ = Label::<40>::parse(&text);
        let _ = Message::parse(&text);
        let _ = letter_name(&text);
        let _ = suspicious_text(&text, &["a.com".to_owned()]);
        prop_assert!(words(&text).len() <= 24);
    }

    #[test]
    fn every_entry_of_a_list_stood_in_it_in_this_order(text in prop_oneof![any::<String>(), hostile()]) {
        let mut rest = text.as_str();
        for entry in parse_list(&text) {
            let at = rest.find(&entry.raw);
            prop_assert!(at.is_some(), "{:?}", entry.raw);
            rest = &rest[at.unwrap() + entry.raw.len()..];
        }
    }

    #[test]
    fn a_stored_address_is_read_as_it_was_written(local in local(), domain in domain()) {
        let typed = format!("{local}@{domain}");
        let address = EmailAddress::parse(&typed).unwrap();
        let again = EmailAddress::parse(&address.to_string()).unwrap();
        prop_assert_eq!(again.as_str(), address.as_str());
        prop_assert_eq!(&again, &address);
        let key = EmailAddress::parse(address.key()).unwrap();
        prop_assert_eq!((key.key(), key.as_str()), (address.key(), address.key()));
        prop_assert_eq!(EmailAddress::parse(&address.mailbox()).unwrap().mailbox(), address.mailbox());
        prop_assert!(words(&typed).contains(&address.key().to_owned()));
    }

    #[test]
    fn whatever_is_taken_for_an_address_is_stable(text in "[\\PC]{1,12}@[\\PC]{1,12}\\.(com|de)") {
        if let Ok(address) = EmailAddress::parse(&text) {
            let again = EmailAddress::parse(address.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), address.as_str());
            let key = EmailAddress::parse(address.key()).unwrap();
            prop_assert_eq!(key.key(), address.key());
            prop_assert!(key.as_str().len() <= 254);
        }
    }

    #[test]
    fn a_pattern_is_read_as_it_was_written(domain in domain(), below in any::<bool>()) {
        let typed = if below { format!("*.{domain}") } else { domain };
        if let Ok(pattern) = DomainPattern::parse(&typed) {
            prop_assert_eq!(DomainPattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn a_label_and_a_message_are_read_as_they_were_written(text in any::<String>()) {
        if let Ok(label) = Label::<60>::parse(&text) {
            prop_assert_eq!(Label::parse(label.as_str()), Ok(label));
        }
        if let Ok(message) = Message::parse(&text) {
            prop_assert_eq!(Message::parse(message.as_str()), Ok(message));
        }
    }

    #[test]
    fn an_address_is_found_in_any_company(local in "[a-z]{1,9}", before in "[,; \n\t<(]{0,4}", after in "[,; \n\t>)]{0,4}") {
        let address = format!("{local}@example.com");
        let found = parse_list(&format!("{before}{address}{after}"));
        prop_assert!(found.iter().any(|entry| entry.address == EmailAddress::parse(&address)));
    }
}

#[test]
fn a_long_list_of_anything_is_read_in_linear_time() {
    let long = format!("a@{}.{} ", "é".repeat(200), "אa".repeat(150));
    for piece in [
        long.as_str(),
        "\"",
        "<",
        "\\\"",
        "\"\\",
        "a,",
        "a ",
        "a@",
        "@ ",
        "\"a\" ",
        "\"@\" ",
        "\"\" <",
        "<a@b>",
        "a@example.com,",
        "ü@ü.",
        "(",
        "'",
        "{",
        "mailto:",
        "\u{202e}",
        "a@a.b <",
        "\" \"",
        "a\n",
        ",",
        "\u{301}",
        "a.com ",
        "0",
    ] {
        let text = piece.repeat((1 << 17) / piece.len());
        let begun = Instant::now();
        parse_list(&text);
        assert!(begun.elapsed() < PATIENCE, "{piece:?} took {:?}", begun.elapsed());
    }
}
