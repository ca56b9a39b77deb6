#![allow(clippy::unwrap_used)]

use super::*;

/// Each entry as `name|address`, or `!code|raw` for one that is none, with `+` for one that stood before.
fn read(text: &str) -> Vec<String> {
    let line = |entry: Pasted| {
        let twice = if entry.twice { "+" } else { "" };
        match entry.address {
            Ok(address) => format!("{twice}{}|{address}", entry.name.unwrap_or_default()),
            Err(error) => format!("!{}|{}", error.code(), entry.raw),
        }
    };
    parse_list(text).into_iter().map(line).collect()
}

#[test]
fn any_separator_will_do() {
    let two = ["|a@example.com", "|b@example.com"];
    for separator in [",", ";", " ", "\n", "\r\n", "\t", ", ", " ;\n", "，", "\u{a0}", ",,\n,", "\n- ", "\n2. "] {
        assert_eq!(read(&format!("a@example.com{separator}b@example.com")), two, "{separator:?}");
    }
}

#[test]
fn mail_programs_write_names() {
    for (text, found) in [
        ("Jane Doe <jane@example.com>", "Jane Doe|jane@example.com"),
        ("\"Doe, Jane\" <jane@example.com>", "Doe, Jane|jane@example.com"),
        ("Doe, Jane <jane@example.com>", "Doe, Jane|jane@example.com"),
        ("\"Jane \\\"JD\\\" Doe\" <jane@example.com>", "Jane JD Doe|jane@example.com"),
        ("Jane\tDoe\tjane@example.com", "Jane\tDoe|jane@example.com"),
        ("'Jane Doe' <jane@example.com>", "Jane Doe|jane@example.com"),
        ("\"jane@example.com\" <jane@example.com>", "|jane@example.com"),
        ("jane@example.com <jane@example.com>", "|jane@example.com"),
        ("jane@example.com<mailto:Jane@example.com>", "|jane@example.com"),
        ("<jane@example.com>", "|jane@example.com"),
        ("To: jane@example.com", "|jane@example.com"),
        ("MAILTO:jane@example.com?subject=x", "|jane@example.com"),
        ("'jane@example.com'", "|jane@example.com"),
        ("\"jane@example.com\"", "|jane@example.com"),
        ("(jane@example.com).", "|jane@example.com"),
        ("[jane@example.com]", "|jane@example.com"),
        ("\u{202a}jane@example.com\u{202c}", "|jane@example.com"),
        ("o'brien@example.com", "|o'brien@example.com"),
    ] {
        let found = found.replace('\t', " ");
        assert_eq!(read(text), [found], "{text}");
    }
}

#[test]
fn nothing_is_lost() {
    for (text, found) in [
        ("a@example.com b", &["|a@example.com", "!address_no_at|b"][..]),
        ("aexample.com b@example.com", &["!address_no_at|aexample.com", "|b@example.com"]),
        ("aexample.com, B <b@example.com>", &["!address_no_at|aexample.com", "B|b@example.com"]),
        ("a@example.com <b@example.com>", &["|a@example.com", "|b@example.com"]),
        ("a@@example.com;b@x", &["!address_character|a@@example.com", "!domain_single_label|b@x"]),
        ("Doe, Jane\nb@example.com", &["!address_no_at|Doe, Jane", "|b@example.com"]),
        ("\"a@example.com, b@example.com\"", &["|a@example.com", "|b@example.com"]),
        ("\"a b\"@example.com", &["!address_quoted_local|\"a b\"@example.com"]),
        ("<>", &["!address_empty|<>"]),
        ("\"Jane <a@example.com>\n<b@example.com", &["Jane|a@example.com", "|b@example.com"]),
        ("a@[10.0.0.1]", &["!address_literal|a@[10.0.0.1]"]),
        (" \n;, - ,", &[]),
    ] {
        assert_eq!(read(text), found, "{text}");
    }
}

#[test]
fn the_same_key_again_is_marked() {
    let found = ["|a@example.com", "+|A@example.com", "|a+x@example.com", "+|a@example.com"];
    assert_eq!(read("a@example.com, A@EXAMPLE.com, a+x@example.com\na@example.com"), found);
}

#[test]
fn raw_is_the_entry_as_it_stood() {
    let list = parse_list(" \"Doe, Jane\"  <jane@example.com>; (x@example.com)");
    let raw: Vec<_> = list.iter().map(|entry| entry.raw.as_str()).collect();
    assert_eq!(raw, ["\"Doe, Jane\"  <jane@example.com>", "(x@example.com)"]);
}
