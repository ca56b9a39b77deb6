//! One attempt of the sign-in log: its facts, why it came out as it did, and what every policy said of it.

use domain::access::{Judgment, Mismatch, Outcome};
use domain::session::{Origin, Platform};
use domain::user::UserType;
use leptos::prelude::*;
use services::logs::{self, Applied, Detail, Judged, SignIn};

use super::super::audit::moment;
use super::super::{id, param};
use super::{LOBBY, result_said};
use crate::routes;
use crate::say;
use crate::ssr::{Visit, visit};
use crate::ui::{AdminFrame, Badge, Head, Tone, page};

#[component]
pub fn SignInPage() -> impl IntoView {
    let sign_in = param("sign_in");
    page(async move {
        let visit = visit()?;
        let reader = visit.viewer()?.reader()?;
        let detail = logs::sign_in(&visit.services, &reader, id(&sign_in)?).await?;
        let sign_in = &detail.sign_in;
        let (tone, said) = result_said(sign_in.result);
        let title = format!("{} in {}", sign_in.user_name, sign_in.application_name);
        let why = sign_in.reason.as_deref().map(|code| view! { <p>{say::access::reason(code)}</p> });
        let what_if = what_if(sign_in);
        let (facts, policies, print) = (facts(&visit, sign_in), policies(&detail), small_print(sign_in));
        let at = moment(&visit, sign_in.at);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Sign-in log">
                <Head title=title crumbs=vec![(routes::SIGN_INS.to_owned(), "Sign-in log".to_owned())]>{what_if}</Head>
                <section class="card">
                    <p><Badge tone text=said/> " " {at}</p>
                    {why}
                </section>
                <section class="card"><h2>"What was known"</h2>{facts}</section>
                {policies}
                {print}
            </AdminFrame>
        }
        .into_any())
    })
}

/// Asks the policies as they are now about the same person from the same place.
fn what_if(sign_in: &SignIn) -> impl IntoView + use<> {
    let app = sign_in.application.map_or_else(|| LOBBY.to_owned(), |app| app.to_string());
    let mut href = routes::with(routes::WHAT_IF, "person", &sign_in.user.to_string());
    href = routes::with(&href, "app", &app);
    if let Some(facts) = &sign_in.facts {
        if let Some(address) = facts.origin.address {
            href = routes::with(&href, "address", &address.to_string());
        }
        href = routes::with(&href, "platform", facts.origin.platform.as_str());
    }
    view! { <a class="button" href=href>"Ask what would happen now"</a> }
}

fn fact(name: &'static str, said: impl Into<String>) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{said.into()}</dd></div> }.into_any()
}

/// What the platform was told by.
fn read_from(origin: &Origin) -> String {
    match (&origin.platform_hint, origin.platform) {
        (Some(hint), Platform::Undetermined) => {
            format!("The browser says {hint}, and its user agent says something else or nothing.")
        }
        (Some(hint), _) => format!("From what the browser says of itself ({hint}) and its user agent."),
        (None, Platform::Undetermined) => "There was no user agent that tells.".to_owned(),
        (None, _) => "From the user agent.".to_owned(),
    }
}

fn facts(visit: &Visit, sign_in: &SignIn) -> AnyView {
    let Some(facts) = &sign_in.facts else {
        return view! { <p class="muted">"The facts were erased with the person."</p> }.into_any();
    };
    let origin = &facts.origin;
    let methods: Vec<&str> = facts.methods.iter().map(|method| say::method(*method)).collect();
    let roles: Vec<&str> = facts.roles.iter().map(say::role).collect();
    let kind = if facts.user_type == UserType::Guest { "Guest" } else { "Member" };
    let who = if roles.is_empty() { kind.to_owned() } else { format!("{kind}: {}", roles.join(", ")) };
    let groups: Vec<String> = facts.groups.iter().map(ToString::to_string).collect();
    let groups = (!groups.is_empty()).then(|| fact("Groups, by id", groups.join(", ")));
    let address = origin.address.map_or_else(|| "Undetermined".to_owned(), |address| address.to_string());
    let client = if origin.client.is_empty() { "Unknown".to_owned() } else { origin.client.clone() };
    let proved = facts.auth_time.after_epoch();
    let age = |at: domain::time::Timestamp| {
        let minutes = (sign_in.at - at).0.max(0) / 60_000;
        match minutes {
            0 => " just before".to_owned(),
            1..120 => format!(" {minutes} minutes before"),
            _ => format!(" {} hours before", minutes / 60),
        }
    };
    let second = facts.multifactor_at.map(|at| {
        let known = at.after_epoch().map(|at| view! { {moment(visit, at)} {age(at)} });
        let unknown = known.is_none().then_some("Used; the provider did not say when");
        view! { <div><dt>"Second factor"</dt><dd>{known} {unknown}</dd></div> }
    });
    let second = second.map_or_else(|| fact("Second factor", "None"), IntoAny::into_any);
    let never = proved.is_none().then_some("Nobody said when");
    let proved = proved.map(|at| view! { {moment(visit, at)} {age(at)} });
    view! {
        <dl class="facts">
            <div>
                <dt>"Person"</dt>
                <dd>
                    <a href=routes::with(routes::SIGN_INS, "user", &sign_in.user.to_string())>{sign_in.user_name.clone()}</a>
                    " " <small>{who}</small>
                </dd>
            </div>
            {fact("Application", sign_in.application_name.clone())}
            {fact("Address", address)}
            {fact("Country", say::access::country(facts.country))}
            <div>
                <dt>"Device platform"</dt>
                <dd>{say::access::platform(origin.platform)} " " <small>{read_from(origin)}</small></dd>
            </div>
            {fact("Browser", client)}
            {fact("User agent", if origin.user_agent.is_empty() { "None" } else { &origin.user_agent })}
            {fact("Methods", methods.join(", "))}
            <div><dt>"Proved"</dt><dd>{proved} {never}</dd></div>
            {second}
            {groups}
        </dl>
    }
    .into_any()
}

