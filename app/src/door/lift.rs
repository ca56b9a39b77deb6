//! Taking invitations again: a person lifts the block of their own mailbox with a code.

use domain::continuation::Continuation;
use domain::passcode::Purpose;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::{Refusal, blocks, signin};

use super::code::{CodeForm, code_form};
use super::redeem::LostForm;
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, doorway, draft_or, visit};
use crate::ui::{DoorFrame, Field, Notices, page};

#[server(prefix = "/fn", endpoint = "block/ask")]
pub async fn ask_lift_code(#[server(default)] form: LostForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::LIFT, async move {
        let visit = visit()?;
        let address = EmailAddress::parse(&form.address);
        let address = address.map_err(|error| Refusal::field("address", error.code()))?;
        let (purpose, to) = (Purpose::LiftBlock, Continuation::Apps);
        signin::ask(&visit.services, &visit.caller(), purpose, &address, &signin::Asked::to(to, false)).await?;
        Ok(Next::to(routes::with(routes::LIFT, "asked", "1")))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "block/lift")]
pub async fn lift_block(#[server(default)] form: CodeForm) -> Result<(), AppError> {
    doorway(CodeForm::default(), routes::with(routes::LIFT, "asked", "1"), async move {
        let visit = visit()?;
        let proved = signin::prove_for_lift(&visit.services, &visit.caller(), &form.code).await?;
        blocks::lift_own(&visit.services, &proved, visit.origin.clone(), visit.correlation).await?;
        Ok(Next::to(routes::SIGN_IN).done("lifted"))
    })
    .await
}

#[component]
pub fn LiftPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let address = draft_or(&visit, LostForm::default()).await?;
        let asked = signin::asked_for(&visit.services, &visit.browser, Purpose::LiftBlock).await?;
        let asked = asked.filter(|_| visit.query.get("asked").is_some());
        let code = draft_or(&visit, CodeForm::default()).await?;
        let problems = if asked.is_some() { code.whole() } else { address.whole() };
        let form = match asked {
            Some(asked) => view! {
                <p class="lead">"If letters to " <b>{asked.shown()}</b> " are blocked here, a code is on its way."</p>
                {code_form(LiftBlock::PATH, &code, "Lift the block", None)}
            }
            .into_any(),
            None => view! {
                <p class="lead">"You asked for no more invitations to a mailbox. Prove that it is yours to take them again."</p>
                <form class="form" method="post" action=AskLiftCode::PATH>
                    <Field
                        name="form[address]"
                        label="E-mail address"
                        kind="email"
                        value=address.typed.address.clone()
                        problem=address.problem("address")
                        autocomplete="email"
                        size="wide"
                    />
                    <button class="button primary">"Send code"</button>
                </form>
            }
            .into_any(),
        };
        Ok(view! {
            <DoorFrame visit=visit.clone() name="Take invitations again">
                <h1>"Take invitations again"</h1>
                <Notices visit=visit.clone() problems=problems/>
                {form}
                <div class="other"><a href=routes::SIGN_IN>"Sign in"</a></div>
            </DoorFrame>
        }
        .into_any())
    })
}
