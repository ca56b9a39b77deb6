//! The sign-in log: every sign-in and launch, with the facts of its moment.

use domain::event::SignInResult;
use domain::session::Platform;
use leptos::prelude::*;
use services::logs::{self, SignIn, SignInAsk, To, whom};
use services::{Count, Page};

use super::audit::{dates, exports, moment, more_filters, resolve_who, who_refused};
use crate::panel::account::platform;
use crate::routes;
use crate::ssr::{Visit, visit};
use crate::ui::{AdminFrame, Badge, Empty, FilterChip, Filters, Head, Notices, Pager, SortHead, Tone, list_ask, page};

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
        let user = match ask.user {
            Some(id) => whom::name(&visit.services, &reader, id).await?.or(Some(id.to_string())),
            None => None,
        };
        let applications = whom::applications(&visit.services, &reader).await?;
        let applications = std::iter::once((LOBBY.to_owned(), "Lobby itself".to_owned()))
            .chain(applications.into_iter().map(|(id, name)| (id.to_string(), name)))
            .collect();
        let chips = vec![
            FilterChip { name: "application", label: "Application", values: applications },
            FilterChip { name: "result", label: "Result", values: results() },
            FilterChip { name: "platform", label: "Platform", values: platforms() },
        ];
        let exports = exports(&visit, routes::SIGN_INS_CSV, routes::SIGN_INS_JSON);
        let more = more_filters(&visit, vec![("user", "Person", user)], "Person, by address");
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Sign-in log">
                <Head title="Sign-in log" lead="Every sign-in and every launch. Stopped by a rule is blocked; a sign-in that broke is failed.">{exports}</Head>
                <Notices visit=visit.clone() problems=who.err().into_iter().collect()/>
                <Filters visit=visit.clone() what="sign-in log" chips=chips no_search=true>{more}</Filters>
                {list(visit, found)}
            </AdminFrame>
        }
        .into_any())
    })
}

fn result_said(result: SignInResult) -> (Tone, &'static str) {
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

fn platforms() -> Vec<(String, String)> {
    let said = |one: Platform| match one {
        Platform::Unknown => "Unknown".to_owned(),
        Platform::Undetermined => "Undetermined".to_owned(),
        known => platform(known).to_owned(),
    };
    Platform::ALL.iter().map(|one| (one.as_str().to_owned(), said(*one))).collect()
}

fn list(visit: Visit, found: Page<SignIn>) -> AnyView {
    if found.items.is_empty() && found.count == Count::Exactly(0) {
        return view! {
            <Empty icon="sign-in" title="No sign-in fits" text="Nobody signed in or launched anything that fits these filters.">
                <a class="button" href=routes::SIGN_INS>"Show everything"</a>
            </Empty>
        }
        .into_any();
    }
    let rows = found.items.iter().map(|sign_in| row(&visit, sign_in)).collect_view();
    view! {
        <div class="table dense">
            <table>
                <caption class="hidden">"Sign-in log"</caption>
                <thead>
                    <tr>
                        <SortHead visit=visit.clone() name="time" label="Time" first=true descending=true/>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Application"</th>
                        <th scope="col">"Result"</th>
                        <th scope="col">"From"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager visit=visit count=found.count next=found.next previous=found.previous one="sign-in" many="sign-ins"/>
    }
    .into_any()
}

fn row(visit: &Visit, sign_in: &SignIn) -> impl IntoView + use<> {
    let (tone, text) = result_said(sign_in.result);
    let reason = sign_in.reason.as_deref().map(|code| view! { " " <small>{reason(code)}</small> });
    let to = sign_in.application.map_or_else(|| LOBBY.to_owned(), |app| app.to_string());
    let origin = sign_in.facts.as_ref().map(|facts| facts.origin.clone());
    let address =
        origin.as_ref().and_then(|origin| origin.address).map(|address| view! { <code>{address.to_string()}</code> });
    let client = origin.as_ref().map(|origin| {
        let client = if origin.client.is_empty() { "Unknown browser" } else { &origin.client };
        view! { " " <small>{format!("{client} on {}", platform(origin.platform))}</small> }
    });
    view! {
        <tr>
            <td data-label="Time">{moment(visit, sign_in.at)}</td>
            <td class="main">{details(visit, sign_in)}</td>
            <td data-label="Application">
                <a href=visit.query.with(&visit.path, "application", &to)>{sign_in.application_name.clone()}</a>
            </td>
            <td data-label="Result"><span><Badge tone text/> {reason}</span></td>
            <td data-label="From"><span>{address} {client}</span></td>
        </tr>
    }
}

/// Why a sign-in did not succeed; a code that has no words here is shown as it is.
fn reason(code: &str) -> String {
    crate::say::problem(&domain::problem::Problem::new("", code))
}

fn fact(name: &'static str, said: impl Into<String>) -> impl IntoView {
    view! { <div><dt>{name}</dt><dd>{said.into()}</dd></div> }
}

/// Every fact of the moment, as rules could have read it.
fn details(visit: &Visit, sign_in: &SignIn) -> impl IntoView + use<> {
    let facts = sign_in.facts.as_ref().map(|facts| {
        let origin = &facts.origin;
        let methods: Vec<&str> = facts.methods.iter().map(|method| crate::say::method(*method)).collect();
        let roles: Vec<&str> = facts.roles.iter().map(crate::say::role).collect();
        let who = if facts.user_type == domain::user::UserType::Guest { "Guest" } else { "Member" };
        let groups: Vec<String> = facts.groups.iter().map(ToString::to_string).collect();
        let hint = origin.platform_hint.clone().map(|hint| fact("Platform hint", hint));
        let groups = (!groups.is_empty()).then(|| fact("Groups", groups.join(", ")));
        let roles = (!roles.is_empty()).then(|| fact("Roles", roles.join(", ")));
        view! {
            {fact("Type", who)}
            {roles}
            {groups}
            {fact("Methods", methods.join(", "))}
            <div><dt>"Proved"</dt><dd>{moment(visit, facts.auth_time)}</dd></div>
            {fact("Platform", platform(origin.platform))}
            {fact("Browser", origin.client.clone())}
            {fact("User agent", origin.user_agent.clone())}
            {hint}
        }
    });
    let none = sign_in.facts.is_none().then(|| view! { <p class="muted">"The facts were erased with the person."</p> });
    let code = sign_in.reason.clone().map(|code| view! { <div><dt>"Reason"</dt><dd><code>{code}</code></dd></div> });
    view! {
        <details class="more">
            <summary>{sign_in.user_name.clone()}</summary>
            <p><a href=visit.query.with(&visit.path, "user", &sign_in.user.to_string())>"All sign-ins of this person"</a></p>
            {none}
            <dl class="facts">{facts}</dl>
            <dl class="small-print">
                {code}
                <div><dt>"Sign-in"</dt><dd><code>{sign_in.id.to_string()}</code></dd></div>
                <div><dt>"Request"</dt><dd><code>{sign_in.correlation.to_string()}</code></dd></div>
            </dl>
        </details>
    }
}
