//! Coverage: applications that no policy guards for guests, and policies that do nothing; each with what to do about it.

use domain::access::coverage::Oddity;
use domain::access::{Mismatch, PolicySet};
use domain::id::PolicyId;
use leptos::prelude::*;
use services::access::coverage::{Coverage, coverage};

use crate::routes;
use crate::say::number;
use crate::ssr::visit;
use crate::ui::{AdminFrame, Empty, Head, Icon, Notices, page};

#[component]
pub fn CoveragePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let reader = visit.viewer()?.reader()?;
        let found = coverage(&visit.services, &reader).await?;
        let set = visit.services.policies();
        let above = vec![(routes::POLICIES.to_owned(), "Access policies".to_owned())];
        let nothing = found.unguarded.is_empty() && found.oddities.is_empty() && found.never_matched.is_empty();
        let nothing = nothing.then(|| {
            view! { <Empty icon="check" title="Nothing to look into" text="Every application has a policy for guests, and every policy in force has done something."></Empty> }
        });
        let odd: Vec<AnyView> = found.oddities.iter().map(|oddity| odd(&set, *oddity)).collect();
        let odd = (!odd.is_empty()).then(|| section("Policies that cannot work as they stand", None, odd));
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Coverage">
                <Head title="Coverage" lead="What the policies that are on or report-only leave open, and which of them do nothing." crumbs=above/>
                <Notices visit=visit.clone()/>
                {nothing}
                {unguarded(&found)}
                {odd}
                {never(&set, &found)}
            </AdminFrame>
        }
        .into_any())
    })
}

fn section(title: &'static str, lead: Option<String>, rows: Vec<AnyView>) -> impl IntoView {
    view! {
        <section class="card">
            <header><h2>{title}</h2></header>
            {lead.map(|lead| view! { <p>{lead}</p> })}
            <ul class="rows">{rows}</ul>
        </section>
    }
}

fn row(href: String, name: String, said: String, action: Option<(String, &'static str)>) -> AnyView {
    let action = action.map(|(href, said)| view! { <a class="button small" href=href>{said}</a> });
    view! {
        <li>
            <Icon name="warning"/>
            <div><b><a href=href>{name}</a></b> <small>{said}</small></div>
            {action}
        </li>
    }
    .into_any()
}

fn unguarded(found: &Coverage) -> Option<impl IntoView + use<>> {
    let rows: Vec<AnyView> = found
        .unguarded
        .iter()
        .map(|(app, name)| {
            let said = "Guests open it from anywhere, on any device. Write a policy for guests, or report-only first.";
            row(routes::application(*app), name.clone(), said.to_owned(), None)
        })
        .collect();
    let rest = found.unguarded_count - found.unguarded.len();
    let count = |n: usize| number(i64::try_from(n).unwrap_or(i64::MAX));
    let lead = (rest > 0)
        .then(|| format!("The first {} by name; {} more are not shown.", count(found.unguarded.len()), count(rest)));
    (!rows.is_empty()).then(|| {
        view! {
            {section("Applications without a policy for guests", lead, rows)}
            <div class="actions"><a class="button primary" href=routes::NEW_POLICY>"Write a policy"</a></div>
        }
    })
}

fn name(set: &PolicySet, policy: PolicyId) -> String {
    set.entry(policy).map_or_else(|| "A policy".to_owned(), |entry| entry.name().to_owned())
}

fn odd(set: &PolicySet, oddity: Oddity) -> AnyView {
    let (policy, said, other) = match oddity {
        Oddity::NeverMatches { policy, because } => (policy, never_matches(because).to_owned(), None),
        Oddity::Undone { policy, blocked_by } => {
            let said = format!(
                "“{}” blocks everybody whom it matches, so what it asks for opens nothing. Leave somebody out of the block, or delete this one.",
                name(set, blocked_by)
            );
            (policy, said, Some((routes::policy(blocked_by), "The block")))
        }
        Oddity::Repeats { policy, repeats } => {
            let said = format!(
                "“{}” says the same of the same people and applications. Delete one of them.",
                name(set, repeats)
            );
            (policy, said, Some((routes::policy(repeats), "The other")))
        }
    };
    row(routes::policy(policy), name(set, policy), said, other)
}

fn never_matches(because: Mismatch) -> &'static str {
    match because {
        Mismatch::State => "It is off. Turn it on, or delete it.",
        Mismatch::Users => "It excludes everybody whom it includes. Change whom it is for.",
        Mismatch::Applications => "It excludes every application that it includes. Change where it holds.",
        Mismatch::Platforms => "It excludes every device platform that it includes. Change the platforms.",
        Mismatch::Locations => "It excludes every location that it includes. Change the locations.",
    }
}

fn never(set: &PolicySet, found: &Coverage) -> Option<impl IntoView + use<>> {
    let rows: Vec<AnyView> = found
        .never_matched
        .iter()
        .map(|policy| {
            let said = "It has not applied to anybody yet. Ask What-If whom it is for, or replay it; delete it if it is not needed.";
            row(routes::policy(*policy), name(set, *policy), said.to_owned(), Some((routes::replay(*policy), "Replay")))
        })
        .collect();
    (!rows.is_empty()).then(|| section("Policies that never matched", None, rows))
}
