//! The mailbox of the demo: letters that would have been sent, for whoever sits at the machine.

use domain::time::Timestamp;
use leptos::prelude::*;
use services::mailbox::{self, Received};

use crate::routes;
use crate::ssr::{Visit, visit};
use crate::ui::{Empty, Head, Notice, PanelFrame, When, page};

#[component]
pub fn MailboxPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let letters = mailbox::newest(&visit.services).await?;
        let chosen = visit.query.get("letter");
        let open = letters.iter().find(|letter| Some(letter.id.as_str()) == chosen).or(letters.first());
        let body = match open {
            Some(open) => {
                let rows = letters.iter().map(|letter| row(&visit, letter, letter.id == open.id)).collect_view();
                view! { <div class="mailbox"><ul class="mails">{rows}</ul>{one(&visit, open)}</div> }.into_any()
            }
            None => view! {
                <Empty icon="letter" title="No letters yet" text="Ask for a code or invite somebody: the letter stands here at once."/>
            }
            .into_any(),
        };
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Mailbox">
                <Head title="Mailbox" lead="Every letter of this demo, to whomever. Nothing leaves this machine.">
                    <a class="button" href=routes::MAILBOX>"Refresh"</a>
                </Head>
                <Notice>"Anybody who can open this page can sign in as anybody. It exists in demo mode only."</Notice>
                {body}
            </PanelFrame>
        }
        .into_any())
    })
}

fn row(visit: &Visit, letter: &Received, open: bool) -> impl IntoView + use<> {
    view! {
        <li>
            <a href=routes::with(routes::MAILBOX, "letter", &letter.id) aria-current=open.then_some("true")>
                <b>{letter.subject.clone()}</b>
                <When visit=visit.clone() at=Timestamp(letter.received_at)/>
                <small>{letter.recipient.clone()}</small>
            </a>
        </li>
    }
}

fn one(visit: &Visit, letter: &Received) -> impl IntoView + use<> {
    view! {
        <article class="letter" aria-label="Letter">
            <header>
                <dl class="facts">
                    <div><dt>"To"</dt><dd>{letter.recipient.clone()}</dd></div>
                    <div><dt>"Subject"</dt><dd>{letter.subject.clone()}</dd></div>
                    <div><dt>"Sent"</dt><dd><When visit=visit.clone() at=Timestamp(letter.received_at)/></dd></div>
                </dl>
            </header>
            // The letter's links open in place of this page, and only when somebody clicks them.
            <iframe
                src=routes::mailbox_letter(&letter.id)
                title="The letter"
                sandbox="allow-popups allow-top-navigation-by-user-activation"
            ></iframe>
            <div class="sheet">
                <details class="more"><summary>"As plain text"</summary><p class="message">{letter.plain.clone()}</p></details>
            </div>
        </article>
    }
}
