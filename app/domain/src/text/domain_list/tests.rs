#![allow(clippy::unwrap_used)]

use super::*;

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

#[test]
fn a_star_covers_subdomains_at_any_depth_and_not_the_domain_itself() {
    let list = DomainList::parse("*.example.com").unwrap();
    for (name, covered) in [
        ("a.example.com", true),
        ("a.b.EXAMPLE.com", true),
        ("example.com", false),
        ("badexample.com", false),
        ("example.com.evil.org", false),
    ] {
        assert_eq!(list.matches(&domain(name)), covered, "{name}");
    }
}

#[test]
fn a_star_over_a_public_suffix_is_refused() {
    for text in ["*.com", "*.co.uk", "*.github.io", "*.xn--p1ai", "*.公司.cn"] {
        assert!(matches!(DomainPattern::parse(text), Err(PatternError::PublicSuffix(_))), "{text}");
    }
    assert!(DomainPattern::parse("co.uk").is_ok());
    let error = DomainPattern::parse("*.a_b.com").unwrap_err();
    assert_eq!(error, PatternError::Domain(DomainError::Character { found: '_', position: 4 }));
}

#[test]
fn every_bad_line_is_reported_with_its_number() {
    let typed = "example.com\r\n\n  *.com \nmüller.de\n@evil.org\n";
    let Err(DomainListError::Lines(bad)) = DomainList::parse(typed) else { panic!("accepted") };
    let bad: Vec<_> = bad.iter().map(|bad| (bad.line, bad.text.as_str(), bad.error.code())).collect();
    assert_eq!(bad, [(3, "*.com", "domain_public_suffix"), (5, "@evil.org", "domain_character")]);
}

#[test]
fn a_list_keeps_its_order_and_each_pattern_once() {
    let list = DomainList::parse(" Zebra.org \n\nmüller.de\nzebra.org\n*.example.com").unwrap();
    assert_eq!(list.to_text(), "zebra.org\nxn--mller-kva.de\n*.example.com");
    assert_eq!(DomainList::parse(&list.to_text()), Ok(list));
}

#[test]
fn a_list_has_25_000_characters_at_most() {
    let typed = "\n".repeat(DomainList::MOST + 1);
    assert_eq!(DomainList::parse(&typed), Err(DomainListError::TooLong { characters: 25_001, most: 25_000 }));
    assert!(DomainList::parse(&typed[1..]).is_ok());
}

#[test]
fn rules_admit_by_one_list_or_none() {
    let list = DomainList::parse("example.com").unwrap();
    let (known, other) = (domain("example.com"), domain("example.org"));
    assert!(DomainRules::Any.admits(&other));
    assert!(!DomainRules::Deny(list.clone()).admits(&known) && DomainRules::Deny(list.clone()).admits(&other));
    let only = DomainRules::AllowOnly(list);
    assert!(only.admits(&known) && !only.admits(&other));
    assert_eq!(serde_json::to_string(&only).unwrap(), r#"{"allow_only":["example.com"]}"#);
    assert!(!DomainRules::AllowOnly(DomainList::default()).admits(&known));
}
