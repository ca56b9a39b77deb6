//! The rules of one group: how it narrows the organization's, and who owns it.

use domain::settings::Collaboration;
use domain::text::DomainRules;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::groups::{self, Details, NarrowingForm};

use super::frame::{GroupFrame, Tab};
use super::{back, owner, owners, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Choice, Field, Hidden, TextArea, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RulesForm {
    pub group: String,
    /// Of the group when the form was filled.
    pub version: i64,
    #[serde(flatten)]
    pub narrowing: NarrowingForm,
}

impl Kept for RulesForm {
    const FORM: &'static str = "group-rules";
}

#[server(prefix = "/fn", endpoint = "groups/narrow")]
pub async fn narrow_group(
    #[server(default)] form: NarrowingForm,
    #[server(default)] group: String,
    #[server(default)] version: i64,
) -> Result<(), AppError> {
    let typed = RulesForm { group: group.clone(), version, narrowing: form.clone() };
    doorway(typed, back(&group, routes::group_rules), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        groups::narrow(&visit.services, &owner, form.parse()?, version).await?;
        Ok(Next::to(routes::group_rules(owner.group().id)).done("saved"))
    })
    .await
}

#[component]
pub fn RulesPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let details = groups::get(&visit.services, &owner).await?;
        let narrowing = NarrowingForm::of(&details.group.value.narrowing);
        let fresh = RulesForm { group, version: details.group.version, narrowing };
        let draft = draft_or(&visit, fresh).await?;
        let adding = draft_or(&visit, owners::OwnerForm::default()).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        problems.extend(adding.whole());
        let rules = rules(&visit, &draft, &details);
        let owners = owners::card(&visit, &owner, &details, &adding);
        Ok(view! {
            <GroupFrame visit=visit details=details tab=Tab::Rules problems=problems>{rules} {owners}</GroupFrame>
        }
        .into_any())
    })
}

/// What the organization's own rule says, for the choice that leaves it as it is.
fn of_organization(settings: &Collaboration) -> &'static str {
    match settings.domains {
        DomainRules::Any => "The organization admits every domain.",
        DomainRules::Deny(_) => "The organization refuses some domains.",
        DomainRules::AllowOnly(_) => "The organization admits some domains alone.",
    }
}

fn rules(visit: &Visit, draft: &Draft<RulesForm>, details: &Details) -> impl IntoView + use<> {
    let typed = &draft.typed.narrowing;
    let version = if draft.problems.is_empty() { details.group.version } else { draft.typed.version };
    let organization = of_organization(&visit.services.tenant().collaboration.value);
    let rule = |value: &'static str, label: &'static str, hint: &'static str| {
        let checked = typed.rule == value || (value == "any" && typed.rule.is_empty());
        view! { <Choice name="form[rule]" label=label value=value hint=hint checked=checked radio=true/> }
    };
    view! {
        <form class="parts" method="post" action=NarrowGroup::PATH>
            <Hidden name="group" value=details.group.value.id.to_string()/>
            <Hidden name="version" value=version.to_string()/>
            <section class="part">
                <header>
                    <h2>"Domains"</h2>
                    <p>"A group may be stricter than the organization, never more open. Who is in already stays."</p>
                </header>
                <div class="form">
                    <fieldset class="choices">
                        <legend>"Which domains may be invited"</legend>
                        {rule("any", "As the organization says", organization)}
                        {rule("deny", "All but these", "Nobody at the domains below.")}
                        {rule("allow", "Only these", "Nobody but at the domains below.")}
                    </fieldset>
                    <TextArea
                        name="form[domains]"
                        label="Domains"
                        value=typed.domains.clone()
                        hint="One per line. *.example.com covers what lies below it, and not example.com itself."
                        problem=draft.problem("domains")
                        optional=true
                    />
                </div>
            </section>
            <section class="part">
                <header>
                    <h2>"How many, how long"</h2>
                    <p>"A pending invitation takes a place. Stays that have begun are not shortened."</p>
                </header>
                <div class="form">
                    <Field
                        name="form[most_guests]"
                        label="Most guests"
                        kind="number"
                        value=typed.most_guests.clone()
                        hint="Empty: any number."
                        problem=draft.problem("most_guests")
                        size="short"
                        optional=true
                    />
                    <Field
                        name="form[longest_stay_days]"
                        label="Longest stay in days"
                        kind="number"
                        value=typed.longest_stay_days.clone()
                        hint="From acceptance. Empty: without end."
                        problem=draft.problem("longest_stay_days")
                        size="short"
                        optional=true
                    />
                </div>
            </section>
            <div class="actions"><button class="button primary">"Save rules"</button></div>
        </form>
    }
}
