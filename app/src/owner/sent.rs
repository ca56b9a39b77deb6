//! What became of a list that was sent: said once, for each address.

use std::collections::BTreeMap;

use domain::id::{DraftId, GroupId};
use domain::invitation::{Line, Verdict};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::{Verb, drafts};

use super::check::tone_word;
use super::frame::crumbs;
use super::words;
use crate::islands::InviteForm;
use crate::routes;
use crate::ssr::{Draft, Kept, Visit, keep_draft};
use crate::ui::{Empty, Head, Notice, PanelFrame, Tone};

const FORM: &str = "sent";

#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    lines: Vec<Line>,
    /// The form again, with those that came to nothing.
    rest: Option<DraftId>,
    links: bool,
}

/// Keeps what became of a list for the page that follows.
pub async fn keep(visit: &Visit, form: &InviteForm, lines: Vec<Line>) -> Verb<DraftId> {
    let is_left =
        |line: &&Line| !line.verdict.goes() && !matches!(line.verdict, Verdict::AlreadyIn | Verdict::TwiceInThisList);
    let left: Vec<&str> = lines.iter().filter(is_left).map(|line| line.raw.as_str()).collect();
    let rest = if left.is_empty() {
        None
    } else {
        let rest = InviteForm { list: left.join("\n"), confirmed: Vec::new(), ..form.clone() };
        Some(keep_draft(visit, InviteForm::FORM, &Draft::fresh(rest)).await?)
    };
    keep_draft(visit, FORM, &Outcome { lines, rest, links: form.show_link_only }).await
}

/// What the address of the page names. One that is too old is shown as such.
pub async fn kept(visit: &Visit) -> Verb<Option<Option<Outcome>>> {
    let Some(id) = visit.query.get("sent").and_then(|id| id.parse().ok()) else { return Ok(None) };
    let body = drafts::get(&visit.services, id, &visit.browser, FORM).await?;
    Ok(Some(body.and_then(|body| serde_json::from_str(&body).ok())))
}

pub fn view(visit: Visit, group: Option<(GroupId, String)>, outcome: Option<Outcome>) -> impl IntoView + use<> {
    let above = group.as_ref().map_or_else(Vec::new, |(id, name)| crumbs(*id, name));
    let id = group.as_ref().map(|(id, _)| *id);
    let list = id.map(|id| view! { <a class="button primary" href=routes::invitations(id)>"See invitations"</a> });
    let more = view! { <a class="button" href=routes::invite_to(id)>"Invite more"</a> };
    let Some(outcome) = outcome else {
        let text =
            "What became of a list is shown for a quarter of an hour. The invitations themselves stay in their list.";
        return view! {
            <PanelFrame visit=visit name="Sent" narrow=true>
                <Empty icon="letter" title="This was a while ago" text=text>
                    <div class="actions">{list} {more}</div>
                </Empty>
            </PanelFrame>
        }
        .into_any();
    };
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in &outcome.lines {
        *counts.entry(line.verdict.code()).or_default() += 1;
    }
    let summary = words::summary(counts, true);
    let last = summary.len();
    let summary = summary.into_iter().enumerate().map(|(at, (n, said))| {
        let joint = if at + 1 == last { "." } else { ", " };
        view! { <b>{crate::say::number(n)}</b> {format!(" {said}{joint}")} }
    });
    let summary = summary.collect_view();
    let after = if outcome.links {
        "No letter leaves: show each link on the page of its invitation."
    } else {
        "The letters are on their way."
    };
    let rest = outcome.rest.map(|rest| {
        let href = routes::drafted(&routes::invite_to(id), rest);
        view! { <a class="button" href=href>"Look at the others again"</a> }
    });
    let all = outcome.rest.is_none();
    let chips = outcome
        .lines
        .iter()
        .map(|line| {
            let (tone, said) = words::outcome(&visit, &line.verdict);
            let address = line.address.clone().unwrap_or_else(|| line.raw.clone());
            view! { <li class=tone_word(tone)><span>{address}</span> " " <small>{said}</small></li> }
        })
        .collect_view();
    view! {
        <PanelFrame visit=visit.clone() name="Sent" narrow=true>
            <Head title=if all { "Sent" } else { "Sent, but not to all" } crumbs=above/>
            <Notice tone=if all { Tone::Positive } else { Tone::Caution }><p>{summary} " " {after}</p></Notice>
            <ul class="verdicts">{chips}</ul>
            <div class="actions">{list} {rest} {more}</div>
        </PanelFrame>
    }
    .into_any()
}
