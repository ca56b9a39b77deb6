//! The question as it stands in the address of the page: read, checked beside its fields, and shown again as typed.

use std::net::IpAddr;

use domain::access::{CountryCode, Target};
use domain::id::{AppId, LocationId};
use domain::problem::Problem;
use domain::session::Platform;
use domain::text::EmailAddress;
use leptos::prelude::*;
use services::access::whatif::{From, Question};
use services::logs::whom;
use services::{Reader, Verb};

use crate::routes;
use crate::say;
use crate::ssr::Visit;
use crate::ui::{Choice, Field, Select, SelectOption};

const LOBBY: &str = "lobby";
const SECURITY: &str = "security";
const ADDRESS: &str = "address";
const COUNTRY: &str = "country";
const ELSEWHERE: &str = "elsewhere";
const UNDETERMINED: &str = "undetermined";

/// What the form offers.
pub struct Choices {
    pub applications: Vec<(AppId, String)>,
    pub locations: Vec<(LocationId, String)>,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub person: String,
    pub app: String,
    pub from: String,
    pub address: String,
    pub country: String,
    pub platform: String,
    pub multifactor: bool,
    pub matrix: bool,
}

/// The target that a value of the form stands for.
pub fn target(value: &str) -> Option<Target> {
    match value {
        LOBBY => Some(Target::Lobby),
        SECURITY => Some(Target::SecurityInformation),
        id => id.parse().ok().map(Target::App),
    }
}

/// The value of the form that stands for a place.
pub fn place_value(from: From) -> String {
    match from {
        From::Address(_) => ADDRESS.to_owned(),
        From::Country(_) => COUNTRY.to_owned(),
        From::Location(id) => id.to_string(),
        From::Elsewhere => ELSEWHERE.to_owned(),
        From::Undetermined => UNDETERMINED.to_owned(),
    }
}

impl Choices {
    pub fn application(&self, target: Target) -> String {
        match target {
            Target::Lobby => "Lobby itself".to_owned(),
            Target::SecurityInformation => "Security information".to_owned(),
            Target::App(id) => {
                let known = self.applications.iter().find(|(known, _)| *known == id);
                known.map_or_else(|| "the application".to_owned(), |(_, name)| name.clone())
            }
        }
    }

    pub fn place(&self, from: From) -> String {
        match from {
            From::Address(address) => address.to_string(),
            From::Country(code) => code.to_string(),
            From::Location(id) => {
                let known = self.locations.iter().find(|(known, _)| *known == id);
                known.map_or_else(|| "a location".to_owned(), |(_, name)| name.clone())
            }
            From::Elsewhere => "Elsewhere".to_owned(),
            From::Undetermined => "Undetermined".to_owned(),
        }
    }
}

impl Typed {
    pub fn of(visit: &Visit) -> Self {
        let get = |name: &str| visit.query.get(name).unwrap_or_default().to_owned();
        Self {
            person: get("person"),
            app: get("app"),
            from: get("from"),
            address: get("address"),
            country: get("country"),
            platform: get("platform"),
            multifactor: visit.query.get("factor").is_some(),
            matrix: visit.query.get("view") == Some("matrix"),
        }
    }

    /// Was the form sent? A link to the page may fill in one thing or another beforehand.
    pub fn asks(&self) -> bool {
        !self.app.is_empty() && !self.platform.is_empty()
    }

    /// The question, or what is wrong beside each field.
    pub async fn read(
        &self,
        visit: &Visit,
        reader: &Reader,
        choices: &Choices,
    ) -> Verb<Result<Question, Vec<Problem>>> {
        let mut problems = Vec::new();
        let user = match EmailAddress::parse(&self.person) {
            Ok(address) => whom::person(&visit.services, reader, &address).await?.ok_or("person_unknown"),
            Err(error) => Err(error.code()),
        };
        let target = target(&self.app).filter(|target| match target {
            Target::App(id) => choices.applications.iter().any(|(known, _)| known == id),
            Target::Lobby | Target::SecurityInformation => true,
        });
        let platform = Platform::parse(&self.platform);
        // The matrix asks from everywhere.
        let from = if self.matrix { Ok(From::Elsewhere) } else { self.place(choices) };
        if let Err(code) = &user {
            problems.push(Problem::new("person", code));
        }
        if target.is_none() {
            problems.push(Problem::new("app", "choose_one"));
        }
        if platform.is_none() {
            problems.push(Problem::new("platform", "choose_one"));
        }
        if let Err((field, code)) = &from {
            problems.push(Problem::new(field, code));
        }
        Ok(match (user, target, from, platform) {
            (Ok(user), Some(target), Ok(from), Some(platform)) => {
                Ok(Question { user, target, from, platform, multifactor: self.multifactor })
            }
            _ => Err(problems),
        })
    }

