//! What stands in the place of a page that cannot be shown: what happened, why, what to do, and the small print.

use leptos::prelude::*;
use services::{Denied, Refusal};

use crate::routes;
use crate::ssr::{Visit, as_problem};
use crate::ui::{DoorFrame, Icon, PanelFrame};

pub fn view(visit: &Visit, refusal: &Refusal) -> impl IntoView + use<> {
    let (title, icon) = match refusal {
        Refusal::Denied(Denied::NotFound) => ("Nothing is here", "search"),
        Refusal::Denied(Denied::Forbidden) => ("You may not see this page", "block"),
        Refusal::Redeem(_) => ("This invitation cannot be opened", "letter"),
        Refusal::TooMany { .. } => ("Too often", "clock"),
        Refusal::Broken(_) => ("Something failed here", "warning"),
        _ => ("This cannot be shown", "warning"),
    };
    let text = crate::say::problem(&as_problem(visit, refusal));
    let at = visit.zone().format(visit.now(), "%-d %B %Y, %H:%M:%S %Z");
    let small = view! {
        <dl class="small-print">
            <div><dt>"Request"</dt><dd><code>{visit.correlation.to_string()}</code></dd></div>
            <div><dt>"Time"</dt><dd>{at}</dd></div>
        </dl>
    };
    if visit.viewer.is_some() {
        view! {
            <PanelFrame visit=visit.clone() name=title narrow=true class="problem">
                <Icon name=icon/>
                <h1>{title}</h1>
                <p class="lead">{text}</p>
                <div class="actions"><a class="button primary" href=routes::APPS>"Go to your apps"</a></div>
                {small}
            </PanelFrame>
        }
        .into_any()
    } else {
        view! {
            <DoorFrame visit=visit.clone() name=title class="problem">
                <Icon name=icon/>
                <h1>{title}</h1>
                <p class="lead">{text}</p>
                <div class="actions">
                    <a class="button primary" href=routes::SIGN_IN>"Sign in"</a>
                    <a class="button" href=routes::LOST>"Lost an invitation?"</a>
                </div>
                {small}
            </DoorFrame>
        }
        .into_any()
    }
}
