//! Lists as files: CSV for a spreadsheet, JSON for a program; read in chunks, so that a long log takes little memory.

mod lines;

use std::collections::HashMap;

use domain::access::Policy;
use domain::event::{Action, Target, TargetKind};
use domain::id::{SignInId, TermsId};
use serde::Serialize;
use store::sign_ins::Want;
use store::{Filter, PageAsk};

use self::lines::{
    ACCEPTANCES_HEAD, AUDIT_HEAD, SIGN_INS_HEAD, acceptance_cells, acceptance_line, audit_cells, audit_line, record,
    sign_in_cells, sign_in_line,
};
use super::{AuditAsk, SignInAsk};
use crate::access::terms;
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
    Acceptances(TermsId),
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

/// The audit log as a file; the export is an event of its own.
pub async fn export_audit(services: &Services, by: &Reader, want: &AuditAsk, format: Format) -> Verb<Export> {
    begin(services, by, of_log("audit"), Log::Audit(want.filters()), want, format).await
}

/// The sign-in log as a file; the export is an event of the audit log.
pub async fn export_sign_ins(services: &Services, by: &Reader, want: &SignInAsk, format: Format) -> Verb<Export> {
    let named = store::access::names::<Policy>(&mut services.store.read().await?).await?;
    let policies = named.into_iter().map(|named| (named.id, named.name)).collect();
    begin(services, by, of_log("sign_ins"), Log::SignIns { want: want.want(), policies }, want, format).await
}

/// Who accepted a document, as a file, the newest first; the export is an event of the audit log.
///
/// # Errors
/// `NotFound`.
pub async fn export_acceptances(services: &Services, by: &Reader, id: TermsId, format: Format) -> Verb<Export> {
    let document = terms::get(services, by, id).await?.terms.value;
    begin(services, by, Target::new(TargetKind::Terms, id, document.name.as_str()), Log::Acceptances(id), &(), format)
        .await
}

fn of_log(name: &str) -> Target {
    Target::new(TargetKind::Log, name, name)
}

async fn begin(
    services: &Services,
    by: &Reader,
    target: Target,
    log: Log,
    want: &impl Serialize,
    format: Format,
) -> Verb<Export> {
    let mut deed = services.deed(by.actor()).await?;
    let new = serde_json::json!({ "format": format, "filters": want });
    deed.tell_change(Action::Exported, target, &(), &new);
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
            (Format::Csv, Log::Acceptances(_)) => record(ACCEPTANCES_HEAD.map(str::to_owned)),
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
            Log::Acceptances(terms) => {
                let page = store::terms::rows(&mut tx, *terms, &ask).await?;
                let read = page.items.len();
                (self.lines(page.items.into_iter().map(acceptance_line), acceptance_cells), read, page.next)
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
