//! Letters: which wait, which left, which are stuck and why, and trying one again.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Page;
use services::letters::{self, Counts, OutboxState, Outgoing};

use crate::admin::{button, id as read, problems_of, searched_address};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, Visit, doorway, visit};
use crate::ui::{
    Badge, Empty, FilterChip, ListPage, ListTable, Paging, SortHead, Tone, When, is_empty, list_ask, page,
};

#[server(prefix = "/fn", endpoint = "letters/retry")]
pub async fn retry_letter(#[server(default)] id: String) -> Result<(), AppError> {
    let back = routes::with(routes::LETTERS, "state", OutboxState::Stuck.as_str());
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        letters::retry(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(back).done("retried"))
    })
    .await
}

#[component]
pub fn LettersPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let state = visit.query.get("state").and_then(OutboxState::parse);
        let (to, wrong) = searched_address(&visit);
        let found = letters::list(&visit.services, &admin, &list_ask(&visit), state, to.as_ref()).await?;
        let counts = letters::counts(&visit.services, &admin).await?;
        let problems = problems_of(&visit, vec![wrong.into_iter().collect()]).await?;
        let values =
            OutboxState::ALL.iter().map(|state| (state.as_str().to_owned(), said(*state).1.to_owned())).collect();
        let chips = vec![FilterChip { name: "state", label: "State", values }];
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Letters"
                lead="Everything Lobby sends. A letter that the mail server does not take is tried for a day."
                problems=problems
                what="letters"
                placeholder="To, a whole address"
                chips=chips
                above=Some(counted(counts).into_any())
            >
                {list(visit, found)}
            </ListPage>
        }
        .into_any())
    })
}

fn counted(counts: Counts) -> impl IntoView {
    let href = |state: OutboxState| routes::with(routes::LETTERS, "state", state.as_str());
    let many = crate::admin::groups::many;
    view! {
        <ul class="counts">
            <li><a href=href(OutboxState::Waiting)><b>{many(counts.waiting)}</b> " waiting"</a></li>
            <li><a href=href(OutboxState::Stuck)><b>{many(counts.stuck)}</b> " stuck"</a></li>
        </ul>
    }
}

fn said(state: OutboxState) -> (Tone, &'static str) {
    match state {
        OutboxState::Waiting => (Tone::Caution, "Waiting"),
        OutboxState::Sent => (Tone::Positive, "Sent"),
        OutboxState::Stuck => (Tone::Critical, "Stuck"),
        OutboxState::Dropped => (Tone::Neutral, "Not needed"),
    }
}

fn list(visit: Visit, found: Page<Outgoing>) -> AnyView {
    if is_empty(&found) {
        let filtered = visit.query.get("state").is_some() || visit.query.get("q").is_some();
        let title = if filtered { "No letter fits" } else { "No letters yet" };
        return view! { <Empty icon="letter" title text="Invitations, codes and notices are listed here for a while."/> }.into_any();
    }
    let rows = found.items.iter().map(|letter| row(&visit, letter)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Letters" rows paging one="letter" many="letters">
            <th scope="col">"Letter"</th>
            <th scope="col">"To"</th>
            <th scope="col">"State"</th>
            <SortHead visit=visit.clone() name="time" label="Written" first=true descending=true/>
            <th scope="col"><span class="hidden">"Actions"</span></th>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, letter: &Outgoing) -> impl IntoView + use<> {
    let (tone, text) = said(letter.state);
    let kind = crate::say::letter(&letter.letter);
    let subject = letter.subject.clone().unwrap_or_else(|| kind.to_owned());
    let small = letter.subject.is_some().then(|| view! { " " <small>{kind}</small> });
    let words = letter.last_words.clone().map(|words| view! { " " <small class="wrap">{words}</small> });
    let waits = letter.state == OutboxState::Waiting && letter.attempts > 0;
    let again = waits.then(|| view! { " " <small>"tried " {letter.attempts} "×, again " <When visit=visit.clone() at=letter.due_at/></small> });
    let retry =
        (letter.state == OutboxState::Stuck).then(|| button(RetryLetter::PATH, letter.id, "button small", "Try again"));
    view! {
        <tr>
            <th scope="row">{subject} {small}</th>
            <td data-label="To" class="wrap">{letter.recipient.clone()}</td>
            <td data-label="State"><span><Badge tone text/> {words} {again}</span></td>
            <td data-label="Written"><When visit=visit.clone() at=letter.created_at/></td>
            <td>{retry}</td>
        </tr>
    }
}
