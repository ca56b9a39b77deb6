//! Changing one's own address: typed here, proved by a code that went there.

use domain::passcode::Purpose;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{Refusal, Verb, people, signin};

use crate::door::code::{CodeForm, code_form};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, Visit, as_problem, doorway, draft_or, refused, visit};
use crate::ui::{Field, Head, Notice, Notices, PanelFrame, Tone, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewAddressForm {
    pub address: String,
}

impl Kept for NewAddressForm {
    const FORM: &'static str = "own-address";
}

fn asked() -> String {
    routes::with(routes::ADDRESS, "asked", "1")
}

#[server(prefix = "/fn", endpoint = "account/address")]
pub async fn ask_address(#[server(default)] form: NewAddressForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::ADDRESS, async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let address = EmailAddress::parse(&form.address);
        let address = address.map_err(|error| Refusal::field("address", error.code()))?;
        people::ask_new_address(&visit.services, viewer, &visit.caller(), &address).await?;
        Ok(Next::to(asked()))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "account/address-code")]
pub async fn change_address(#[server(default)] form: CodeForm) -> Result<(), AppError> {
    doorway(CodeForm::default(), asked(), async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        people::change_address(&visit.services, viewer, &visit.caller(), &form.code).await?;
        Ok(Next::to(routes::ACCOUNT).done("address-changed"))
    })
    .await
}

#[component]
pub fn AddressPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        // The proof comes before the question, so that nobody is asked twice.
        let viewer = visit.viewer()?.fresh(&visit.services)?;
        let own = viewer.user.address.shown();
        let body = match people::may_change_address(&visit.services, &viewer).await {
            Ok(()) => form(&visit).await?,
            Err(refusal @ (Refusal::Rule(_) | Refusal::Invalid(_))) => kept(&visit, refusal).into_any(),
            Err(refusal) => return Err(refusal),
        };
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Change your address" narrow=true>
                <Head
                    title="Change your address"
                    lead=format!("It is {own} now.")
                    crumbs=vec![(routes::ACCOUNT.to_owned(), "Account".to_owned())]
                />
                {body}
            </PanelFrame>
        }
        .into_any())
    })
}

/// Who changes it instead, and why.
fn kept(visit: &Visit, refusal: Refusal) -> impl IntoView + use<> {
    let said = match refusal {
        Refusal::Invalid(problems) => problems.iter().map(crate::say::problem).collect::<Vec<_>>().join(" "),
        refusal => crate::say::problem(&as_problem(visit, &refusal)),
    };
    view! {
        <Notice tone=Tone::Info><b>"You cannot change it yourself."</b><p>{said}</p></Notice>
        <div class="actions"><a class="button" href=routes::ACCOUNT>"Back to your account"</a></div>
    }
}

async fn form(visit: &Visit) -> Verb<AnyView> {
    let typed = draft_or(visit, NewAddressForm::default()).await?;
    let code = draft_or(visit, CodeForm::default()).await?;
    let to = signin::asked_for(&visit.services, &visit.browser, Purpose::NewAddress).await?;
    let to = to.filter(|_| visit.query.get("asked").is_some());
    let mut problems = refused(visit).await?;
    problems.extend(typed.whole());
    problems.extend(code.whole());
    // What a rule says by now of the address that was proved.
    problems.extend(code.problem("address"));
    let (title, class) =
        if to.is_some() { ("Send another code", "button") } else { ("Send a code there", "button primary") };
    let asked = to.as_ref().map(|to| type_code(visit, to, &code));
    let value = if typed.typed.address.is_empty() {
        to.map(|to| to.as_str().to_owned()).unwrap_or_default()
    } else {
        typed.typed.address.clone()
    };
    Ok(view! {
        <Notices visit=visit.clone() problems=problems/>
        {asked}
        <section class="card">
            <form class="form" method="post" action=AskAddress::PATH>
                <Field
                    name="form[address]"
                    label="New e-mail address"
                    kind="email"
                    value=value
                    problem=typed.problem("address")
                    autocomplete="email"
                    hint="The rules for invitations hold for it too. Accounts you linked stay linked; groups and applications stay yours."
                />
                <div class="actions">
                    <button class=class>{title}</button>
                    <a class="button quiet" href=routes::ACCOUNT>"Keep the old one"</a>
                </div>
            </form>
        </section>
    }
    .into_any())
}

fn type_code(visit: &Visit, to: &EmailAddress, draft: &Draft<CodeForm>) -> impl IntoView + use<> {
    let mailbox = visit.services.demo.then(|| {
        view! { <p class="muted">"This is a demo: the code is in the "<a href=routes::MAILBOX>"mailbox"</a>"."</p> }
    });
    view! {
        <section class="card">
            <p>
                "A letter with 8 digits is on its way to " <b>{to.shown()}</b> ". They hold for 10 minutes. Typing them here changes \
                your address at once; the old one gets a letter, opens nothing any more, and your other sessions end."
            </p>
            {code_form(ChangeAddress::PATH, draft, "Change my address", None)}
            {mailbox}
        </section>
    }
}
