//! The sign-in log: every sign-in and launch by any filters, and how many there were of each result by day.

mod attempt;
mod chart;

pub use attempt::SignInPage;

use domain::access::Country;
use domain::event::SignInResult;
use domain::session::Platform;
use leptos::prelude::*;
use services::logs::{self, Found, SignIn, SignInAsk, To, whom};
use services::{Reader, Verb};

use super::audit::{dates, exports, moment, more_filters, resolve_who, who_refused};
use crate::routes;
use crate::say;
use crate::ssr::{Visit, visit};
use crate::ui::{
    AdminFrame, Badge, Empty, FilterChip, Filters, Head, ListTable, Notice, Notices, Paging, SortHead, Tone, is_empty,
    list_ask, page,
};

/// Stands for Lobby itself among the applications.
const LOBBY: &str = "lobby";

/// Which sign-ins the address of a page or of an export asks for.
pub fn sign_in_ask(visit: &Visit) -> SignInAsk {
    let (since, until) = dates(visit);
    SignInAsk {
        user: visit.query.get("user").and_then(|id| id.parse().ok()),
        to: visit.query.get("application").and_then(|app| match app {
            LOBBY => Some(To::Lobby),
            id => id.parse().ok().map(To::Application),
        }),
        result: visit.query.get("result").and_then(SignInResult::parse),
        policy: visit.query.get("policy").and_then(|id| id.parse().ok()),
        country: visit.query.get("country").map(Country::read),
        platform: visit.query.get("platform").and_then(Platform::parse),
        since,
        until,
    }
}

#[component]
pub fn SignInsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let reader = visit.viewer()?.reader()?;
        let who = who_refused(resolve_who(&visit, &reader, "user").await)?;
        if let Ok(Some(page)) = &who {
            crate::ssr::redirect(page);
            return Ok(().into_any());
        }
        let ask = sign_in_ask(&visit);
        let found = logs::sign_ins(&visit.services, &reader, &ask, &list_ask(&visit)).await?;
        let days = logs::days(&visit.services, &reader).await?;
        let user = match ask.user {
            Some(id) => whom::name(&visit.services, &reader, id).await?.or(Some(id.to_string())),
            None => None,
        };
        let chips = chips(&visit, &reader).await?;
        let exports = exports(&visit, routes::SIGN_INS_CSV, routes::SIGN_INS_JSON);
        let more = more_filters(&visit, vec![("user", "Person", user)], "Person, by address");
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Sign-in log">
                <Head title="Sign-in log" lead="Every sign-in and every launch. Stopped by a rule is blocked; a sign-in that broke is failed.">{exports}</Head>
                <Notices visit=visit.clone() problems=who.err().into_iter().collect()/>
                {chart::by_day(&days)}
                <Filters visit=visit.clone() what="sign-in log" chips=chips no_search=true>{more}</Filters>
                {list(visit, found)}
            </AdminFrame>
        }
        .into_any())
    })
}

async fn chips(visit: &Visit, reader: &Reader) -> Verb<Vec<FilterChip>> {
    let applications = whom::applications(&visit.services, reader).await?;
    let applications = std::iter::once((LOBBY.to_owned(), "Lobby itself".to_owned()))
        .chain(applications.into_iter().map(|(id, name)| (id.to_string(), name)));
    let policies = whom::policies(&visit.services, reader).await?.into_iter().map(|policy| {
        let name = if policy.deleted { format!("{} (deleted)", policy.name) } else { policy.name };
        (policy.id, name)
    });
    let countries = whom::countries(&visit.services, reader).await?;
    let countries = countries.into_iter().map(|country| (country.word(), say::access::country(country)));
    let platforms =
        Platform::ALL.iter().map(|one| (one.as_str().to_owned(), say::access::platform(*one).to_owned())).collect();
    let mut chips = vec![
        FilterChip { name: "application", label: "Application", values: applications.collect() },
        FilterChip { name: "result", label: "Result", values: results() },
        FilterChip { name: "policy", label: "Policy", values: policies.collect() },
        FilterChip { name: "country", label: "Country", values: countries.collect() },
        FilterChip { name: "platform", label: "Platform", values: platforms },
    ];
    // What nothing can be chosen of is no filter, unless the address brought a value along.
    chips.retain(|chip| !chip.values.is_empty() || visit.query.get(chip.name).is_some());
    Ok(chips)
}

