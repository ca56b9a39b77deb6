//! Every platform from every location at once, for one person and one application: each cell leads to its own answer.

use leptos::prelude::*;
use services::access::whatif::{From, Row};

use super::answer::tone;
use super::form::{Choices, Typed, target};
use crate::say;
use crate::ssr::Visit;
use crate::ui::Badge;

pub fn view(visit: &Visit, typed: &Typed, choices: &Choices, places: &[From], rows: &[Row]) -> impl IntoView + use<> {
    let name = target(&typed.app).map(|target| choices.application(target)).unwrap_or_default();
    let factor = if typed.multifactor { "with a second factor used just now" } else { "without a second factor" };
    let said = format!("{name}, for {}, {factor}", typed.person);
    let names: Vec<String> = places.iter().map(|place| choices.place(*place)).collect();
    let head = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let body = rows
        .iter()
        .map(|row| {
            let cells = places.iter().zip(&names).zip(&row.asked).map(|((place, label), asked)| {
                let outcome = asked.outcome();
                view! {
                    <td data-label=label.clone()>
                        <a href=typed.href(*place, row.platform)>
                            <Badge tone=tone(outcome) text=say::access::outcome(outcome)/>
                        </a>
                    </td>
                }
            });
            let cells = cells.collect_view();
            view! { <tr><th scope="row">{say::access::platform(row.platform)}</th>{cells}</tr> }
        })
        .collect_view();
    let countries = (!visit.services.countries.has_data()).then(
        || view! { <p class="muted">"There are no country data on this server, so addresses have no country."</p> },
    );
    view! {
        <h2>"Every platform and location"</h2>
        {countries}
        <div class="table dense matrix">
            <table>
                <caption class="hidden">{said}</caption>
                <thead><tr><th scope="col">"Platform"</th>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}
