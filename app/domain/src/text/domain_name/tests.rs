#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn names_become_a_labels_in_lower_case() {
    for (typed, name) in [
        ("Example.COM", "example.com"),
        (" müller.de ", "xn--mller-kva.de"),
        ("XN--Mller-KVA.de", "xn--mller-kva.de"),
        ("straße.de", "xn--strae-oqa.de"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
    ] {
        assert_eq!(DomainName::parse(typed).unwrap().as_str(), name, "{typed}");
    }
}

#[test]
fn what_is_no_name_says_where() {
    for (typed, error) in [
        ("", DomainError::Empty),
        ("localhost", DomainError::SingleLabel("localhost".into())),
        ("a..de", DomainError::EmptyLabel { position: 3 }),
        ("example.com.", DomainError::EmptyLabel { position: 13 }),
        ("10.0.0.1", DomainError::Number("1".into())),
        ("exa_mple.com", DomainError::Character { found: '_', position: 4 }),
        ("a.exa mple.com", DomainError::Character { found: ' ', position: 6 }),
        ("-a.com", DomainError::BadLabel("-a".into())),
        ("xn--zzzzzzzz99999.com", DomainError::BadLabel("xn--zzzzzzzz99999".into())),
        ("exa\u{200b}mple.com", DomainError::Hidden { found: '\u{200b}', position: 4 }),
        ("exa\u{202e}mple.com", DomainError::Hidden { found: '\u{202e}', position: 4 }),
        ("*.example.com", DomainError::Character { found: '*', position: 1 }),
    ] {
        assert_eq!(DomainName::parse(typed), Err(error), "{typed}");
    }
    let long = format!("{}.com", "a".repeat(64));
    assert!(matches!(DomainName::parse(&long), Err(DomainError::LabelTooLong { .. })));
    let long = "abcdefg.".repeat(40) + "com";
    assert_eq!(DomainName::parse(&long), Err(DomainError::TooLong { bytes: 323, most: 253 }));
}

#[test]
fn a_foreign_name_is_shown_with_its_a_label() {
    assert_eq!(DomainName::parse("müller.de").unwrap().shown(), "müller.de (xn--mller-kva.de)");
    assert_eq!(DomainName::parse("example.com").unwrap().shown(), "example.com");
}

#[test]
fn public_suffixes_are_known_in_either_script() {
    for (name, is) in [("co.uk", true), ("github.io", true), ("example.com", false), ("公司.cn", true), ("a.рф", false)]
    {
        assert_eq!(DomainName::parse(name).unwrap().is_public_suffix(), is, "{name}");
    }
}