pub(super) fn result_said(result: SignInResult) -> (Tone, &'static str) {
    match result {
        SignInResult::Success => (Tone::Positive, "Success"),
        SignInResult::Blocked => (Tone::Critical, "Blocked"),
        SignInResult::Failed => (Tone::Caution, "Failed"),
        SignInResult::Interrupted => (Tone::Neutral, "Interrupted"),
    }
}

fn results() -> Vec<(String, String)> {
    SignInResult::ALL.iter().map(|result| (result.as_str().to_owned(), result_said(*result).1.to_owned())).collect()
}

fn list(visit: Visit, found: Found) -> AnyView {
    let Found { page: found, looked_to } = found;
    let looked = looked_to.map(|at| {
        let back = visit.zone().format(at, "%-d %b %Y, %H:%M");
        let sorted = visit.query.get("sort").is_some_and(|sort| sort.starts_with('-'));
        let way = if sorted { "on until" } else { "back to" };
        let further = found.next.as_ref().map(|cursor| {
            view! { <a class="button small" href=visit.query.with(&visit.path, "after", cursor)>"Look further"</a> }
        });
        view! {
            <Notice tone=Tone::Info>
                <p>{format!("So many sign-ins fit one of these filters that this page looked {way} {back} only.")}</p>
                <div class="actions">{further}</div>
            </Notice>
        }
    });
    if is_empty(&found) {
        let text = match looked.is_some() {
            true => "Nothing here fits these filters.",
            false => "Nobody signed in or launched anything that fits these filters.",
        };
        return view! {
            {looked}
            <Empty icon="sign-in" title="No sign-in fits" text=text>
                <a class="button" href=routes::SIGN_INS>"Show everything"</a>
            </Empty>
        }
        .into_any();
    }
    let rows = found.items.iter().map(|sign_in| row(&visit, sign_in)).collect_view().into_any();
    let (sort, paging) = (visit.clone(), Paging::of(&found));
    let under = looked.into_any();
    view! {
        <ListTable visit caption="Sign-in log" rows paging one="sign-in" many="sign-ins" dense=true under>
            <SortHead visit=sort name="time" label="Time" first=true descending=true/>
            <th scope="col">"Person"</th>
            <th scope="col">"Application"</th>
            <th scope="col">"Result"</th>
            <th scope="col">"From"</th>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, sign_in: &SignIn) -> impl IntoView + use<> {
    let (tone, text) = result_said(sign_in.result);
    let reason = sign_in.reason.as_deref().map(|code| view! { " " <small>{say::access::reason(code)}</small> });
    let to = sign_in.application.map_or_else(|| LOBBY.to_owned(), |app| app.to_string());
    let origin = sign_in.facts.as_ref().map(|facts| facts.origin.clone());
    let country = sign_in.facts.as_ref().map(|facts| facts.country);
    let country = country.filter(|country| *country != Country::Undetermined).map(|country| {
        view! { " " <small>{say::access::country(country)}</small> }
    });
    let address =
        origin.as_ref().and_then(|origin| origin.address).map(|address| view! { <code>{address.to_string()}</code> });
    let client = origin.as_ref().map(|origin| {
        let client = if origin.client.is_empty() { "Unknown browser" } else { &origin.client };
        view! { " " <small>{format!("{client} on {}", say::access::a_platform(origin.platform))}</small> }
    });
    view! {
        <tr>
            <td data-label="Time"><a href=routes::sign_in(sign_in.id)>{moment(visit, sign_in.at)}</a></td>
            <td class="main">
                <a href=visit.query.with(&visit.path, "user", &sign_in.user.to_string())>{sign_in.user_name.clone()}</a>
            </td>
            <td data-label="Application">
                <a href=visit.query.with(&visit.path, "application", &to)>{sign_in.application_name.clone()}</a>
            </td>
            <td data-label="Result"><span><Badge tone text/> {reason}</span></td>
            <td data-label="From"><span>{address} {country} {client}</span></td>
        </tr>
    }
}
