//! Who accepted terms, as a file: CSV in chunks, so that many take little memory.

use domain::event::{Action, Target, TargetKind};
use domain::id::TermsId;
use store::PageAsk;

use crate::logs::export as csv;
use crate::{Reader, Services, Verb};

const CHUNK: usize = 1_000;

/// An export on its way: ask for the [`Export::next`] piece until there is none.
pub struct Export {
    services: Services,
    terms: TermsId,
    after: Option<String>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Rows,
    Over,
}

/// The acceptances of one document, the newest first; the export is an event of the audit log.
///
/// # Errors
/// `NotFound`.
pub async fn export(services: &Services, by: &Reader, terms: TermsId) -> Verb<Export> {
    let name = super::terms::get(services, by, terms).await?.terms.value.name;
    let mut deed = services.deed(by.actor()).await?;
    let told = serde_json::json!({ "format": "csv" });
    deed.tell_change(Action::Exported, Target::new(TargetKind::Terms, terms, name.as_str()), &(), &told);
    deed.commit().await?;
    Ok(Export { services: services.clone(), terms, after: None, stage: Stage::Head })
}

impl Export {
    /// The next piece of the file; `None` where it is over.
    ///
    /// # Errors
    /// Where the database does not answer; the file is broken off then.
    pub async fn next(&mut self) -> Verb<Option<Vec<u8>>> {
        match self.stage {
            Stage::Over => Ok(None),
            Stage::Head => {
                self.stage = Stage::Rows;
                let head = ["time", "user_id", "name", "address", "version", "language"];
                Ok(Some(csv::record(head.map(str::to_owned))))
            }
            Stage::Rows => {
                let ask = PageAsk { after: self.after.take(), size: CHUNK, ..PageAsk::default() };
                let page = store::terms::rows(&mut self.services.store.read().await?, self.terms, &ask).await?;
                if page.next.is_none() {
                    self.stage = Stage::Over;
                }
                self.after = page.next;
                let rows = page.items.into_iter().map(|one| {
                    let (at, user, version) = (csv::time(one.at), one.user.to_string(), one.version.to_string());
                    csv::record([at, user, one.name, one.address, version, one.language])
                });
                Ok(Some(rows.flatten().collect()))
            }
        }
    }
}
