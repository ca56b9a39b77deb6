//! What an audit event says changed: old and new value, field by field, with people by their names.

use std::collections::BTreeMap;

use domain::id::UserId;
use domain::time::Timestamp;
use leptos::prelude::*;
use serde_json::Value;

use crate::ssr::Visit;

/// Fields on the way from one value to another.
type Fields = BTreeMap<String, String>;

/// One line for each field that differs; nothing where the event carries no values.
pub fn changes(
    visit: &Visit,
    old: Option<&str>,
    new: Option<&str>,
    about: &[(UserId, String)],
) -> Option<impl IntoView + use<>> {
    let (old, new) = (fields(visit, old, about), fields(visit, new, about));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let rows: Vec<_> = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| {
            let label = if name.is_empty() { "Value".to_owned() } else { name.replace('_', " ") };
            let before = old.get(name).cloned().map(|text| view! { <del>{text}</del> " " });
            let after = new.get(name).cloned().map(|text| view! { <ins>{text}</ins> });
            view! { <div><dt>{label}</dt><dd>{before} {after}</dd></div> }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <dl class="facts">{rows}</dl> })
}

fn fields(visit: &Visit, json: Option<&str>, about: &[(UserId, String)]) -> Fields {
    let mut fields = Fields::new();
    if let Some(value) = json.and_then(|json| serde_json::from_str(json).ok()) {
        flatten(&value, String::new(), &mut fields, &|name, value| said(visit, about, name, value));
    }
    fields
}

/// Objects become fields with their path as the name, lists of plain values one line.
fn flatten(value: &Value, name: String, into: &mut Fields, said: &dyn Fn(&str, &Value) -> String) {
    match value {
        Value::Null => {}
        Value::Object(map) => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name} {key}") };
                flatten(value, name, into, said);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| said(&name, item)).collect();
            into.insert(name, if items.is_empty() { "none".to_owned() } else { items.join(", ") });
        }
        plain => {
            into.insert(name.clone(), said(&name, plain));
        }
    }
}

fn said(visit: &Visit, about: &[(UserId, String)], name: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => person(about, text).unwrap_or_else(|| text.clone()),
        Value::Number(number) => {
            // Moments are stored as milliseconds under names such as `ends_at`.
            let moment = number
                .as_i64()
                .filter(|_| name.ends_with("_at") || name.ends_with(" at") || name == "at" || name.ends_with("since"));
            match moment {
                Some(at) if at >= Timestamp::NEVER.0 => "never".to_owned(),
                Some(at) => visit.zone().format(Timestamp(at), "%-d %b %Y, %H:%M"),
                None => number.to_string(),
            }
        }
        other => other.to_string(),
    }
}

fn person(about: &[(UserId, String)], text: &str) -> Option<String> {
    let id: UserId = text.parse().ok()?;
    about.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> Vec<(String, String)> {
        let mut fields = Fields::new();
        let value = serde_json::from_str(json).unwrap();
        flatten(&value, String::new(), &mut fields, &|_, value| value.to_string());
        fields.into_iter().collect()
    }

    #[test]
    fn nested_values_become_fields_with_their_path() {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(flat(r#"{"a":{"b":1,"c":null},"d":[1,2]}"#), pairs(&[("a b", "1"), ("d", "1, 2")]));
        assert_eq!(flat("5"), pairs(&[("", "5")]));
        assert_eq!(flat("[]"), pairs(&[("", "none")]));
    }
}
