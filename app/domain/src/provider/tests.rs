use super::*;
use crate::samples::{self, NOON, address};
use crate::time::Span;

const NOW: f64 = 1_780_315_200.0;

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn speaking_for(tenancy: Tenancy, domains: &[&str]) -> Provider {
    let domains = domains.iter().map(|text| domain(text)).collect();
    let mut provider = samples::provider();
    provider.settings.domains = domains;
    provider.settings.protocol =
        Protocol::OpenId { issuer: Issuer::parse("https://login.praxis.example").unwrap(), tenancy };
    provider
}

fn says(text: &str) -> Asserted {
    Asserted { address: Some(address(text)), ..samples::asserted() }
}

#[test]
fn a_provider_redeems_alone_only_for_its_own_domains() {
    let own = speaking_for(Tenancy::Single, &["praxis.example"]);
    let other = speaking_for(Tenancy::Single, &["other.example"]);
    let by_passcode_too =
        Provider { settings: ProviderSettings { also_by_passcode: true, ..own.settings.clone() }, ..own.clone() };
    let for_a_day = Provider { passcode_until: Some(NOON + Span::hours(24)), ..own.clone() };
    let counts =
        Provider { settings: ProviderSettings { verified_counts: true, ..other.settings.clone() }, ..other.clone() };
    let invited = address("ada@praxis.example");
    let vouch = |provider: &Provider, of_domain: Option<&Provider>, asserted: &Asserted| {
        provider.vouch(asserted, &invited, of_domain, NOON)
    };
    let plain = says("Ada@praxis.example");
    let verified = Asserted { verified: Some(true), ..plain.clone() };
    for (said, provider, of_domain, asserted, expected) in [
        ("its own domain", &own, Some(&own), &plain, Ok(Vouch::Enough)),
        ("nobody's domain", &other, None, &plain, Ok(Vouch::WithCode)),
        ("nobody's domain, verified, but that does not count", &other, None, &verified, Ok(Vouch::WithCode)),
        ("nobody's domain, verified, and that counts", &counts, None, &verified, Ok(Vouch::Enough)),
        ("counts, but the provider does not say verified", &counts, None, &plain, Ok(Vouch::WithCode)),
        ("another's domain", &other, Some(&own), &verified, Err(VouchError::ByItsProvider)),
        ("another's domain, and verified would count", &counts, Some(&own), &verified, Err(VouchError::ByItsProvider)),
        ("another's domain, open to passcodes", &counts, Some(&by_passcode_too), &verified, Ok(Vouch::WithCode)),
        ("another's domain, its provider being down", &other, Some(&for_a_day), &plain, Ok(Vouch::WithCode)),
    ] {
        assert_eq!(vouch(provider, of_domain, asserted), expected, "{said}");
    }
    let unverified = Asserted { verified: Some(false), ..plain };
    assert_eq!(vouch(&own, Some(&own), &unverified), Err(VouchError::Unverified));
    assert_eq!(vouch(&own, Some(&own), &Asserted { address: None, ..verified }), Err(VouchError::NoAddress));
    let elsewhere = vouch(&own, Some(&own), &says("ada@elsewhere.example"));
    assert_eq!(elsewhere, Err(VouchError::OtherAddress("ada@elsewhere.example".to_owned())));
}

#[test]
fn a_provider_of_many_is_authoritative_only_through_a_pinned_one() {
    let pin = EntraTenant { tid: "t-1".to_owned(), domain: domain("praxis.example") };
    let entra = speaking_for(Tenancy::Entra { tenants: vec![pin] }, &["praxis.example", "other.example"]);
    let said = |tid: &str, owned: bool| Asserted {
        tenant: Some(tid.to_owned()),
        domain_owner_verified: owned,
        ..says("ada@praxis.example")
    };
    assert!(entra.is_authoritative(&said("t-1", true), &domain("praxis.example")));
    for (asserted, of) in [
        (said("t-1", false), "praxis.example"),
        (said("t-2", true), "praxis.example"),
        (said("t-1", true), "other.example"),
        (says("ada@praxis.example"), "praxis.example"),
    ] {
        assert!(!entra.is_authoritative(&asserted, &domain(of)), "{asserted:?} {of}");
    }
    let google = speaking_for(Tenancy::Google, &["praxis.example"]);
    let hosted = |hd: &str| Asserted { hosted_domain: Some(hd.to_owned()), ..says("ada@praxis.example") };
    assert!(google.is_authoritative(&hosted("praxis.example"), &domain("praxis.example")));
    assert!(google.is_authoritative(&says("ada@gmail.com"), &domain("gmail.com")));
    assert!(!google.is_authoritative(&hosted("praxis.example"), &domain("other.example")));
    assert!(!google.is_authoritative(&hosted("other.example"), &domain("praxis.example")));
    assert!(!google.is_authoritative(&says("ada@praxis.example"), &domain("praxis.example")), "a consumer account");
}

