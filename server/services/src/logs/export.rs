//! Logs as files: CSV for a spreadsheet, JSON for a program; read in chunks, so that a long log takes little memory.

use std::collections::HashMap;

use domain::access::Policy;
use domain::access::verdict::PolicyResult;
use domain::event::{Action, Target, TargetKind};
use domain::id::{PolicyId, SignInId};
use domain::time::{Timestamp, Zone};
use serde::Serialize;
use store::audit::AuditEvent;
use store::sign_ins::{Applied, SignIn, Want};
use store::{Filter, PageAsk};

use super::{AuditAsk, SignInAsk};
use crate::{Reader, Services, Verb};

/// Rows of one export; a longer log is cut, and the file says so.
pub const MOST_ROWS: usize = 100_000;
const CHUNK: usize = 1_000;

domain::stored_words! {
    Format { Csv = "csv", Json = "json" }
}

#[derive(Debug, Clone)]
enum Log {
    Audit(Vec<Filter>),
    SignIns {
        want: Want,
        /// What policies are called.
        policies: HashMap<String, String>,
    },
}

/// An export on its way: ask for the [`Export::next`] chunk until there is none.
pub struct Export {
    services: Services,
    log: Log,
    format: Format,
    /// `None` before the first chunk.
    after: Option<String>,
    rows: usize,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Rows,
    Over,
}

