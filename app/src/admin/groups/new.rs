//! Creating a group, with the owner who will run it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::groups::{self, ShapeForm};

use crate::admin::person_of;
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Choice, Field, Head, Notices, TextArea, page};

/// A new group; `owner` is an address or empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupForm {
    pub name: String,
    pub description: String,
    pub owners_manage: bool,
    pub owner: String,
}

impl Kept for GroupForm {
    const FORM: &'static str = "group";
}

/// Makes the group that a form describes; problems of the owner stand beside `owner`.
pub(in crate::admin) async fn make(visit: &crate::ssr::Visit, form: &GroupForm) -> services::Verb<domain::id::GroupId> {
    let admin = visit.viewer()?.user_administrator()?;
    let GroupForm { name, description, owners_manage, owner } = form.clone();
    let shape = ShapeForm { name, description, owners_manage }.parse();
    let owner = match owner.trim() {
        "" => Ok(Vec::new()),
        address => person_of(&visit.services, &admin, address).await.map(|owner| vec![owner]),
    };
    match (shape, owner) {
        (Ok(shape), Ok(owners)) => groups::create(&visit.services, &admin, shape, &owners).await,
        (Err(problems), Err(services::Refusal::Invalid(more))) => Err([problems, more].concat().into()),
        (_, Err(refusal)) => Err(refusal),
        (Err(problems), _) => Err(problems.into()),
    }
}

/// The sentence beside the field of the owner, wherever it was found out.
pub(in crate::admin) fn owner_problem(draft: &Draft<GroupForm>) -> Option<String> {
    draft.problem("address").or_else(|| draft.problem("owners"))
}

#[server(prefix = "/fn", endpoint = "groups/create")]
pub async fn create_group(#[server(default)] form: GroupForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_GROUP, async move {
        let id = make(&visit()?, &form).await?;
        Ok(Next::to(routes::group(id)).done("created"))
    })
    .await
}

#[component]
pub fn NewGroupPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.user_administrator()?;
        let draft = draft_or(&visit, GroupForm { owners_manage: true, ..GroupForm::default() }).await?;
        let crumbs = vec![(routes::GROUPS.to_owned(), "Groups".to_owned())];
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Create group" narrow=true>
                <Head title="Create group" lead="Its members get every application that is assigned to it." crumbs=crumbs/>
                <Notices visit=visit.clone() problems=draft.whole()/>
                {form(&draft)}
            </AdminFrame>
        }
        .into_any())
    })
}

fn form(draft: &Draft<GroupForm>) -> impl IntoView + use<> {
    let typed = draft.typed.clone();
    view! {
        <form class="form" method="post" action=CreateGroup::PATH>
            <Field name="form[name]" label="Name" value=typed.name problem=draft.problem("name") hint="Guests see it in their account."/>
            <TextArea
                name="form[description]"
                label="Description"
                value=typed.description
                problem=draft.problem("description")
                rows=2
                optional=true
            />
            <Field
                name="form[owner]"
                label="Owner"
                kind="email"
                value=typed.owner
                problem=owner_problem(draft)
                hint="The address of a member, or of a guest whom you appoint. More owners can be added later."
                optional=true
            />
            {owners_manage(typed.owners_manage)}
            <div class="actions">
                <button class="button primary">"Create group"</button>
                <a class="button quiet" href=routes::GROUPS>"Cancel"</a>
            </div>
        </form>
    }
}

pub(in crate::admin) fn owners_manage(checked: bool) -> impl IntoView {
    view! {
        <Choice
            name="form[owners_manage]"
            value="true"
            label="Owners manage its members"
            hint="They invite, add and remove in the panel; without it, administrators alone do.".to_owned()
            checked=checked
        />
    }
}
