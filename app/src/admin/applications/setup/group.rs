//! The step that makes a group, or takes one that is there, and names its owner.

use domain::id::AppId;
use domain::user::User;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications::Details;

use super::Chosen;
use super::deeds::{LetOwnersManage, MakeGroup, NameOwner};
use super::steps::Step;
use crate::admin::AddressForm;
use crate::admin::applications::{Offered, find};
use crate::admin::groups::new::{GroupForm, owner_problem};
use crate::routes;
use crate::ssr::{Draft, Visit};
use crate::ui::{Field, Hidden, Select, SelectOption};

/// A name for the group, which one may well keep.
pub(super) fn suggestion(details: &Details) -> GroupForm {
    GroupForm {
        name: format!("{} guests", details.application.value.name),
        owners_manage: true,
        ..GroupForm::default()
    }
}

pub(super) fn group_step(
    visit: &Visit,
    details: &Details,
    chosen: Option<&Chosen>,
    offered: &Offered,
    draft: &Draft<GroupForm>,
    address: &Draft<AddressForm>,
) -> Step {
    let app = details.application.value.id;
    let title = "Make a group and name its owner";
    let Some(chosen) = chosen else {
        let text = "The group opens the application; its owner invites the guests.".to_owned();
        let form = view! { {new_group(app, draft)} {existing_group(visit, offered)} }.into_any();
        return Step { done: false, title, text, form: Some(form) };
    };
    let name = chosen.group.name.to_string();
    if !chosen.has_owner(visit) {
        let form = view! {
            <form class="form" method="post" action=NameOwner::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Hidden name="group" value=chosen.group.id.to_string()/>
                <Field
                    name="form[address]"
                    label="Owner's address"
                    kind="email"
                    value=address.typed.address.clone()
                    problem=address.problem("address")
                />
                <div class="actions"><button class="button primary">"Name owner"</button></div>
            </form>
        };
        let text = format!("{name} has no owner who can come in.");
        return Step { done: false, title, text, form: Some(form.into_any()) };
    }
    if !chosen.group.owners_manage {
        let form = view! {
            <form method="post" action=LetOwnersManage::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Hidden name="group" value=chosen.group.id.to_string()/>
                <button class="button primary">"Let its owners manage it"</button>
            </form>
        };
        let text = format!("{name} has an owner, but administrators alone manage its members.");
        return Step { done: false, title, text, form: Some(form.into_any()) };
    }
    let owners: Vec<&str> = chosen.owners.iter().map(User::shown_name).collect();
    let form = view! { <div class="actions"><a class="button small" href=routes::group(chosen.group.id)>"Open group"</a></div> };
    let text = format!("{name}, owned by {}.", owners.join(", "));
    Step { done: true, title, text, form: Some(form.into_any()) }
}

fn new_group(app: AppId, draft: &Draft<GroupForm>) -> impl IntoView + use<> {
    view! {
        <form class="form" method="post" action=MakeGroup::PATH>
            <Hidden name="id" value=app.to_string()/>
            <div class="fields">
                <Field name="form[name]" label="Name of the group" value=draft.typed.name.clone() problem=draft.problem("name")/>
                <Field
                    name="form[owner]"
                    label="Address of its owner"
                    kind="email"
                    value=draft.typed.owner.clone()
                    problem=owner_problem(draft)
                />
            </div>
            <div class="actions"><button class="button primary">"Make group"</button></div>
        </form>
    }
}

fn existing_group(visit: &Visit, offered: &Offered) -> Option<impl IntoView + use<>> {
    let search = find(visit, offered);
    let options: Vec<SelectOption> = offered.options.clone();
    (!options.is_empty() || search.is_some()).then(|| {
        view! {
            <details class="more">
                <summary>"Use a group that is there already"</summary>
                {search}
                <form class="form" action=visit.path.clone()>
                    <Select name="group" label="Group" options=options/>
                    <div class="actions"><button class="button">"Use this group"</button></div>
                </form>
            </details>
        }
    })
}
