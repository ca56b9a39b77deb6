//! Sign-ins by day and result as bars, drawn on the server: told apart by pattern as well as by color, and the same numbers as a
//! table beside them.

use domain::event::SignInResult;
use domain::time::{Span, Timestamp, Zone};
use leptos::prelude::*;
use services::logs::{Day, Days, RESULTS};

use super::result_said;
use crate::say::number;

/// Bars that are still told apart; a longer time has several days in one.
const MOST_BARS: usize = 92;
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 132.0;
/// For the numbers beside the lines, and above them.
const LEFT: f64 = 44.0;
const TOP: f64 = 10.0;
/// For the days below.
const FOOT: f64 = 20.0;

/// One bar: its first day, its last, and how many there were.
struct Bar {
    first: i64,
    last: i64,
    amounts: [i64; 4],
}

impl Bar {
    fn of(days: &[Day]) -> Option<Self> {
        let amounts = std::array::from_fn(|at| days.iter().map(|day| day.amounts[at]).sum());
        Some(Self { first: days.first()?.day, last: days.last()?.day, amounts })
    }

    fn sum(&self) -> i64 {
        self.amounts.iter().sum()
    }

    fn name(&self) -> String {
        if self.first == self.last { day(self.first) } else { format!("{} to {}", day(self.first), day(self.last)) }
    }

    /// "12 Nov: 40 success, 2 blocked".
    fn said(&self) -> String {
        let parts = RESULTS.iter().zip(self.amounts).filter(|(_, amount)| *amount > 0);
        let parts: Vec<String> =
            parts.map(|(result, amount)| format!("{} {}", number(amount), word(*result).to_lowercase())).collect();
        let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
        format!("{}: {parts}", self.name())
    }
}

fn word(result: SignInResult) -> &'static str {
    result_said(result).1
}

fn day(day: i64) -> String {
    Zone::utc().format(Timestamp(Span::days(day).0), "%-d %b")
}

