//! The page of a new policy, and that of one that is there.

use domain::access::{Policy, PolicyState, coverage};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::access::form::{Choices, PolicyForm, Template, choices};
use services::access::{policies, trials};
use services::{Stored, Viewer};

use super::deeds::{CreatePolicy, DuplicatePolicy, EditPolicy, SwitchPolicy};
use super::editor::{Form, editor};
use super::{did, state_badge, trial};
use crate::admin::{Edited, button, conflict, id as read, param, problems_of, whole};
use crate::routes;
use crate::say;
use crate::ssr::{draft_or, visit};
use crate::ui::{AdminFrame, Head, Hidden, Notice, Notices, Tone, page};

fn crumbs() -> Vec<(String, String)> {
    vec![(routes::POLICIES.to_owned(), "Access policies".to_owned())]
}

/// `template` fills the form.
#[component]
pub fn NewPolicyPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().policy_administrator()?;
        let choices = choices(&visit.services, &viewer.reader()?, None).await?;
        let template = visit.query.get("template").and_then(Template::parse);
        let fresh = template.map_or_else(PolicyForm::empty, |template| template.form(&choices));
        let draft = draft_or(&visit, fresh).await?;
        let problems = problems_of(&visit, vec![draft.whole()]).await?;
        let form =
            Form { action: CreatePolicy::PATH, of: None, send: "Create policy", cancel: routes::POLICIES.to_owned() };
        let editor = editor(form, &draft.typed, &draft.problems, &choices);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="New policy">
                <Head title="New policy" lead="Choose each underlined part." crumbs=crumbs()/>
                <Notices visit=visit.clone() problems=problems/>
                {editor}
            </AdminFrame>
        }
        .into_any())
    })
}

#[component]
pub fn PolicyPage() -> impl IntoView {
    let policy = param("policy");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let reader = viewer.clone().reader()?;
        let Stored { value: policy, version } = policies::get(&visit.services, &reader, read(&policy)?).await?;
        let choices = choices(&visit.services, &reader, Some(&policy)).await?;
        let kept = PolicyForm::of(&policy, &choices.names);
        let draft = draft_or(&visit, Edited { form: kept.clone(), version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::policy(policy.id));
        let waiting = trials::list(&visit.services, &reader).await?;
        let own: Vec<_> = waiting.into_iter().filter(|trial| trial.part_id == policy.id.to_string()).collect();
        let may = viewer.administers_policies();
        let banner = trial::banner(&visit, &own, may);
        let week = policies::week(&visit.services, &reader).await?;
        let did = did(week.get(&policy.id.to_string()).map_or(&[], Vec::as_slice)).into_any();
        let body = match may {
            true => {
                let version = Edited::version_to_send(&draft, version);
                let of = Some((policy.id.to_string(), version));
                let form =
                    Form { action: EditPolicy::PATH, of, send: "Save policy", cancel: routes::POLICIES.to_owned() };
                editor(form, &draft.typed.form, &draft.problems, &choices).into_any()
            }
            false => sentence(&kept, &choices).into_any(),
        };
        let (odd, actions) = (odd(&policy), actions(&viewer, &policy, version));
        let badge = state_badge(policy.state.as_str()).into_any();
        let name = policy.name.to_string();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone()>
                <Head title=name crumbs=crumbs() badge=badge>{actions}</Head>
                <Notices visit=visit.clone() problems=problems/>
                {banner}
                {conflict}
                {odd}
                {body}
                <section class="card">
                    <header><h2>"In the last 7 days"</h2></header>
                    <p>{did}</p>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}

/// For whoever may read it and not change it.
fn sentence(form: &PolicyForm, choices: &Choices) -> impl IntoView + use<> {
    view! { <section class="card"><p class="sentence">{say::policy::sentence(form, &choices.names)} "."</p></section> }
}

fn odd(policy: &Policy) -> Option<impl IntoView + use<>> {
    let condition = coverage::never_matches(policy).filter(|_| policy.state != PolicyState::Off)?;
    let said = match condition {
        domain::access::Mismatch::Users => "Everybody whom it is for is left out of it.",
        domain::access::Mismatch::Applications => "Every application that it is for is left out of it.",
        domain::access::Mismatch::Platforms => "Every platform that it is for is left out of it.",
        _ => "Every location that it is for is left out of it.",
    };
    Some(view! { <Notice tone=Tone::Caution><b>"It can never match"</b><p>{said}</p></Notice> })
}

/// One click each; the state is switched without the rest of the form.
fn actions(viewer: &Viewer, policy: &Policy, version: i64) -> impl IntoView + use<> {
    let to = if policy.state == PolicyState::On { PolicyState::Off } else { PolicyState::On };
    let said = if to == PolicyState::On { "Switch on" } else { "Switch off" };
    let (id, delete) = (policy.id.to_string(), routes::delete_policy(policy.id));
    let replay = routes::replay(policy.id);
    let changes = viewer.administers_policies().then(|| {
        view! {
            <form method="post" action=SwitchPolicy::PATH>
                <Hidden name="id" value=id.clone()/>
                <Hidden name="version" value=version.to_string()/>
                <Hidden name="state" value=to.as_str()/>
                <button class="button">{said}</button>
            </form>
            {button(DuplicatePolicy::PATH, id, "button quiet", "Duplicate")}
            <a class="button danger" href=delete>"Delete…"</a>
        }
    });
    view! { <a class="button quiet" href=replay>"Replay"</a> {changes} }
}
