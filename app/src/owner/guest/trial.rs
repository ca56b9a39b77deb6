//! What-If for an owner: one of the applications that the group opens, for this guest, from a named location or from
//! where they came last. Only the outcome and the kind of condition is told.

use domain::access::why::Why;
use domain::access::{Demand, Outcome};
use domain::id::{AppId, LocationId};
use domain::problem::Problem;
use domain::session::Platform;
use leptos::prelude::*;
use services::access::whatif;
use services::groups::Guest;
use services::{OwnerOf, Refusal, Verb};

use crate::routes;
use crate::say;
use crate::ssr::Visit;
use crate::ui::{Notice, Select, SelectOption, Tone};

/// Stands for what was so at the guest's last attempt.
const LAST: &str = "last";

/// "An access policy stops this on Windows from this place."
pub fn stopped(why: &[Why]) -> String {
    let mut conditions: Vec<String> = why.iter().map(say::access::condition_of).collect();
    conditions.dedup();
    format!("An access policy stops this {}.", conditions.join(", and "))
}

/// "It asks for a second factor."
pub fn asked(demand: &Demand) -> String {
    format!("It asks for {}.", say::access::demand_of(demand))
}

pub async fn section(visit: &Visit, owner: &OwnerOf<domain::group::Group>, guest: &Guest) -> Verb<Option<AnyView>> {
    if guest.opens.is_empty() {
        return Ok(None);
    }
    let get = |name: &str| visit.query.get(name).unwrap_or_default().to_owned();
    let (app, from, platform) = (get("app"), get("from"), get("platform"));
    let places = whatif::places(&visit.services, owner);
    let answer = match app.is_empty() {
        true => None,
        false => Some(answer(visit, owner, guest, &app, &from, &platform).await?),
    };
    let problem = match &answer {
        Some(Err(problem)) => Some(problem.clone()),
        _ => None,
    };
    let beside = |field: &str| problem.as_ref().filter(|problem| problem.field == field).map(say::problem);
    let said = answer.and_then(Result::ok).map(|(tone, said)| view! { <Notice tone=tone>{said}</Notice> });
    let last = |said: &str| std::iter::once(SelectOption::new(LAST, said));
    let applications = guest.opens.iter().map(|opened| SelectOption::new(opened.id, opened.name.clone())).collect();
    let places = places.into_iter().map(|(id, name)| SelectOption::new(id, name));
    let places = last("Where they came from last").chain(places).collect();
    let platforms = Platform::ALL.iter().map(|one| SelectOption::new(one.as_str(), say::access::platform(*one)));
    let platforms = last("What they used last").chain(platforms).collect();
    Ok(Some(
        view! {
            <section class="card" id="what-if">
                <header><h2>"Would it open?"</h2></header>
                {said}
                <form class="form" action=format!("{}#what-if", routes::guest(owner.group().id, guest.user.id))>
                    <Select name="app" label="Application" options=applications value=app problem=beside("app")/>
                    <Select name="from" label="From" options=places value=from problem=beside("from")/>
                    <Select name="platform" label="On" options=platforms value=platform problem=beside("platform")/>
                    <div class="actions"><button class="button">"Ask the policies"</button></div>
                </form>
            </section>
        }
        .into_any(),
    ))
}

type Said = Result<(Tone, String), Problem>;

async fn answer(
    visit: &Visit,
    owner: &OwnerOf<domain::group::Group>,
    guest: &Guest,
    app: &str,
    from: &str,
    platform: &str,
) -> Verb<Said> {
    let wrong = |field: &str| Ok(Err(Problem::new(field, "choose_one")));
    let opened = guest.opens.iter().find(|opened| app.parse::<AppId>().is_ok_and(|app| app == opened.id));
    let Some(opened) = opened else { return wrong("app") };
    let place = match from {
        "" | LAST => None,
        id => match id.parse::<LocationId>() {
            Ok(id) if visit.services.policies().locations.contains_key(&id) => Some(id),
            _ => return wrong("from"),
        },
    };
    let device = match platform {
        "" | LAST => None,
        word => match Platform::parse(word) {
            Some(platform) => Some(platform),
            None => return wrong("platform"),
        },
    };
    let told = whatif::ask_as_owner(&visit.services, owner, guest.user.id, opened.id, place, device).await;
    let told = match told {
        Err(Refusal::Invalid(problems)) => match problems.into_iter().next() {
            Some(problem) => return Ok(Err(problem)),
            None => return wrong("from"),
        },
        told => told?,
    };
    let on = say::access::platform(told.platform);
    Ok(Ok(match &told.outcome {
        Outcome::Granted => (Tone::Positive, format!("{} opens for them, on {on}.", opened.name)),
        Outcome::Demanded(demand) => {
            (Tone::Caution, format!("{} asks for more, on {on}. {}", opened.name, asked(demand)))
        }
        Outcome::Blocked => (Tone::Critical, format!("{} is blocked, on {on}. {}", opened.name, stopped(&told.why))),
    }))
}
