#![allow(clippy::unwrap_used)]

use super::*;

fn parse(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

#[test]
fn the_stored_spelling_keeps_the_local_part_and_the_key_does_not() {
    for (typed, stored, key) in [
        ("Jane.Doe@Example.COM", "Jane.Doe@example.com", "jane.doe@example.com"),
        (" o'brien+lobby@example.com\n", "o'brien+lobby@example.com", "o'brien+lobby@example.com"),
        ("MÜLLER@müller.de", "MÜLLER@xn--mller-kva.de", "mÜller@xn--mller-kva.de"),
        ("u\u{308}@example.com", "ü@example.com", "ü@example.com"),
        ("\u{212a}im@example.com", "Kim@example.com", "kim@example.com"),
    ] {
        let address = parse(typed);
        assert_eq!((address.as_str(), address.key()), (stored, key), "{typed}");
    }
}

#[test]
fn what_is_no_address_says_where() {
    use AddressError::*;
    for (typed, error) in [
        ("  ", Empty),
        ("jane.example.com", NoAt),
        ("@example.com", LocalEmpty),
        (".jane@example.com", Dot { position: 1 }),
        ("ja..ne@example.com", Dot { position: 4 }),
        ("jane.@example.com", Dot { position: 5 }),
        ("\"jane doe\"@example.com", QuotedLocal),
        ("jane doe@example.com", Character { found: ' ', position: 5 }),
        ("jane(work)@example.com", Character { found: '(', position: 5 }),
        ("a@b@example.com", Character { found: '@', position: 2 }),
        ("Jane <jane@example.com>", Character { found: ' ', position: 5 }),
        ("jane\u{200b}@example.com", Hidden { found: '\u{200b}', position: 5 }),
        ("jane@exa\u{202e}mple.com", Hidden { found: '\u{202e}', position: 9 }),
        ("ja\u{0}ne@example.com", Hidden { found: '\0', position: 3 }),
        ("jane\u{3164}@example.com", Hidden { found: '\u{3164}', position: 5 }),
        ("jane@[10.0.0.1]", Literal),
        ("jane@", Domain(DomainError::Empty)),
        ("jane@localhost", Domain(DomainError::SingleLabel("localhost".into()))),
        ("jane@10.0.0.1", Domain(DomainError::Number("1".into()))),
        ("jane@example..com", Domain(DomainError::EmptyLabel { position: 14 })),
        ("jane@exa_mple.com", Domain(DomainError::Character { found: '_', position: 9 })),
        ("jane@ example.com", Domain(DomainError::Character { found: ' ', position: 6 })),
    ] {
        assert_eq!(EmailAddress::parse(typed).unwrap_err(), error, "{typed}");
    }
}

#[test]
fn an_address_has_254_bytes_at_most_and_64_before_the_at() {
    let local = "a".repeat(64);
    let domain = format!("{}.{}.{}.example.com", "b".repeat(60), "c".repeat(60), "d".repeat(55));
    assert_eq!(parse(&format!("{local}@{domain}")).as_str().len(), 254);
    let error = EmailAddress::parse(&format!("{local}@e{domain}")).unwrap_err();
    assert_eq!(error, AddressError::TooLong { bytes: 255, most: 254 });
    let error = EmailAddress::parse(&format!("{local}a@example.com")).unwrap_err();
    assert_eq!(error, AddressError::LocalTooLong { bytes: 65, most: 64 });
    assert!(matches!(EmailAddress::parse(&"@".repeat(1 << 20)), Err(AddressError::TooLong { .. })));
}

#[test]
fn tags_are_distinct_people_and_one_mailbox() {
    let (plain, tagged) = (parse("Jane@example.com"), parse("jane+lobby+2@example.com"));
    assert_ne!(plain, tagged);
    assert_eq!(plain.mailbox(), tagged.mailbox());
    assert_eq!(parse("+jane@example.com").mailbox(), "+jane@example.com");
}

#[test]
fn two_spellings_of_one_key_are_equal() {
    assert_eq!(parse("JANE@EXAMPLE.com"), parse("jane@example.COM"));
    assert_ne!(parse("Ä@example.com"), parse("ä@example.com"));
}

#[test]
fn a_foreign_domain_is_shown_with_its_a_label() {
    assert_eq!(parse("Jörg@müller.de").shown(), "Jörg@müller.de (xn--mller-kva.de)");
    assert_eq!(parse("Jane@example.com").shown(), "Jane@example.com");
    assert_eq!(parse("Jane@Example.com").domain().as_str(), "example.com");
}

#[test]
fn an_address_travels_as_a_string_and_is_parsed_on_arrival() {
    let address = parse("Jane@example.com");
    assert_eq!(serde_json::to_string(&address).unwrap(), "\"Jane@example.com\"");
    assert!(serde_json::from_str::<EmailAddress>("\"jane@localhost\"").is_err());
}
