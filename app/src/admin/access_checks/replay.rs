//! Replay: what a saved policy would have done to the attempts of the last 30 days, whatever its state.

use domain::access::{Policy, PolicyState};
use domain::id::PolicyId;
use leptos::prelude::*;
use services::access::policies;
use services::access::replay::{Replayed, Stopped, replay};

use super::super::audit::moment;
use super::super::{id, param};
use crate::routes;
use crate::say::{self, number};
use crate::ssr::{Visit, visit};
use crate::ui::{AdminFrame, Badge, Empty, Head, Notice, Notices, Tone, page};

#[component]
pub fn ReplayPage() -> impl IntoView {
    let policy = param("policy");
    page(async move {
        let visit = visit()?;
        let reader = visit.viewer()?.reader()?;
        let policy = policies::get(&visit.services, &reader, id::<PolicyId>(&policy)?).await?.value;
        let told = replay(&visit.services, &reader, policy.clone()).await?;
        Ok(whole(&visit, &policy, &told).into_any())
    })
}

fn counted(n: usize) -> String {
    number(i64::try_from(n).unwrap_or(i64::MAX))
}

fn whole(visit: &Visit, policy: &Policy, told: &Replayed) -> impl IntoView + use<> {
    let title = format!("Replay of {}", policy.name);
    let above = vec![
        (routes::POLICIES.to_owned(), "Access policies".to_owned()),
        (routes::policy(policy.id), policy.name.to_string()),
    ];
    let unfinished = Policy { state: PolicyState::On, ..policy.clone() }.problems();
    let unfinished: Vec<String> = unfinished.iter().map(say::problem).collect();
    let unfinished = (!unfinished.is_empty()).then(|| {
        let said = format!("The policy is not finished, so it may match nobody. {}", unfinished.join(" "));
        view! { <Notice tone=Tone::Caution>{said}</Notice> }
    });
    let lead = "What this policy, were it on, would have said of the attempts of the last 30 days. Nothing is changed.";
    let state = say::access::state(policy.state);
    let (counts, people, noticed) = (counts(visit, told), people(visit, told), visit.clone());
    view! {
        <AdminFrame visit=visit.clone() name=title.clone()>
            <Head title=title lead=lead crumbs=above badge=view! { <Badge text=state/> }.into_any()/>
            <Notices visit=noticed/>
            {unfinished}
            {counts}
            {people}
        </AdminFrame>
    }
}

fn counts(visit: &Visit, told: &Replayed) -> impl IntoView + use<> {
    let cut = told.cut.then(|| {
        let said = format!(
            "Only the newest {} attempts were looked at. There are older ones within the 30 days.",
            counted(told.attempts)
        );
        view! { <Notice tone=Tone::Caution>{said}</Notice> }
    });
    let since = told.since.map(|since| moment(visit, since));
    view! {
        {cut}
        <section class="card">
            <header><h2>"What it would have done"</h2></header>
            <dl class="facts">
                <div><dt>"Attempts looked at"</dt><dd>{counted(told.attempts)} <small>"since " {since}</small></dd></div>
                <div><dt>"Applied"</dt><dd>{counted(told.applied)}</dd></div>
                <div><dt>"Blocked"</dt><dd>{counted(told.blocked)}</dd></div>
                <div><dt>"Asked for more"</dt><dd>{counted(told.asked)}</dd></div>
                <div><dt>"People stopped"</dt><dd>{counted(told.people_count)}</dd></div>
            </dl>
            <p class="muted">"Attempts of people who were erased have no facts left and are not counted."</p>
        </section>
    }
}

fn people(visit: &Visit, told: &Replayed) -> AnyView {
    if told.people.is_empty() {
        let text = "Nobody who came in the last 30 days would have been blocked or asked for more.";
        return view! { <Empty icon="check" title="Nobody stopped" text=text></Empty> }.into_any();
    }
    let rest = told.people_count - told.people.len();
    let rest = (rest > 0).then(|| {
        let said = format!(
            "The {} who were stopped most often are shown; {} more are not.",
            counted(told.people.len()),
            counted(rest)
        );
        view! { <p class="muted">{said}</p> }
    });
    let rows = told.people.iter().map(|one| row(visit, one)).collect_view();
    view! {
        <h2>"Who would have been stopped"</h2>
        {rest}
        <div class="table dense">
            <table>
                <caption class="hidden">"Who would have been stopped"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col" class="number">"Blocked"</th>
                        <th scope="col" class="number">"Asked for more"</th>
                        <th scope="col">"Last such attempt"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(visit: &Visit, one: &Stopped) -> impl IntoView + use<> {
    let all = routes::with(routes::SIGN_INS, "user", &one.user.to_string());
    view! {
        <tr>
            <th scope="row"><a href=all>{one.name.clone()}</a></th>
            <td class="number" data-label="Blocked">{counted(one.blocked)}</td>
            <td class="number" data-label="Asked for more">{counted(one.asked)}</td>
            <td data-label="Last such attempt">
                <span>
                    <a href=routes::sign_in(one.last)>{moment(visit, one.last_at)}</a>
                    " "
                    <small>{one.last_application.clone()}</small>
                </span>
            </td>
        </tr>
    }
}
