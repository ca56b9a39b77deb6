//! The figures as a table for people and as JSON for programs, and whether they are as good as they are meant to be.

use serde::Serialize;

use crate::load::Figures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Rate,
    Seconds,
    Milliseconds,
    Microseconds,
    MebiBytes,
    KibiBytes,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "requests/s",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::MebiBytes => "MiB",
            Self::KibiBytes => "KiB",
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One figure. Rates and times are those at 32 connections; `baseline` is the rate of the bare server in this run.
#[derive(Debug, Serialize)]
pub struct Row {
    name: &'static str,
    value: f64,
    unit: Unit,
    baseline: Option<f64>,
    ratio: Option<f64>,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// At one connection: rate, p50, p99. For people only.
    #[serde(skip)]
    alone: Option<(f64, f64, f64)>,
    #[serde(skip)]
    aim: Option<(String, bool)>,
}

impl Row {
    pub fn rate(name: &'static str, baseline: f64, one: &Figures, many: &Figures) -> Self {
        let value = many.rate();
        Self {
            name,
            value: rounded(value),
            unit: Unit::Rate,
            baseline: Some(rounded(baseline)),
            ratio: Some(rounded(value / baseline)),
            p50_ms: Some(many.percentile(0.5)),
            p99_ms: Some(many.percentile(0.99)),
            alone: Some((one.rate(), one.percentile(0.5), one.percentile(0.99))),
            aim: None,
        }
    }

    pub fn one(name: &'static str, value: f64, unit: Unit) -> Self {
        let value = rounded(value);
        Self { name, value, unit, baseline: None, ratio: None, p50_ms: None, p99_ms: None, alone: None, aim: None }
    }
}

/// To three places: what lies below is noise.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Says beside each row what is wanted of it, and whether it is so.
pub fn judge(rows: &mut [Row]) {
    let value = |name: &str| rows.iter().find(|row| row.name == name).map_or(f64::NAN, |row| row.value);
    let (apps, few_realms, launch) = (value("apps_page"), value("realm_lookup_5"), value("launch"));
    let alone = |name: &str| rows.iter().find(|row| row.name == name)?.alone.map(|(_, p50, _)| p50);
    let open = alone("apps_page_50").unwrap_or(f64::NAN);
    for row in rows {
        let most = |most: f64, said: &str| Some((format!("at most {said}"), row.value <= most));
        row.aim = match row.name {
            "apps_page" => Some(("0.2 of bare_select".to_owned(), row.ratio >= Some(0.2))),
            "apps_page_100k" => {
                let ratio = row.value / apps;
                Some((format!("0.9 of apps_page: {ratio:.2}"), ratio >= 0.9))
            }
            "apps_page_policies" => {
                let more = row.alone.map_or(f64::NAN, |(_, p50, _)| p50) - open;
                Some((format!("2 ms more than apps_page_50: {more:.2}"), more <= 2.0))
            }
            "launch_policies" => {
                let ratio = row.value / launch;
                Some((format!("0.6 of launch: {ratio:.2}"), ratio >= 0.6))
            }
            "realm_lookup_500" => {
                let ratio = row.value / few_realms;
                Some((format!("0.9 of realm_lookup_5: {ratio:.2}"), ratio >= 0.9))
            }
            "policy_evaluation" => most(50.0, "50 us"),
            "invite_10k" => most(5.0, "5 s"),
            "sign_in_log_filter" | "sign_in_log_filter_pg" => most(50.0, "50 ms"),
            "rss_idle" => most(40.0, "40 MiB"),
            "rss_load" => most(90.0, "90 MiB"),
            "cold_start" => most(150.0, "150 ms"),
            _ => None,
        };
    }
}

pub fn json(rows: &[Row]) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(rows)? + "\n")
}

pub fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("\n                               at 32 connections                     at 1 connection\n");
    let head = ["name", "value", "unit", "ratio", "p50 ms", "p99 ms", "value", "p50 ms", "p99 ms", "aim"];
    line(&mut text, head.map(str::to_owned));
    for row in rows {
        let places = if row.unit == Unit::Rate { 0 } else { 1 };
        let number =
            |value: Option<f64>, places: usize| value.map_or_else(String::new, |value| format!("{value:.places$}"));
        let met = |(aim, met): &(String, bool)| format!("{aim}{}", if *met { "" } else { "  MISSED" });
        line(
            &mut text,
            [
                row.name.to_owned(),
                number(Some(row.value), places),
                row.unit.as_str().to_owned(),
                number(row.ratio, 2),
                number(row.p50_ms, 2),
                number(row.p99_ms, 2),
                number(row.alone.map(|(rate, ..)| rate), 0),
                number(row.alone.map(|(_, p50, _)| p50), 2),
                number(row.alone.map(|(.., p99)| p99), 2),
                row.aim.as_ref().map_or_else(String::new, met),
            ],
        );
    }
    text
}

fn line(text: &mut String, cells: [String; 10]) {
    let [name, value, unit, ratio, p50, p99, alone, alone_p50, alone_p99, aim] = cells;
    let line = format!(
        "{name:<20}{value:>9} {unit:<10}{ratio:>6}{p50:>9}{p99:>9}   {alone:>9}{alone_p50:>9}{alone_p99:>9}   {aim}"
    );
    text.push_str(line.trim_end());
    text.push('\n');
}
