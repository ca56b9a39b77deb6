//! The banner of the changes that wait: kept for good by whoever still comes in, or taken back.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::access::rows::Trial;

use super::deeds::{ConfirmChange, TakeBackChange};
use crate::admin::button;
use crate::ssr::Visit;
use crate::ui::{Notice, Tone};

/// "12 minutes left".
pub(super) fn left(visit: &Visit, trial: &Trial) -> String {
    match (trial.due_at - visit.now().0 + 59_999) / 60_000 {
        minutes if minutes <= 0 => "taken back any moment".to_owned(),
        1 => "1 minute left".to_owned(),
        minutes => format!("{minutes} minutes left"),
    }
}

pub(in crate::admin) fn banner(visit: &Visit, trials: &[Trial], may: bool) -> Option<impl IntoView + use<>> {
    let rows = trials
        .iter()
        .map(|trial| {
            let said = format!("The change to “{}” bears on Lobby itself: {}.", trial.name, left(visit, trial));
            let buttons = may.then(|| {
                view! {
                    <div class="actions">
                        {button(ConfirmChange::PATH, &trial.part_id, "button small primary", "Confirm")}
                        {button(TakeBackChange::PATH, &trial.part_id, "button small", "Take back")}
                    </div>
                }
            });
            view! { <p>{said}</p> {buttons} }
        })
        .collect_view();
    (!trials.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Caution>
                <b>"A change waits to be confirmed"</b>
                {rows}
                <p>"If nobody confirms it in time, what stood before stands again, so that no mistake keeps everybody out."</p>
            </Notice>
        }
    })
}
