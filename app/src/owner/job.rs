//! A long list on its way: how far it is, what became of it so far, and a button that stops it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Meta;
use services::jobs::{self, JobState, Progress};

use super::check::tone_word;
use super::{param, parsed, words};
use crate::error::AppError;
use crate::routes;
use crate::say::number;
use crate::ssr::{Next, NothingTyped, Visit, doorway, refused, visit};
use crate::ui::{Badge, Head, Hidden, Notices, PanelFrame, Tone, When, page};

pub fn state(state: JobState) -> (Tone, &'static str) {
    match state {
        JobState::Running => (Tone::Info, "Running"),
        JobState::Done => (Tone::Positive, "Done"),
        JobState::Stopped => (Tone::Caution, "Stopped"),
    }
}

#[server(prefix = "/fn", endpoint = "jobs/stop")]
pub async fn stop_job(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::MANAGE.to_owned(), routes::job);
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        jobs::stop(&visit.services, &visit.viewer()?, parsed(&id)?).await?;
        Ok(Next::to(back).done("stopped"))
    })
    .await
}

#[component]
pub fn JobPage() -> impl IntoView {
    let id = param("job");
    page(async move {
        let visit = visit()?;
        let progress = jobs::progress(&visit.services, &visit.viewer()?, parsed(&id)?).await?;
        let problems = refused(&visit).await?;
        Ok(job(visit, progress, problems).into_any())
    })
}

fn job(visit: Visit, progress: Progress, problems: Vec<String>) -> impl IntoView + use<> {
    let running = progress.state == JobState::Running;
    let (tone, said) = state(progress.state);
    let (done, total) = (number(progress.done), number(progress.total));
    let label = if running {
        format!("Working off {done} of {total} addresses")
    } else {
        format!("{done} of {total} addresses")
    };
    let summary = words::summary(progress.counts.iter().map(|(code, n)| (code.as_str(), *n)), true);
    let summary =
        summary.into_iter().map(|(n, said)| view! { <li><b>{number(n)}</b> " " {said}</li> }).collect::<Vec<_>>();
    let stop = running.then(|| {
        view! {
            <form method="post" action=StopJob::PATH>
                <Hidden name="id" value=progress.id.to_string()/>
                <button class="button danger">"Stop"</button>
            </form>
        }
    });
    let list =
        progress.group.map(|group| view! { <a class="button" href=routes::invitations(group)>"See invitations"</a> });
    let refresh = running.then(|| view! { <Meta http_equiv="refresh" content="2"/> });
    let lead = match progress.state {
        JobState::Running => "You can leave this page; the list is worked off all the same.",
        JobState::Done => "The list is worked off. Letters leave one after the other.",
        JobState::Stopped => "The list was stopped. What was sent stays sent.",
    };
    let more = progress.unsent.len();
    let unsent = progress
        .unsent
        .iter()
        .map(|line| {
            let (tone, said) = words::outcome(&visit, &line.verdict);
            let address = line.address.clone().unwrap_or_else(|| line.raw.clone());
            view! { <li class=tone_word(tone)><span>{address}</span> " " <small>{said}</small></li> }
        })
        .collect_view();
    let unsent = (more > 0).then(|| {
        view! {
            <section class="stack">
                <h2>"Not sent"</h2>
                {(more >= 500).then(|| view! { <p class="muted">"The first 500."</p> })}
                <ul class="verdicts">{unsent}</ul>
            </section>
        }
    });
    let ended =
        progress.ended_at.map(|at| view! { <div><dt>"Ended"</dt><dd><When visit=visit.clone() at=at/></dd></div> });
    view! {
        {refresh}
        <PanelFrame visit=visit.clone() name="A long list" narrow=true>
            <Head title="A long list" lead=lead badge=view! { <Badge tone=tone text=said/> }.into_any()>{list} {stop}</Head>
            <Notices visit=visit.clone() problems=problems/>
            <section class="card stack">
                <div class="progress">
                    <label for="progress">{label}</label>
                    <progress id="progress" max=progress.total.max(1).to_string() value=progress.done.to_string()></progress>
                </div>
                <ul class="counts">{summary}</ul>
                <dl class="facts">
                    <div><dt>"Begun"</dt><dd><When visit=visit.clone() at=progress.created_at/></dd></div>
                    {ended}
                </dl>
            </section>
            {unsent}
        </PanelFrame>
    }
}
