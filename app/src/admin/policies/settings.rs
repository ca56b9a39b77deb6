//! What a blocked page tells, and how long the sign-in log is kept.

use domain::settings::{Access, BlockedDetail};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Stored;
use services::access::parts::AccessForm;
use services::access::settings;

use crate::admin::{Edited, conflict, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Next, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Choice, Field, Head, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "policies/settings")]
pub async fn save_access_settings(
    #[server(default)] version: i64,
    #[server(default)] form: AccessForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, routes::ACCESS_SETTINGS, async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        settings::save(&visit.services, &by, form.parse()?, version).await?;
        Ok(Next::to(routes::ACCESS_SETTINGS).done("saved"))
    })
    .await
}

fn detail_said(detail: BlockedDetail) -> (&'static str, &'static str) {
    match detail {
        BlockedDetail::Full => ("The condition and what would pass", "Kindest, and it tells an attacker what to try."),
        BlockedDetail::Condition => {
            ("The condition alone", "It says “from where you are”, but not from where it opens.")
        }
        BlockedDetail::None => ("Neither", "Only that a policy stopped it, with the code and the attempt."),
    }
}

#[component]
pub fn AccessSettingsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let may = viewer.administers_policies();
        viewer.reader()?;
        let Stored { value, version } = visit.services.tenant().access.clone();
        let draft = draft_or(&visit, Edited { form: AccessForm::of(&value), version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::ACCESS_SETTINGS.to_owned());
        let body = if may { form(&draft, version).into_any() } else { facts(&value).into_any() };
        let crumbs = vec![(routes::POLICIES.to_owned(), "Access policies".to_owned())];
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Access settings" narrow=true>
                <Head title="Access settings" crumbs=crumbs/>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {body}
            </AdminFrame>
        }
        .into_any())
    })
}

fn facts(access: &Access) -> impl IntoView + use<> {
    let days = format!("{} days", access.sign_in_days);
    view! {
        <section class="card">
            <dl class="facts">
                <div><dt>"A blocked page tells"</dt><dd>{detail_said(access.blocked_detail).0}</dd></div>
                <div><dt>"Sign-ins are kept"</dt><dd>{days}</dd></div>
            </dl>
        </section>
    }
}

fn form(draft: &Draft<Edited<AccessForm>>, version: i64) -> impl IntoView + use<> {
    let typed = draft.typed.form.clone();
    let choices = BlockedDetail::ALL
        .iter()
        .map(|detail| {
            let (label, hint) = detail_said(*detail);
            let checked = typed.blocked_detail == detail.as_str();
            view! { <Choice name="form[blocked_detail]" value=detail.as_str() label hint=hint.to_owned() checked radio=true/> }
        })
        .collect_view();
    let problem = draft.problem("blocked_detail").map(|said| view! { <p class="problem">{said}</p> });
    view! {
        <form class="form" method="post" action=SaveAccessSettings::PATH>
            <Hidden name="version" value=Edited::version_to_send(draft, version).to_string()/>
            <fieldset class="choices"><legend>"A blocked page tells"</legend>{choices}{problem}</fieldset>
            <Field
                name="form[sign_in_days]"
                label="Days that sign-ins are kept"
                kind="number"
                size="short"
                value=typed.sign_in_days
                problem=draft.problem("sign_in_days")
                hint="30 to 730. Replay and the charts see no further back."
            />
            <div class="actions"><button class="button primary">"Save settings"</button></div>
        </form>
    }
}