    fn place(&self, choices: &Choices) -> Result<From, (&'static str, &'static str)> {
        match self.from.as_str() {
            ADDRESS => {
                let address: IpAddr = self.address.trim().parse().map_err(|_| ("address", "ip_malformed"))?;
                // A v4-mapped v6 address is the v4 one.
                Ok(From::Address(address.to_canonical()))
            }
            COUNTRY => {
                let code: CountryCode = self.country.parse().map_err(|_| ("country", "country_code"))?;
                Ok(From::Country(code))
            }
            ELSEWHERE => Ok(From::Elsewhere),
            UNDETERMINED => Ok(From::Undetermined),
            id => {
                let id: LocationId = id.parse().map_err(|_| ("from", "choose_one"))?;
                let known = choices.locations.iter().any(|(known, _)| *known == id);
                known.then_some(From::Location(id)).ok_or(("from", "choose_one"))
            }
        }
    }

    /// The address of this question with another place and platform.
    pub fn href(&self, from: From, platform: Platform) -> String {
        let path = routes::with(routes::WHAT_IF, "person", &self.person);
        let path = routes::with(&path, "app", &self.app);
        let path = routes::with(&path, "from", &place_value(from));
        let path = routes::with(&path, "platform", platform.as_str());
        if self.multifactor { routes::with(&path, "factor", "yes") } else { path }
    }

    /// The address of the same question asked from everywhere.
    pub fn matrix_href(&self) -> String {
        let platform = Platform::parse(&self.platform).unwrap_or(Platform::Undetermined);
        routes::with(&self.href(From::Elsewhere, platform), "view", "matrix")
    }
}

pub fn platforms() -> Vec<SelectOption> {
    Platform::ALL.iter().map(|one| SelectOption::new(one.as_str(), say::access::platform(*one))).collect()
}

pub fn view(typed: &Typed, choices: &Choices, problems: &[Problem]) -> impl IntoView + use<> {
    let problem = |field: &str| problems.iter().find(|problem| problem.field == field).map(say::problem);
    let applications = [SelectOption::new(LOBBY, "Lobby itself"), SelectOption::new(SECURITY, "Security information")]
        .into_iter()
        .chain(choices.applications.iter().map(|(id, name)| SelectOption::new(id, name.clone())))
        .collect();
    let places = [
        SelectOption::new(ELSEWHERE, "Elsewhere: in no named location"),
        SelectOption::new(UNDETERMINED, "Undetermined: nobody can tell"),
        SelectOption::new(ADDRESS, "The address below"),
        SelectOption::new(COUNTRY, "The country below"),
    ];
    let named = choices.locations.iter().map(|(id, name)| SelectOption::new(id, name.clone()));
    let places = places.into_iter().chain(named).collect();
    view! {
        <form class="form card" action=routes::WHAT_IF>
            <Field name="person" label="Person" value=typed.person.clone() kind="email" hint="Their e-mail address." problem=problem("person")/>
            <Select name="app" label="Opens" options=applications value=typed.app.clone() problem=problem("app")/>
            <Select name="from" label="From" options=places value=typed.from.clone() problem=problem("from")/>
            <Field name="address" label="Address" value=typed.address.clone() optional=true size="short" hint="Such as 192.0.2.7, where “The address below” is chosen." problem=problem("address")/>
            <Field name="country" label="Country" value=typed.country.clone() optional=true size="short" hint="Two letters, such as CH, where “The country below” is chosen." problem=problem("country")/>
            <Select name="platform" label="On" options=platforms() value=typed.platform.clone() problem=problem("platform")/>
            <Choice name="factor" label="With a second factor, used just now" value="yes" checked=typed.multifactor/>
            <div class="actions">
                <button class="button primary">"Ask the policies"</button>
                <button class="button" name="view" value="matrix">"Every platform and location"</button>
            </div>
        </form>
    }
}