#[test]
fn plain_oauth_is_authoritative_for_nothing() {
    let mut provider = speaking_for(Tenancy::Single, &["praxis.example"]);
    let url = Url::parse("https://social.example/x").unwrap();
    let [authorize, token, user] = [url.clone(), url.clone(), url];
    provider.settings.protocol = Protocol::OAuth2(Box::new(Endpoints { authorize, token, user, emails: None }));
    assert!(!provider.is_authoritative(&says("ada@praxis.example"), &domain("praxis.example")));
}

fn claims() -> Claims {
    Claims {
        iss: "https://login.praxis.example".to_owned(),
        sub: "7".to_owned(),
        aud: vec!["lobby".to_owned()],
        azp: None,
        exp: NOW + 300.0,
        nbf: None,
        iat: NOW,
        nonce: Some("n".to_owned()),
        auth_time: None,
        tid: None,
    }
}

fn expected() -> Expected<'static> {
    let issuer = IssuerRule::Exactly("https://login.praxis.example");
    Expected { issuer, client_id: "lobby", nonce: "n", max_age: None }
}

#[test]
fn every_claim_of_an_identity_token_is_checked() {
    let leeway = 120.0;
    let many = vec!["lobby".to_owned(), "other".to_owned()];
    let ours = || Some("lobby".to_owned());
    for (said, claims, result) in [
        ("as it should be", claims(), Ok(())),
        ("a slash more", Claims { iss: "https://login.praxis.example/".into(), ..claims() }, Err(ClaimError::Issuer)),
        ("another audience", Claims { aud: vec!["other".into()], ..claims() }, Err(ClaimError::Audience)),
        ("no audience", Claims { aud: vec![], ..claims() }, Err(ClaimError::Audience)),
        ("many without azp", Claims { aud: many.clone(), ..claims() }, Err(ClaimError::Party)),
        ("many, ours", Claims { aud: many, azp: ours(), ..claims() }, Ok(())),
        ("azp of another", Claims { azp: Some("other".into()), ..claims() }, Err(ClaimError::Party)),
        ("just over, by a slow clock", Claims { exp: NOW - leeway + 1.0, ..claims() }, Ok(())),
        ("over", Claims { exp: NOW - leeway, ..claims() }, Err(ClaimError::Expired)),
        ("not yet, by a fast clock", Claims { nbf: Some(NOW + leeway), ..claims() }, Ok(())),
        ("not yet", Claims { nbf: Some(NOW + leeway + 1.0), ..claims() }, Err(ClaimError::NotYet)),
        ("issued in the future", Claims { iat: NOW + leeway + 1.0, ..claims() }, Err(ClaimError::NotYet)),
        ("issued long ago", Claims { iat: NOW - 721.0, exp: NOW + 3600.0, ..claims() }, Err(ClaimError::Old)),
        ("no nonce", Claims { nonce: None, ..claims() }, Err(ClaimError::Nonce)),
        ("another nonce", Claims { nonce: Some("m".into()), ..claims() }, Err(ClaimError::Nonce)),
        ("absurd times", Claims { exp: f64::MAX, iat: f64::MAX, ..claims() }, Err(ClaimError::NotYet)),
        ("no times", Claims { exp: f64::NAN, ..claims() }, Err(ClaimError::Expired)),
    ] {
        assert_eq!(claims.check(&expected(), NOON), result, "{said}");
    }
}

#[test]
fn a_proof_asked_to_be_fresh_says_when_it_was_made() {
    let fresh = Expected { max_age: Some(Span::minutes(5)), ..expected() };
    for (auth_time, result) in [
        (Some(NOW), Ok(())),
        (Some(NOW - 419.0), Ok(())),
        (Some(NOW - 421.0), Err(ClaimError::AuthTime)),
        (Some(NOW + 121.0), Err(ClaimError::AuthTime)),
        (None, Err(ClaimError::AuthTime)),
    ] {
        assert_eq!(Claims { auth_time, ..claims() }.check(&fresh, NOON), result, "{auth_time:?}");
    }
}

