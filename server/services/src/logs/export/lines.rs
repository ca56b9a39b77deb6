//! The lines of an export: as JSON objects, and as the cells of CSV.

use std::collections::HashMap;

use domain::access::verdict::PolicyResult;
use domain::event::{Action, TargetKind};
use domain::id::PolicyId;
use domain::time::{Timestamp, Zone};
use serde::Serialize;
use store::audit::AuditEvent;
use store::sign_ins::{Applied, SignIn};
use store::terms::Acceptance;

#[derive(Serialize)]
pub(super) struct AuditLine {
    time: String,
    action: Action,
    actor_id: String,
    actor: String,
    target_kind: TargetKind,
    target_id: String,
    target: String,
    old: String,
    new: String,
    address: String,
    correlation: String,
}

#[derive(Serialize)]
pub(super) struct SignInLine {
    time: String,
    user_id: String,
    user: String,
    application_id: String,
    application: String,
    result: domain::event::SignInResult,
    reason: String,
    address: String,
    country: String,
    platform: String,
    client: String,
    methods: String,
    proved: String,
    second_factor: String,
    policies: Vec<PolicyLine>,
    report_only: Vec<PolicyLine>,
    correlation: String,
}

#[derive(Serialize)]
pub(super) struct AcceptanceLine {
    time: String,
    user_id: String,
    name: String,
    address: String,
    version: i64,
    language: String,
}

/// A policy that applied.
#[derive(Serialize)]
struct PolicyLine {
    id: PolicyId,
    name: String,
    result: PolicyResult,
}

pub(super) const AUDIT_HEAD: [&str; 11] = [
    "time",
    "action",
    "actor_id",
    "actor",
    "target_kind",
    "target_id",
    "target",
    "old",
    "new",
    "address",
    "correlation",
];
pub(super) const SIGN_INS_HEAD: [&str; 17] = [
    "time",
    "user_id",
    "user",
    "application_id",
    "application",
    "result",
    "reason",
    "address",
    "country",
    "platform",
    "client",
    "methods",
    "proved",
    "second_factor",
    "policies",
    "report_only",
    "correlation",
];
pub(super) const ACCEPTANCES_HEAD: [&str; 6] = ["time", "user_id", "name", "address", "version", "language"];

/// One line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with a quote.
pub(super) fn record<const N: usize>(cells: [String; N]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let cells =
        cells.map(|cell| if cell.starts_with(['=', '+', '-', '@', '\t', '\0']) { format!("'{cell}") } else { cell });
    // A vector takes every byte.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

fn when(at: Timestamp) -> String {
    at.after_epoch().map_or_else(|| "unknown".to_owned(), time)
}

fn time(at: Timestamp) -> String {
    Zone::utc().format(at, "%FT%T%.3fZ")
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

pub(super) fn audit_line(event: &AuditEvent) -> AuditLine {
    AuditLine {
        time: time(event.at),
        action: event.action,
        actor_id: text(event.actor.id),
        actor: event.actor.name.clone(),
        target_kind: event.target.kind,
        target_id: event.target.id.clone(),
        target: event.target.name.clone(),
        old: text(event.old.as_ref()),
        new: text(event.new.as_ref()),
        address: text(event.address.as_ref()),
        correlation: event.correlation.to_string(),
    }
}

pub(super) fn audit_cells(line: AuditLine) -> [String; 11] {
    let (action, kind) = (line.action.to_string(), line.target_kind.to_string());
    let (id, target) = (line.target_id, line.target);
    [line.time, action, line.actor_id, line.actor, kind, id, target, line.old, line.new, line.address, line.correlation]
}

pub(super) fn sign_in_line(sign_in: &SignIn, applied: Vec<Applied>, policies: &HashMap<String, String>) -> SignInLine {
    let facts = sign_in.facts.as_ref();
    let (report_only, in_force): (Vec<Applied>, Vec<Applied>) = applied.into_iter().partition(|one| one.report_only);
    let lines = |applied: Vec<Applied>| {
        let line = |one: Applied| {
            let name = policies.get(&one.policy.to_string()).cloned();
            PolicyLine { id: one.policy, name: name.unwrap_or_default(), result: one.result }
        };
        applied.into_iter().map(line).collect()
    };
    let methods: Vec<&str> = facts.map_or_else(Vec::new, |facts| facts.methods.iter().map(|m| m.as_str()).collect());
    SignInLine {
        time: time(sign_in.at),
        user_id: sign_in.user.to_string(),
        user: sign_in.user_name.clone(),
        application_id: text(sign_in.application),
        application: sign_in.application_name.clone(),
        result: sign_in.result,
        reason: text(sign_in.reason.as_ref()),
        address: text(facts.and_then(|facts| facts.origin.address)),
        country: text(facts.map(|facts| facts.country.word())),
        platform: text(facts.map(|facts| facts.origin.platform)),
        client: text(facts.map(|facts| &facts.origin.client)),
        methods: methods.join(" "),
        proved: text(facts.and_then(|facts| facts.auth_time.after_epoch()).map(time)),
        // A provider that vouched for one and did not say when.
        second_factor: text(facts.and_then(|facts| facts.multifactor_at).map(when)),
        policies: lines(in_force),
        report_only: lines(report_only),
        correlation: sign_in.correlation.to_string(),
    }
}

pub(super) fn acceptance_line(acceptance: Acceptance) -> AcceptanceLine {
    let Acceptance { user, name, address, version, language, at } = acceptance;
    AcceptanceLine { time: time(at), user_id: user.to_string(), name, address, version, language }
}

pub(super) fn acceptance_cells(line: AcceptanceLine) -> [String; 6] {
    let AcceptanceLine { time, user_id, name, address, version, language } = line;
    [time, user_id, name, address, version.to_string(), language]
}

/// "Name: result" of each, in one cell.
fn in_words(lines: &[PolicyLine]) -> String {
    let words: Vec<String> = lines.iter().map(|line| format!("{}: {}", line.name, line.result)).collect();
    words.join("; ")
}

pub(super) fn sign_in_cells(line: SignInLine) -> [String; 17] {
    let result = line.result.to_string();
    let (policies, report_only) = (in_words(&line.policies), in_words(&line.report_only));
    [
        line.time,
        line.user_id,
        line.user,
        line.application_id,
        line.application,
        result,
        line.reason,
        line.address,
        line.country,
        line.platform,
        line.client,
        line.methods,
        line.proved,
        line.second_factor,
        policies,
        report_only,
        line.correlation,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_begins_with_a_quote() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\0=1", "'\0=1"),
            ("Ada", "Ada"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(record([cell.to_owned()]), format!("{written}\r\n").into_bytes(), "{cell:?}");
        }
        assert_eq!(record(["=\"x\",1".to_owned(), String::new()]), b"\"'=\"\"x\"\",1\",\r\n");
    }
}