#[derive(Serialize)]
struct AuditLine {
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
struct SignInLine {
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

/// A policy that applied.
#[derive(Serialize)]
struct PolicyLine {
    id: PolicyId,
    name: String,
    result: PolicyResult,
}

const AUDIT_HEAD: [&str; 11] = [
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
const SIGN_INS_HEAD: [&str; 17] = [
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

/// The audit log as a file; the export is an event of its own.
pub async fn export_audit(services: &Services, by: &Reader, want: &AuditAsk, format: Format) -> Verb<Export> {
    begin(services, by, "audit", Log::Audit(want.filters()), want, format).await
}

/// The sign-in log as a file; the export is an event of the audit log.
pub async fn export_sign_ins(services: &Services, by: &Reader, want: &SignInAsk, format: Format) -> Verb<Export> {
    let named = store::access::names::<Policy>(&mut services.store.read().await?).await?;
    let policies = named.into_iter().map(|named| (named.id, named.name)).collect();
    begin(services, by, "sign_ins", Log::SignIns { want: want.want(), policies }, want, format).await
}

async fn begin(
    services: &Services,
    by: &Reader,
    name: &'static str,
    log: Log,
    want: &impl Serialize,
    format: Format,
) -> Verb<Export> {
    let mut deed = services.deed(by.actor()).await?;
    let new = serde_json::json!({ "format": format, "filters": want });
    deed.tell_change(Action::Exported, Target::new(TargetKind::Log, name, name), &(), &new);
    deed.commit().await?;
    Ok(Export { services: services.clone(), log, format, after: None, rows: 0, stage: Stage::Head })
}

impl Export {
    /// The next piece of the file; `None` where it is over.
    ///
    /// # Errors
    /// Where the database does not answer; the file is broken off then.
    pub async fn next(&mut self) -> Verb<Option<Vec<u8>>> {
        match self.stage {
            Stage::Head => {
                self.stage = Stage::Rows;
                Ok(Some(self.head()))
            }
            Stage::Rows => {
                // A look through a long log may find nothing and still not be over.
                loop {
                    let piece = self.chunk().await?;
                    if !piece.is_empty() || self.stage == Stage::Over {
                        return Ok(Some(piece));
                    }
                }
            }
            Stage::Over => Ok(None),
        }
    }

    fn head(&self) -> Vec<u8> {
        match (self.format, &self.log) {
            (Format::Json, _) => b"{\"rows\":[".to_vec(),
            (Format::Csv, Log::Audit(_)) => record(AUDIT_HEAD.map(str::to_owned)),
            (Format::Csv, Log::SignIns { .. }) => record(SIGN_INS_HEAD.map(str::to_owned)),
        }
    }

    async fn chunk(&mut self) -> Verb<Vec<u8>> {
        let size = CHUNK.min(MOST_ROWS - self.rows);
        let ask = PageAsk { after: self.after.take(), size, ..PageAsk::default() };
        let mut tx = self.services.store.read().await?;
        let (mut piece, read, next) = match &self.log {
            Log::Audit(filters) => {
                let page = store::audit::rows(&mut tx, &ask, filters).await?;
                (self.lines(page.items.iter().map(audit_line), audit_cells), page.items.len(), page.next)
            }
            Log::SignIns { want, policies } => {
                let page = store::sign_ins::search(&mut tx, &ask, want, false).await?.page;
                let ids: Vec<SignInId> = page.items.iter().map(|sign_in| sign_in.id).collect();
                let mut applied = store::sign_ins::applied_in(&mut tx, &ids).await?;
                let lines = page
                    .items
                    .iter()
                    .map(|sign_in| sign_in_line(sign_in, applied.remove(&sign_in.id).unwrap_or_default(), policies));
                (self.lines(lines, sign_in_cells), page.items.len(), page.next)
            }
        };
        self.rows += read;
        let cut = next.is_some() && self.rows >= MOST_ROWS;
        if next.is_none() || cut {
            self.stage = Stage::Over;
            piece.extend(self.tail(cut));
        }
        self.after = next;
        Ok(piece)
    }

    fn lines<L: Serialize, const N: usize>(
        &self,
        lines: impl Iterator<Item = L>,
        cells: fn(L) -> [String; N],
    ) -> Vec<u8> {
        let mut piece = Vec::new();
        for (at, line) in lines.enumerate() {
            match self.format {
                Format::Csv => piece.extend(record(cells(line))),
                Format::Json => {
                    piece.extend_from_slice(if self.rows + at == 0 { b"\n" } else { b",\n" });
                    piece.extend(serde_json::to_vec(&line).unwrap_or_default());
                }
            }
        }
        piece
    }

    fn tail(&self, cut: bool) -> Vec<u8> {
        match self.format {
            Format::Json => format!("\n],\"cut\":{cut}}}\n").into_bytes(),
            Format::Csv if cut => record([format!("cut after {MOST_ROWS} rows")]),
            Format::Csv => Vec::new(),
        }
    }
}

/// One line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with a quote.
pub(crate) fn record<const N: usize>(cells: [String; N]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let cells =
        cells.map(|cell| if cell.starts_with(['=', '+', '-', '@', '\t', '\0']) { format!("'{cell}") } else { cell });
    // A vector takes every byte.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

pub(crate) fn time(at: Timestamp) -> String {
    Zone::utc().format(at, "%FT%T%.3fZ")
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn audit_line(event: &AuditEvent) -> AuditLine {
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

fn audit_cells(line: AuditLine) -> [String; 11] {
    let (action, kind) = (line.action.to_string(), line.target_kind.to_string());
    let (id, target) = (line.target_id, line.target);
    [line.time, action, line.actor_id, line.actor, kind, id, target, line.old, line.new, line.address, line.correlation]
}

fn sign_in_line(sign_in: &SignIn, applied: Vec<Applied>, policies: &HashMap<String, String>) -> SignInLine {
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
        proved: facts.map_or_else(String::new, |facts| time(facts.auth_time)),
        second_factor: text(facts.and_then(|facts| facts.multifactor_at).map(time)),
        policies: lines(in_force),
        report_only: lines(report_only),
        correlation: sign_in.correlation.to_string(),
    }
}

/// "Name: result" of each, in one cell.
fn in_words(lines: &[PolicyLine]) -> String {
    let words: Vec<String> = lines.iter().map(|line| format!("{}: {}", line.name, line.result)).collect();
    words.join("; ")
}

fn sign_in_cells(line: SignInLine) -> [String; 17] {
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
