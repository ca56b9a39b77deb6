use super::*;

fn kind_of(text: &str) -> Option<SuspicionKind> {
    suspicious_text(text, &["app.example.com".to_owned()]).map(|suspicion| suspicion.kind)
}

#[test]
fn ordinary_words_pass() {
    for text in [
        "e.g.",
        "Dr.Smith",
        "3.5",
        "12.01.2026",
        "at 10:30",
        "Station 4.2",
        "2026-11-23",
        "z.B. Dr. med. Meier",
        "Dr.med.dent. Meier",
        "Dipl.-Ing. Ohm, M.Sc.",
        "Meier GmbH & Co.KG",
        "see you @ 5",
        "and/or",
        "Note: bring cake",
        "Data: see below",
        "wait...what",
        "U.S.A.",
        "Ph.D.",
        "Node.js",
        "1.2.3",
        "www",
        "our http server",
        "Team C++",
        "Station 4.2\nMonday 10.30-11.45\n1. tea\n2. cake",
        "50% off",
        "A-1/B-2",
        "ok :-)",
        "الطابق ٣",
    ] {
        assert_eq!(kind_of(text), None, "{text}");
    }
}

#[test]
fn what_could_be_followed_is_found() {
    use SuspicionKind::*;
    for (text, kind) in [
        ("go to evil.com", Host),
        ("EVIL.COM!", Host),
        ("www.x", Host),
        ("see https://", Url),
        ("hxxp", Url),
        ("hxxps://evil[.]com", Url),
        ("evil[.]com", Host),
        ("evil(dot)com", Host),
        ("evil.com.Then", Host),
        ("evil。com", Host),
        ("ｅｖｉｌ．ｃｏｍ", Host),
        ("ev\u{200b}il.c\u{ad}om", Host),
        ("пример.рф", Host),
        ("(evil.co.uk)", Host),
        ("10.0.0.1", Host),
        ("mailto:x", Url),
        ("javascript:alert", Url),
        ("\\\\server\\share", Url),
        ("jane@corp", Address),
        ("jane(at)example.com", Address),
        ("foo://x", Url),
        ("call +49 170 1234567", Telephone),
        ("＋４９ １７０ １２３４５６７", Telephone),
    ] {
        assert_eq!(kind_of(text), Some(kind), "{text}");
    }
}

#[test]
fn the_own_host_passes_and_nothing_that_leans_on_it() {
    for text in ["app.example.com", "https://APP.example.com/a/report.zip?x=1.", "(http://app.example.com:8443/)"] {
        assert_eq!(kind_of(text), None, "{text}");
    }
    for text in [
        "app.example.com.evil.org",
        "https://app.example.com@evil.org",
        "https://evil.org/app.example.com",
        "x.app.example.com",
        "javascript://app.example.com/x",
        "https://app.example.com/?to=https://evil.org",
        "https://app.example.com)evil.org",
        "xhttps://app.example.com",
        "https://app.example.com:x@evil.org",
    ] {
        assert!(kind_of(text).is_some(), "{text}");
    }
}

#[test]
fn a_suspicion_says_what_and_where() {
    let suspicion = suspicious_text("Hello\nsee (Evil.com).", &[]);
    assert_eq!(suspicion, Some(Suspicion { kind: SuspicionKind::Host, found: "Evil.com".into(), line: 2 }));
}

#[test]
fn a_name_that_could_be_followed_gives_way_to_the_address() {
    for name in ["Dr.Smith", " Jane Doe, M.Sc. ", "Mu\u{308}ller & Co.KG", "Praxis Nord 2026", &"x".repeat(64)] {
        assert_eq!(letter_name(name), Some(name.trim().replace("u\u{308}", "ü")), "{name}");
    }
    for name in
        ["", " ", "evil.com", "Jane\nDoe", "Jane \u{202e}Doe", "+49 170 1234567", "jane@x", "\u{200b}", &"x".repeat(65)]
    {
        assert_eq!(letter_name(name), None, "{name:?}");
    }
}
