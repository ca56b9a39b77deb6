//! What a form of a provider shows, reads, refuses, and keeps to itself.

use super::*;

fn filled(preset: Preset) -> ProviderForm {
    let name = "Praxis Nord".to_owned();
    let address = || "https://login.praxis.example/x".to_owned();
    let form = preset.form();
    let (issuer, authorize, token, user) = (address(), address(), address(), address());
    ProviderForm { name, client_id: "lobby".to_owned(), issuer, authorize, token, user, ..form }
}

#[test]
fn every_ready_made_form_is_complete_but_for_the_name_and_what_the_provider_gives_out() {
    for preset in Preset::ALL {
        let parsed = filled(*preset).parse(&Zone::utc());
        assert!(parsed.is_ok(), "{preset}: {:?}", parsed.err());
    }
}

#[test]
fn a_form_shows_again_what_was_saved() {
    for preset in [Preset::OpenId, Preset::EntraMany, Preset::Google, Preset::OAuth2] {
        let domains = "a.example\nb.example".to_owned();
        let form = ProviderForm { domains, secret_ends: "2026-12-31".to_owned(), ..filled(preset) };
        let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47, a.example".to_owned();
        let form = if preset == Preset::EntraMany { ProviderForm { tenants: tenant, ..form } } else { form };
        let (provider, _) = form.parse(&Zone::utc()).ok().unwrap().made(domain::samples::provider().id, Timestamp(0));
        let shown = ProviderForm::of(&provider, &Zone::utc());
        let relevant = |form: &ProviderForm| {
            let text = serde_json::to_value(form).unwrap();
            let fields = ["preset", "name", "tenants", "domains", "secret_ends", "scopes", "claim_subject", "amr"];
            fields.map(|field| text[field].clone())
        };
        assert_eq!(relevant(&shown), relevant(&form));
    }
}

#[test]
fn what_kind_a_provider_is_shows_in_its_addresses() {
    for preset in Preset::ALL {
        let form = ProviderForm { name: "X".to_owned(), client_id: "lobby".to_owned(), ..preset.form() };
        let address = || "https://login.praxis.example/x".to_owned();
        let form = match preset {
            Preset::OpenId => ProviderForm { issuer: address(), ..form },
            Preset::OAuth2 => ProviderForm { authorize: address(), token: address(), user: address(), ..form },
            _ => ProviderForm { issuer: form.issuer.to_lowercase(), ..form },
        };
        let (provider, _) = form.parse(&Zone::utc()).ok().unwrap().made(domain::samples::provider().id, Timestamp(0));
        assert_eq!(Preset::of(&provider), *preset);
    }
}

#[test]
fn a_provider_speaks_for_the_domains_of_its_pinned_tenants() {
    let tenants = "72F988BF-86F1-41AF-91AB-2D7CD011DB47, b.example\n".to_owned();
    let form = ProviderForm { tenants, domains: "a.example".to_owned(), ..filled(Preset::EntraMany) };
    let (provider, _) = form.parse(&Zone::utc()).ok().unwrap().made(domain::samples::provider().id, Timestamp(0));
    let spoken: Vec<&str> = provider.settings.domains.iter().map(DomainName::as_str).collect();
    assert_eq!(spoken, ["a.example", "b.example"]);
}

#[test]
fn neither_a_draft_of_the_form_nor_a_log_has_its_secret() {
    let form = ProviderForm { client_secret: "hunter2".to_owned(), ..filled(Preset::OpenId) };
    assert!(!serde_json::to_string(&form).unwrap().contains("hunter2") && !format!("{form:?}").contains("hunter2"));
}

#[test]
fn each_wrong_field_is_named() {
    for (form, field) in [
        (ProviderForm { issuer: "http://login.example".to_owned(), ..filled(Preset::OpenId) }, "issuer"),
        (ProviderForm { issuer: Preset::Entra.form().issuer, ..filled(Preset::Entra) }, "issuer"),
        (ProviderForm { name: String::new(), ..filled(Preset::OpenId) }, "name"),
        (ProviderForm { client_id: " ".to_owned(), ..filled(Preset::OpenId) }, "client_id"),
        (ProviderForm { domains: "co.uk".to_owned(), ..filled(Preset::OpenId) }, "domains"),
        (ProviderForm { domains: "no domain!".to_owned(), ..filled(Preset::OpenId) }, "domains"),
        (ProviderForm { tenants: "x, a.example".to_owned(), ..filled(Preset::EntraMany) }, "tenants"),
        (ProviderForm { token: "ftp://x".to_owned(), ..filled(Preset::OAuth2) }, "token"),
        (ProviderForm { position: "first".to_owned(), ..filled(Preset::OpenId) }, "position"),
        (ProviderForm { secret_ends: "soon".to_owned(), ..filled(Preset::OpenId) }, "secret_ends"),
        (ProviderForm { claim_address: String::new(), ..filled(Preset::OpenId) }, "claim_address"),
    ] {
        let problems = form.parse(&Zone::utc()).err().unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].field, field);
    }
}
