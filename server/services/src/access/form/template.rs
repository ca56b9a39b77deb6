//! Policies to begin with. Each only reports at first: it shows what it would do before it does it.

use super::{Choices, PolicyForm};

domain::stored_words! {
    Template {
        BlockUnknownPlatforms = "block-unknown-platforms",
        GuestsMultifactor = "guests-multifactor",
        NamedCountries = "named-countries",
        GuestTerms = "guest-terms",
    }
}

impl Template {
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockUnknownPlatforms => "Block unknown platforms for guests",
            Self::GuestsMultifactor => "Require multifactor for guests",
            Self::NamedCountries => "Allow only named countries",
            Self::GuestTerms => "Require terms of use for guests",
        }
    }

    /// The form as the template fills it, with what is there to be chosen.
    pub fn form(self, choices: &Choices) -> PolicyForm {
        let one = |word: &str| vec![word.to_owned()];
        let form = PolicyForm {
            name: self.name().to_owned(),
            users: one("guests"),
            applications: one("all"),
            ..PolicyForm::empty()
        };
        match self {
            Self::BlockUnknownPlatforms => PolicyForm {
                platform_rule: "some".to_owned(),
                platforms: one("unknown"),
                grant: "block".to_owned(),
                ..form
            },
            Self::GuestsMultifactor => PolicyForm { grant: "all".to_owned(), controls: one("multifactor"), ..form },
            Self::NamedCountries => {
                PolicyForm { locations_out: choices.countries.clone(), grant: "block".to_owned(), ..form }
            }
            Self::GuestTerms => {
                let first = choices.terms.iter().take(1).cloned().collect();
                PolicyForm { grant: "all".to_owned(), controls: first, ..form }
            }
        }
    }

    /// What must be made before the template says anything: it would be no policy yet.
    pub fn lacks(self, choices: &Choices) -> bool {
        match self {
            Self::NamedCountries => choices.countries.is_empty(),
            Self::GuestTerms => choices.terms.is_empty(),
            Self::BlockUnknownPlatforms | Self::GuestsMultifactor => false,
        }
    }
}
