//! The page that invites: addresses with a verdict on each, a message, and the letter beside them.

use domain::id::GroupId;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Refusal;
use services::invitations::{self, Inviting};

use super::check::{check, inviting, read};
use super::frame::crumbs;
use super::{param, sent, words};
use crate::error::AppError;
use crate::islands::{Checked, InviteForm, Verdicts};
use crate::routes;
use crate::ssr::{self, Draft, Kept, Next, Visit, doorway, draft_or, visit};
use crate::ui::{Choice, Field, Head, Hidden, Notices, PanelFrame, Select, SelectOption, TextArea, page};

impl Kept for InviteForm {
    const FORM: &'static str = "invite";
}

fn page_of(group: &str) -> String {
    routes::invite_to(group.parse().ok())
}

/// Without script: shows the verdicts and the letter, and sends nothing.
#[server(prefix = "/fn", endpoint = "invitations/draft")]
pub async fn check_list(#[server(default)] form: InviteForm) -> Result<(), AppError> {
    let back = page_of(&form.group);
    doorway(form.clone(), back.clone(), async move {
        let visit = visit()?;
        inviting(&visit, &form.group).await?;
        let draft = ssr::keep_draft(&visit, InviteForm::FORM, &Draft::fresh(form)).await?;
        Ok(Next::to(format!("{}#verdicts", routes::drafted(&back, draft))))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitations/send")]
pub async fn send_invitations(#[server(default)] form: InviteForm) -> Result<(), AppError> {
    let back = page_of(&form.group);
    doorway(form.clone(), back.clone(), async move {
        let visit = visit()?;
        let inviting = inviting(&visit, &form.group).await?;
        let (new, problems) = read(&form);
        problems.none().map_err(Refusal::Invalid)?;
        let done = invitations::invite(&visit.services, &inviting, new).await?;
        if let Some(job) = done.job {
            return Ok(Next::to(routes::job(job)));
        }
        if !done.lines.iter().any(|line| line.verdict.goes()) {
            return Err(Refusal::field("list", "nobody_to_invite"));
        }
        let draft = sent::keep(&visit, &form, done.lines).await?;
        Ok(Next::to(routes::with(&back, "sent", &draft.to_string())))
    })
    .await
}

/// What the page knows of where it invites to.
struct Target {
    group: Option<(GroupId, String)>,
    /// Every application that the group opens: the address of a landing, and its name.
    opens: Vec<(String, String)>,
    longest: Option<u32>,
    by_role: bool,
}

#[component]
pub fn InvitePage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let inviting = inviting(&visit, &group).await?;
        let target = Target {
            group: inviting.group().map(|group| (group.id, group.name.to_string())),
            opens: invitations::opens(&visit.services, &inviting)
                .await?
                .into_iter()
                .map(|opened| (opened.id.to_string(), opened.name))
                .collect(),
            longest: inviting.group().and_then(|group| group.narrowing.longest_stay_days),
            by_role: inviting.by_role(),
        };
        if let Some(outcome) = sent::kept(&visit).await? {
            return Ok(sent::view(visit, target.group, outcome).into_any());
        }
        let mut draft = draft_or(&visit, InviteForm { group, ..InviteForm::default() }).await?;
        let (checked, problems) = check(&visit, &inviting, &draft.typed).await?;
        let asked = visit.query.get("draft").is_some();
        if asked && draft.problems.is_empty() {
            draft.problems = problems;
        }
        Ok(invite(visit, target, &inviting, draft, checked).into_any())
    })
}

fn invite(
    visit: Visit,
    target: Target,
    by: &Inviting,
    draft: Draft<InviteForm>,
    checked: Checked,
) -> impl IntoView + use<> {
    let names: Vec<String> = target.opens.iter().map(|(_, name)| name.clone()).collect();
    let lead = match &target.group {
        None => "Into the directory alone: nothing opens for them yet.".to_owned(),
        Some((_, name)) if names.is_empty() => format!("To {name}, which opens no application yet."),
        Some((_, name)) => format!("To {name}, which opens {}.", words::all_of(&names)),
    };
    let above = target.group.as_ref().map_or_else(Vec::new, |(id, name)| crumbs(*id, name));
    let sheet = letter(by, &checked);
    let problems = draft.whole();
    view! {
        <PanelFrame visit=visit.clone() name="Invite guests">
            <Head title="Invite guests" lead=lead crumbs=above/>
            <Notices visit=visit.clone() problems=problems/>
            <div class="split">
                {form(&visit, &target, &draft, checked)}
                {sheet}
            </div>
        </PanelFrame>
    }
}

