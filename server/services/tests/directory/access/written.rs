//! What administrators write: names, copies, forms, templates, and what stays because a policy names it.

use domain::access::PolicyState;
use services::access::form::{PolicyForm, Template, choices, names};
use services::access::parts::LocationForm;
use services::access::{locations, policies, terms};
use services::testing::both;
use services::{applications, groups, people};

use super::{block, location, made, policy_admin, reader, switch, text, words, written};
use crate::refusal;

#[tokio::test]
async fn what_a_policy_in_force_names_stays() {
    for lobby in both().await {
        let (by, people_admin, services) = (policy_admin(&lobby).await, lobby.user_admin().await, &lobby.services);
        let (app, group, ada) =
            (lobby.application().await, lobby.group().await, lobby.guest("ada@praxis.example").await);
        let clinic = location(&lobby, &by, "Clinic", false).await;
        let rules = written(&lobby, &by, text("Be kind.", "")).await;
        let form = PolicyForm {
            users: vec![format!("group:{}", group.id)],
            people: ada.address.to_string(),
            locations_out: vec![format!("location:{clinic}")],
            grant: "all".to_owned(),
            controls: vec![format!("terms:{rules}")],
            ..block("Rules", app.id)
        };
        let id = made(&lobby, &by, form).await.unwrap();
        assert_eq!(refusal(locations::delete(services, &by, clinic).await), ": location_in_use");
        assert_eq!(refusal(terms::delete(services, &by, rules).await), ": terms_in_use");
        assert_eq!(refusal(groups::delete(services, &people_admin, group.id).await), ": named_by_policy");
        assert_eq!(refusal(applications::delete(services, &people_admin, app.id).await), ": named_by_policy");
        assert_eq!(refusal(people::delete(services, &people_admin, ada.id).await), ": named_by_policy");
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        locations::delete(services, &by, clinic).await.unwrap();
        terms::delete(services, &by, rules).await.unwrap();
        assert_eq!(
            refusal(switch(&lobby, &by, id, PolicyState::On).await),
            "locations: policy_names_unknown, grant: policy_names_unknown"
        );

        let trusted = location(&lobby, &by, "Trusted", true).await;
        assert_eq!(refusal(locations::delete(services, &by, trusted).await), "location_trusted");
    }
}

#[tokio::test]
async fn a_name_is_one_policys_and_a_copy_has_another_and_is_off() {
    for lobby in both().await {
        let (by, app) = (policy_admin(&lobby).await, lobby.application().await);
        let id = made(&lobby, &by, block("Guests", app.id)).await.unwrap();
        assert_eq!(refusal(made(&lobby, &by, block("guests", app.id)).await), "name: name_taken");
        let mut copies = Vec::new();
        for _ in 0..2 {
            let copy = policies::duplicate(&lobby.services, &by, id).await.unwrap();
            let copy = policies::get(&lobby.services, &reader(&by), copy).await.unwrap().value;
            assert_eq!(copy.state, PolicyState::Off);
            copies.push(copy.name.to_string());
        }
        assert_eq!(copies, ["Guests (copy)", "Guests (copy 2)"]);
        location(&lobby, &by, "Guests", false).await;
        let second = LocationForm {
            name: "GUESTS".to_owned(),
            kind: "ranges".to_owned(),
            ranges: "198.51.100.0/24".to_owned(),
            ..LocationForm::default()
        };
        let second = second.parse(&lobby.services, None).unwrap();
        assert_eq!(refusal(locations::create(&lobby.services, &by, second).await), "name: name_taken");
    }
}

#[tokio::test]
async fn of_two_who_save_the_second_is_told() {
    for lobby in both().await {
        let (by, app) = (policy_admin(&lobby).await, lobby.application().await);
        let id = made(&lobby, &by, block("Guests", app.id)).await.unwrap();
        let read = async || block("Other", app.id).read(&lobby.services, &by, Some(id)).await.unwrap();
        policies::save(&lobby.services, &by, read().await, 1).await.unwrap();
        assert_eq!(refusal(policies::save(&lobby.services, &by, read().await, 1).await), "conflict");
    }
}

