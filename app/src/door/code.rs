//! The code that was sent to an address: the form that takes it, and the page for signing in.

use domain::passcode::Purpose;
use domain::provider::Provider;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::signin;

use super::signin::{AddressForm, AskCode, opened, sign_in_button};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{self, Kept, Visit, doorway, draft_or, visit};
use crate::ui::{DoorFrame, Hidden, Notice, Notices, Tone, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    pub code: String,
}

impl Kept for CodeForm {
    const FORM: &'static str = "code";
}

#[server(prefix = "/fn", endpoint = "sign-in/code")]
pub async fn try_code(#[server(default)] form: CodeForm) -> Result<(), AppError> {
    // What was typed is a secret: a draft keeps the problem alone.
    doorway(CodeForm::default(), routes::CODE, async move {
        let visit = visit()?;
        let outcome = signin::sign_in(&visit.services, &visit.caller(), &form.code).await?;
        Ok(opened(&visit, outcome))
    })
    .await
}

/// The form that takes the eight digits, for each purpose.
pub fn code_form(
    action: &'static str,
    draft: &ssr::Draft<CodeForm>,
    button: &'static str,
    to: Option<String>,
) -> impl IntoView + use<> {
    let problem = draft.problem("code");
    let described = problem.is_some().then_some("code-problem");
    view! {
        <form class="form" method="post" action=action>
            {to.map(|to| view! { <Hidden name="to" value=to/> })}
            <div class="field wide">
                <label for="code">"Code"</label>
                <input
                    class="code"
                    id="code"
                    name="form[code]"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    maxlength="9"
                    pattern="\\d{4} ?\\d{4}"
                    title="8 digits"
                    required=true
                    autofocus=true
                    aria-describedby=described
                    aria-invalid=described.map(|_| "true")
                />
                {problem.map(|problem| view! { <p class="problem" id="code-problem">{problem}</p> })}
            </div>
            <button class="button primary">{button}</button>
        </form>
    }
}

#[component]
pub fn CodePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let asked = signin::asked_for(&visit.services, &visit.browser, Purpose::SignIn).await?;
        let draft = draft_or(&visit, CodeForm::default()).await?;
        let others = match &asked {
            Some(address) => signin::ways(&visit.services, address).await?.1,
            None => Vec::new(),
        };
        Ok(code_page(visit, asked, draft, others).into_any())
    })
}

fn code_page(
    visit: Visit,
    asked: Option<EmailAddress>,
    draft: ssr::Draft<CodeForm>,
    others: Vec<Provider>,
) -> impl IntoView + use<> {
    let Some(asked) = asked else {
        return view! {
            <DoorFrame visit=visit.clone() name="Enter the code">
                <h1>"Ask for a code first"</h1>
                <Notice tone=Tone::Info>"This browser has not asked for a code, or it was long ago."</Notice>
                <a class="button primary" href=routes::SIGN_IN>"Sign in"</a>
            </DoorFrame>
        }
        .into_any();
    };
    let mailbox = visit.services.demo.then(|| {
        view! { <p class="muted">"This is a demo: the code is in the "<a href=routes::MAILBOX>"mailbox"</a>"."</p> }
    });
    let typed = AddressForm { address: asked.as_str().to_owned(), ..AddressForm::default() };
    let others = (!others.is_empty()).then(|| {
        let buttons = others.iter().map(|provider| sign_in_button(provider, "button", &typed)).collect_view();
        view! {
            <div class="or">"other ways"</div>
            <div class="ways">{buttons}</div>
        }
    });
    view! {
        <DoorFrame visit=visit.clone() name="Enter the code">
            <h1>"Enter the code"</h1>
            <p class="lead">
                "If " <b>{asked.shown()}</b> " is known here, a letter with 8 digits is on its way. They hold for 10 minutes."
            </p>
            <Notices visit=visit.clone() problems=draft.whole()/>
            {code_form(TryCode::PATH, &draft, "Sign in", None)}
            {mailbox}
            {others}
            <div class="other">
                <form method="post" action=AskCode::PATH>
                    <Hidden name="form[address]" value=asked.as_str()/>
                    <Hidden name="form[code]" value="true"/>
                    <button class="link">"Send another code"</button>
                </form>
                <a href=routes::SIGN_IN>"Use another address"</a>
            </div>
        </DoorFrame>
    }
    .into_any()
}