/// What every policy said: those in force first, report-only apart, and those that did not apply out of the way.
fn policies(detail: &Detail) -> AnyView {
    if detail.outcome.is_none() {
        return kept(detail);
    }
    let applied = |judged: &&Judged| !matches!(judged.judgment, Judgment::NotApplied(_));
    let (in_force, report_only): (Vec<&Judged>, Vec<&Judged>) =
        detail.judged.iter().filter(applied).partition(|judged| !judged.report_only);
    let others: Vec<&Judged> = detail.judged.iter().filter(|judged| !applied(judged)).collect();
    let none = in_force.is_empty().then(|| view! { <p class="muted">"No access policy applied."</p> });
    let outcome = detail.outcome.as_ref().map(outcome_said);
    let count = others.len();
    let said = if count == 1 { "1 policy did not apply".to_owned() } else { format!("{count} policies did not apply") };
    let others = (count > 0).then(|| {
        let rows = others.iter().map(|judged| not_applied(judged)).collect_view();
        view! { <details class="more"><summary>{said}</summary><ul class="rows">{rows}</ul></details> }
    });
    let rows = |list: &[&Judged]| list.iter().map(|judged| said_by(judged)).collect_view();
    let reported = (!report_only.is_empty()).then(|| {
        view! {
            <h3>"Report-only"</h3>
            <p class="muted">"Nothing followed from what these said."</p>
            <ul class="rows">{rows(&report_only)}</ul>
        }
    });
    view! {
        <section class="card">
            <h2>"Access policies, as they stood then"</h2>
            {outcome}
            {none}
            <ul class="rows">{rows(&in_force)}</ul>
            {reported}
            {others}
        </section>
    }
    .into_any()
}

/// Where it cannot be judged again: what was written down.
fn kept(detail: &Detail) -> AnyView {
    if detail.kept.is_empty() {
        return view! { <section class="card"><h2>"Access policies"</h2><p class="muted">"None was asked."</p></section> }
            .into_any();
    }
    let row = |(name, applied): &(String, Applied)| {
        let said = say::access::result(applied.result, applied.report_only);
        view! { <li><div><b>{name.clone()}</b></div> <Badge text=said/></li> }
    };
    let rows = detail.kept.iter().map(row).collect_view();
    view! { <section class="card"><h2>"Access policies"</h2><ul class="rows">{rows}</ul></section> }.into_any()
}

fn outcome_said(outcome: &Outcome) -> AnyView {
    let text = match outcome {
        Outcome::Granted => "Together they let the person in.".to_owned(),
        Outcome::Blocked => "Together they blocked the person.".to_owned(),
        Outcome::Demanded(demand) => format!("Together they asked for {}.", say::access::demand_of(demand)),
    };
    view! { <p>{text}</p> }.into_any()
}

fn name(judged: &Judged) -> AnyView {
    let deleted = judged.deleted.then_some(" (deleted since)");
    match judged.deleted {
        true => view! { <b>{judged.name.clone()}</b> <small>{deleted}</small> }.into_any(),
        false => view! { <b><a href=routes::policy(judged.policy)>{judged.name.clone()}</a></b> }.into_any(),
    }
}

fn said_by(judged: &Judged) -> impl IntoView + use<> {
    let said = say::access::result(judged.judgment.result(), judged.report_only);
    let tone = match (&judged.judgment, judged.report_only) {
        (Judgment::Blocks, false) => Tone::Critical,
        (Judgment::Demands(_), false) => Tone::Caution,
        (Judgment::Satisfied, false) => Tone::Positive,
        _ => Tone::Neutral,
    };
    let more = match &judged.judgment {
        Judgment::Demands(demand) => {
            Some(view! { <small>{format!("Wanted {}.", say::access::demand_of(demand))}</small> })
        }
        _ => None,
    };
    view! { <li><div>{name(judged)} {more}</div> <Badge tone text=said/></li> }
}

/// With the first condition that did not match.
fn not_applied(judged: &Judged) -> impl IntoView + use<> {
    let why = match judged.judgment {
        Judgment::NotApplied(mismatch) => mismatch,
        _ => Mismatch::State,
    };
    view! { <li><div>{name(judged)} <small>{say::access::mismatch(why)}</small></div></li> }
}

fn small_print(sign_in: &SignIn) -> impl IntoView + use<> {
    let code = sign_in.reason.clone().map(|code| view! { <div><dt>"Reason"</dt><dd><code>{code}</code></dd></div> });
    view! {
        <dl class="small-print">
            {code}
            <div><dt>"Sign-in"</dt><dd><code>{sign_in.id.to_string()}</code></dd></div>
            <div><dt>"Request"</dt><dd><code>{sign_in.correlation.to_string()}</code></dd></div>
            <div><dt>"Policy set"</dt><dd><code>{sign_in.set_version}</code></dd></div>
        </dl>
    }
}