#[test]
fn an_issuer_of_many_tenants_is_filled_by_a_pinned_tenant() {
    let issuer = IssuerRule::Tenant { template: "https://login.example/{tenantid}/v2.0", tids: vec!["t-1"] };
    let expected = Expected { issuer, ..expected() };
    let from = |iss: &str, tid: Option<&str>| Claims { iss: iss.into(), tid: tid.map(Into::into), ..claims() };
    for (claims, result) in [
        (from("https://login.example/t-1/v2.0", Some("t-1")), Ok(())),
        (from("https://login.example/t-2/v2.0", Some("t-2")), Err(ClaimError::Tenant)),
        (from("https://login.example/t-2/v2.0", Some("t-1")), Err(ClaimError::Issuer)),
        (from("https://login.example/t-1/v2.0", None), Err(ClaimError::Issuer)),
        (from("https://login.example/{tenantid}/v2.0", Some("{tenantid}")), Err(ClaimError::Tenant)),
    ] {
        assert_eq!(claims.check(&expected, NOON), result, "{claims:?}");
    }
}

#[test]
fn a_logout_token_is_no_identity_token() {
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let token = |extra: &str| {
        let text = format!(
            r#"{{"iss":"https://login.praxis.example","sub":"7","aud":"lobby","iat":{NOW},"jti":"j","events":{{"{event}":{{}}}}{extra}}}"#
        );
        serde_json::from_str::<LogoutClaims>(&text).unwrap()
    };
    let check = |claims: &LogoutClaims, at: Timestamp| {
        claims.check(&IssuerRule::Exactly("https://login.praxis.example"), "lobby", at)
    };
    assert_eq!(check(&token(""), NOON), Ok(()));
    assert_eq!(check(&token(r#","nonce":"n""#), NOON), Err(ClaimError::Nonce));
    assert_eq!(check(&token(""), NOON + Span::minutes(12)), Err(ClaimError::Expired));
    assert_eq!(check(&token(&format!(r#","exp":{}"#, NOW + 60.0)), NOON + Span::minutes(3)), Err(ClaimError::Expired));
    assert_eq!(check(&token(""), NOON - Span::minutes(3)), Err(ClaimError::NotYet));
    let without = LogoutClaims { events: Default::default(), ..token("") };
    assert_eq!(check(&without, NOON), Err(ClaimError::Event));
    let of_nobody = LogoutClaims { sub: None, sid: None, ..token("") };
    assert_eq!(check(&of_nobody, NOON), Err(ClaimError::Event));
    let of_another = LogoutClaims { aud: vec!["other".into()], ..token("") };
    assert_eq!(check(&of_another, NOON), Err(ClaimError::Audience));
}

#[test]
fn a_second_factor_counts_where_it_is_trusted_and_named() {
    let factor = SecondFactor { trusted: true, amr: vec!["mfa".into()], acr: vec!["urn:gold".into()] };
    let by = |amr: &[&str], acr: Option<&str>| Asserted {
        amr: amr.iter().map(|text| (*text).to_owned()).collect(),
        acr: acr.map(str::to_owned),
        ..samples::asserted()
    };
    assert!(factor.is_in(&by(&["pwd", "mfa"], None)) && factor.is_in(&by(&[], Some("urn:gold"))));
    assert!(!factor.is_in(&by(&["pwd"], Some("urn:silver"))) && !factor.is_in(&by(&[], None)));
    assert!(!SecondFactor { trusted: false, ..factor }.is_in(&by(&["mfa"], None)));
}

#[test]
fn what_is_offered_depends_on_the_domain_alone() {
    let own = speaking_for(Tenancy::Single, &["praxis.example"]);
    let mut google = speaking_for(Tenancy::Google, &[]);
    google.id = ProviderId(uuid::Uuid::from_u128(8));
    let mut social = speaking_for(Tenancy::Single, &[]);
    social.id = ProviderId(uuid::Uuid::from_u128(9));
    let open = [social.clone(), google.clone()];
    let (social, google) = (Way::Provider(social.id), Way::Provider(google.id));
    let of = |text: &str, of_domain: Option<&Provider>| offer(&domain(text), of_domain, &open, NOON);
    assert_eq!(of("praxis.example", Some(&own)), Offer { first: Way::Provider(own.id), others: vec![] });
    let down = Provider { passcode_until: Some(NOON + Span(1)), ..own.clone() };
    assert_eq!(of("praxis.example", Some(&down)).others, [Way::Passcode]);
    assert_eq!(of("any.example", None), Offer { first: Way::Passcode, others: vec![social, google] });
    assert_eq!(of("gmail.com", None), Offer { first: google, others: vec![Way::Passcode, social] });
}