#[tokio::test]
async fn a_form_reads_into_a_policy_and_back() {
    for lobby in both().await {
        let (by, app, group) = (policy_admin(&lobby).await, lobby.application().await, lobby.group().await);
        let (ada, clinic) = (lobby.guest("ada@praxis.example").await, location(&lobby, &by, "Clinic", true).await);
        let form = PolicyForm {
            users: vec!["guests".to_owned(), format!("group:{}", group.id), "role:reader".to_owned()],
            people: "ADA@praxis.example\n".to_owned(),
            applications_out: words(&["security_information"]),
            platform_rule: "some".to_owned(),
            platforms: words(&["ios", "unknown"]),
            platforms_out: words(&["ios"]),
            locations_out: vec!["trusted".to_owned(), format!("location:{clinic}")],
            grant: "any".to_owned(),
            controls: words(&["multifactor"]),
            frequency: "days".to_owned(),
            frequency_number: "2".to_owned(),
            ..block("Whole", app.id)
        };
        let policy = form.read(&lobby.services, &by, None).await.unwrap();
        let known = names(&lobby.services, &reader(&by), &[&policy]).await.unwrap();
        let back = PolicyForm::of(&policy, &known);
        assert_eq!(back, PolicyForm { people: ada.address.to_string(), ..form.clone() });

        let named = PolicyForm { users: Vec::new(), groups: group.name.to_string().to_uppercase(), ..form.clone() };
        let named = named.read(&lobby.services, &by, None).await.unwrap();
        assert_eq!(PolicyForm::of(&named, &known).users, [format!("group:{}", group.id)]);

        for (wrong, code) in [
            (PolicyForm { people: "nobody@praxis.example".to_owned(), ..form.clone() }, "users: policy_person_unknown"),
            (PolicyForm { groups_out: "No such".to_owned(), ..form.clone() }, "users: policy_group_unknown"),
            (PolicyForm { platform_rule: "any".to_owned(), ..form.clone() }, "platforms: policy_any_and_some"),
            (
                PolicyForm { platforms: words(&["undetermined"]), ..form.clone() },
                "platforms: policy_names_unknown, platforms: policy_empty_list",
            ),
            (PolicyForm { location_rule: "some".to_owned(), ..form.clone() }, "locations: policy_empty_list"),
            (PolicyForm { frequency_number: "400".to_owned(), ..form.clone() }, "frequency: frequency_out_of_range"),
            (PolicyForm { frequency_number: "soon".to_owned(), ..form.clone() }, "frequency: frequency_out_of_range"),
            (PolicyForm { name: String::new(), ..form.clone() }, "name: text_empty"),
        ] {
            assert_eq!(refusal(wrong.read(&lobby.services, &by, None).await), code);
        }
    }
}

#[tokio::test]
async fn every_template_whose_means_are_there_makes_a_policy_that_only_reports() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        let bare = choices(&lobby.services, &reader(&by), None).await.unwrap();
        assert!(Template::NamedCountries.lacks(&bare) && Template::GuestTerms.lacks(&bare));
        written(&lobby, &by, text("Be kind.", "")).await;
        let form = LocationForm {
            name: "Home".to_owned(),
            kind: "countries".to_owned(),
            countries: "ch, de\nAT".to_owned(),
            ..LocationForm::default()
        };
        locations::create(&lobby.services, &by, form.parse(&lobby.services, None).unwrap()).await.unwrap();
        let choices = choices(&lobby.services, &reader(&by), None).await.unwrap();
        for template in Template::ALL {
            assert!(!template.lacks(&choices), "{template}");
            let policy = template.form(&choices).read(&lobby.services, &by, None).await.unwrap();
            assert_eq!(policy.state, PolicyState::ReportOnly);
            if *template == Template::NamedCountries && !lobby.services.countries.has_data() {
                let refused = policies::create(&lobby.services, &by, policy).await;
                assert_eq!(refusal(refused), "locations: country_data_missing");
            } else {
                policies::create(&lobby.services, &by, policy).await.unwrap();
            }
        }
    }
}