/// The chart, its legend and its table. Nothing where nobody ever came.
pub(super) fn by_day(days: &Days) -> Option<AnyView> {
    let at_once = days.0.len().div_ceil(MOST_BARS).max(1);
    let bars: Vec<Bar> = days.0.chunks(at_once).filter_map(Bar::of).collect();
    let sum: i64 = bars.iter().map(Bar::sum).sum();
    if sum == 0 {
        return None;
    }
    let legend = RESULTS.iter().map(|result| {
        let swatch = format!(
            r#"<svg class="swatch" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{}</svg>"#,
            filled(*result, 0.0, 0.0, 14.0, 14.0)
        );
        view! { <li><span inner_html=swatch></span> {word(*result)}</li> }
    });
    let legend = legend.collect_view();
    let rows = bars.iter().rev().map(|bar| {
        let cells = bar.amounts.map(|amount| view! { <td>{number(amount)}</td> });
        view! { <tr><th scope="row">{bar.name()}</th> {cells.into_iter().collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    let heads = RESULTS.map(|result| view! { <th scope="col">{word(result)}</th> }).into_iter().collect_view();
    let caption = format!("Sign-ins of the last {} days by day and result", days.0.len());
    Some(
        view! {
            <section class="chart" aria-label="Sign-ins by day">
                <div inner_html=drawn(&bars, sum)></div>
                <ul class="legend">{legend}</ul>
                <details class="more">
                    <summary>"The same as a table"</summary>
                    <div class="table dense">
                        <table>
                            <caption class="hidden">{caption}</caption>
                            <thead><tr><th scope="col">"Day"</th> {heads}</tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                </details>
            </section>
        }
        .into_any(),
    )
}

/// The drawing: numbers and words of our own alone, so there is nothing to escape.
fn drawn(bars: &[Bar], sum: i64) -> String {
    let most = ceiling(bars.iter().map(Bar::sum).max().unwrap_or(1));
    let (floor, right) = (TOP + HEIGHT, LEFT + WIDTH);
    let step = WIDTH / f64::from(u32::try_from(bars.len()).unwrap_or(1).max(1));
    let tall = |amount: i64| HEIGHT * share(amount, most);
    let mut svg = format!(
        r#"<svg viewBox="0 0 {} {}" role="img" aria-labelledby="days-title days-desc"><title id="days-title">Sign-ins by day and result</title><desc id="days-desc">{} sign-ins; the highest bar: {}. A table below has every number.</desc>{}"#,
        right + 4.0,
        floor + FOOT,
        number(sum),
        bars.iter().max_by_key(|bar| bar.sum()).map(Bar::said).unwrap_or_default(),
        patterns(),
    );
    for line in [most, most / 2, 0] {
        let y = floor - tall(line);
        svg += &format!(r#"<line class="grid" x1="{LEFT}" y1="{y:.1}" x2="{right}" y2="{y:.1}"/>"#);
        svg += &format!(r#"<text class="end" x="{}" y="{:.1}">{}</text>"#, LEFT - 6.0, y + 4.0, number(line));
    }
    let labelled = [0, bars.len() / 2, bars.len().saturating_sub(1)];
    let mut x = LEFT;
    for (at, bar) in bars.iter().enumerate() {
        svg += &format!("<g><title>{}</title>", bar.said());
        let mut y = floor;
        for (result, amount) in RESULTS.into_iter().zip(bar.amounts).filter(|(_, amount)| *amount > 0) {
            // One in a million is still to be seen.
            let height = tall(amount).max(1.0);
            y -= height;
            svg += &filled(result, x + step * 0.12, y, step * 0.76, height);
        }
        svg += "</g>";
        if labelled.contains(&at) {
            let class = if at == 0 {
                "start"
            } else if at + 1 == bars.len() {
                "end"
            } else {
                "middle"
            };
            let place = if at == 0 {
                x
            } else if at + 1 == bars.len() {
                right
            } else {
                x + step / 2.0
            };
            let under = floor + FOOT - 5.0;
            svg += &format!(r#"<text class="{class}" x="{place:.1}" y="{under}">{}</text>"#, day(bar.first));
        }
        x += step;
    }
    svg + "</svg>"
}

/// A box in the color of its result, with the pattern over it.
fn filled(result: SignInResult, x: f64, y: f64, width: f64, height: f64) -> String {
    let place = format!(r#"x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}""#);
    let name = result.as_str();
    let pattern = match result {
        SignInResult::Success => String::new(),
        _ => format!(r#"<rect {place} fill="url(#of-{name})"/>"#),
    };
    format!(r#"<rect class="{name}" {place}/>{pattern}"#)
}

/// Plain is success; dots, lines and strokes are the others.
fn patterns() -> &'static str {
    concat!(
        r#"<defs><pattern id="of-interrupted" width="4" height="4" patternUnits="userSpaceOnUse"><circle class="ink" cx="2" cy="2" r="0.9"/></pattern>"#,
        r#"<pattern id="of-failed" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="ink" width="4" height="1.3"/></pattern>"#,
        r#"<pattern id="of-blocked" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ink" width="2" height="5"/></pattern></defs>"#
    )
}

/// The next round number that is even: half of it is on the chart too.
fn ceiling(most: i64) -> i64 {
    let mut round = 2;
    while round < most {
        round =
            [2, 4, 6, 8].into_iter().map(|head| head * power(round)).find(|one| *one > round).unwrap_or(round * 5 / 4);
    }
    round
}

/// The power of ten below a number.
fn power(number: i64) -> i64 {
    let mut power = 1;
    while power * 10 <= number {
        power *= 10;
    }
    power
}

#[allow(clippy::cast_precision_loss, reason = "a drawing has fewer points than a number has digits")]
fn share(amount: i64, of: i64) -> f64 {
    amount as f64 / of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day_of(day: i64, amounts: [i64; 4]) -> Day {
        Day { day, amounts }
    }

    #[test]
    fn the_scale_ends_at_a_round_number_that_halves() {
        for (most, scale) in
            [(0, 2), (1, 2), (2, 2), (3, 4), (7, 8), (9, 10), (11, 20), (41, 60), (101, 200), (801, 1000)]
        {
            assert_eq!(ceiling(most), scale, "{most}");
        }
    }

    #[test]
    fn a_bar_says_its_day_and_its_numbers_and_blocked_has_a_pattern() {
        let bars: Vec<Bar> =
            [day_of(20_000, [40, 0, 0, 2]), day_of(20_001, [0; 4])].chunks(1).filter_map(Bar::of).collect();
        assert_eq!(bars[0].said(), "4 Oct: 40 success, 2 blocked");
        assert_eq!(bars[1].said(), "5 Oct: none");
        let svg = drawn(&bars, 42);
        assert!(svg.contains("<title>4 Oct: 40 success, 2 blocked</title>"));
        assert_eq!(svg.matches("url(#of-blocked)").count(), 1);
        assert!(!svg.contains("style="), "the browser would refuse it");
    }
}