fn form(visit: &Visit, target: &Target, draft: &Draft<InviteForm>, checked: Checked) -> impl IntoView + use<> {
    let typed = &draft.typed;
    let zone = visit.services.tenant().organization.value.zone.name().to_owned();
    let list_problem = draft.problem("list").or_else(|| {
        // Verdicts of a list that is long enough to be none are said beside the list.
        let about = |problem: &&Problem| matches!(problem.field.as_str(), "show_link_only" | "stay_days");
        draft.problems.iter().find(about).map(crate::say::problem)
    });
    let until_hint = match target.longest {
        Some(days) => format!("The last day, in {zone}. This group lets guests stay {days} days at most."),
        None => format!("The last day, in {zone}. Empty: as long as the group allows."),
    };
    let until = target.group.is_some().then(|| {
        view! {
            <Field
                name="form[until]"
                label="Access until"
                kind="date"
                value=typed.until.clone()
                hint=until_hint
                problem=draft.problem("until")
                optional=true
            />
        }
    });
    let landing = (target.opens.len() > 1).then(|| {
        let all = std::iter::once(SelectOption::new("", "Their apps page"));
        let options = all.chain(target.opens.iter().map(|(id, name)| SelectOption::new(id, name.clone()))).collect();
        view! {
            <Select
                name="form[landing]"
                label="Opens after accepting"
                value=typed.landing.clone()
                options=options
                problem=draft.problem("landing")
            />
        }
    });
    let show_link = target.by_role.then(|| {
        view! {
            <Choice
                name="form[show_link_only]"
                label="Send no letters"
                value="true"
                checked=typed.show_link_only
                hint="You pass the links on yourself, from the page of each invitation."
            />
        }
    });
    let more =
        typed.show_link_only || !typed.cc.is_empty() || !typed.landing.is_empty() || draft.problem("cc").is_some();
    let button = checked.button.clone();
    view! {
        <form class="form" id="invite" method="post" action=SendInvitations::PATH>
            <Hidden name="form[group]" value=typed.group.clone()/>
            <TextArea
                name="form[list]"
                label="Addresses"
                value=typed.list.clone()
                hint="Type or paste them in any form: one per line, with commas, from a mail or a table. Names are kept."
                problem=list_problem
                size="wide"
                rows=5
            />
            <section class="stack tight" id="verdicts" aria-label="Verdicts">
                <Verdicts first=checked/>
            </section>
            <TextArea
                name="form[message]"
                label="Message"
                value=typed.message.clone()
                hint="In your own words, at most 1,000 characters; no web addresses, which readers are told not to trust."
                problem=draft.problem("message")
                size="wide"
                rows=4
                optional=true
            />
            {until}
            <details class="more" open=more>
                <summary>"More"</summary>
                <div class="form">
                    {landing}
                    <Field
                        name="form[cc]"
                        label="Copy to"
                        kind="email"
                        value=typed.cc.clone()
                        hint="One address that gets each letter without its link. Guests see whom."
                        problem=draft.problem("cc")
                        autocomplete="off"
                        optional=true
                    />
                    {show_link}
                </div>
            </details>
            <div class="actions">
                // First, so that Enter in a field checks and does not send.
                <button class="button unscripted" formaction=CheckList::PATH>"Check"</button>
                <button class="button primary" id="send">{button}</button>
            </div>
        </form>
    }
}

/// The letter as text, as it would reach the first on the list.
fn letter(by: &Inviting, checked: &Checked) -> impl IntoView + use<> {
    let from = by.user().shown_name().to_owned();
    view! {
        <aside>
            <article class="letter" aria-label="Preview of the letter">
                <header>
                    <dl class="facts">
                        <div><dt>"From"</dt><dd>{from}</dd></div>
                        <div><dt>"To"</dt><dd id="letter-to">{checked.to.clone()}</dd></div>
                        <div><dt>"Subject"</dt><dd id="letter-subject">{checked.subject.clone()}</dd></div>
                    </dl>
                </header>
                <div class="sheet"><p class="plain" id="letter-text">{checked.letter.clone()}</p></div>
            </article>
        </aside>
    }
}
