//! The cards of an application's page.

use domain::application::Application;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications::{Details, SelfServiceForm};

use super::Offered;
use super::deeds::{
    AssignGroup, AssignPerson, GroupChoice, RemoveApplicationLogo, SetSelfService, SwitchApplication, UnassignGroup,
    UnassignPerson,
};
use crate::admin::{AddressForm, button};
use crate::routes;
use crate::ssr::Draft;
use crate::ui::{Choice, Field, Hidden, Icon, Logo, Select, SelectOption};

pub fn groups(details: &Details, offered: &Offered, draft: &Draft<GroupChoice>) -> impl IntoView + use<> {
    let app = details.application.value.id;
    let granting = details.application.value.self_service.map(|service| service.group);
    let rows: Vec<_> = details
        .groups
        .iter()
        .map(|(group, name)| {
            let grants = (granting == Some(*group)).then(|| view! { <small>"Grants it: its owners invite to this application."</small> });
            view! {
                <li>
                    <Icon name="group"/>
                    <div><b><a href=routes::group(*group)>{name.clone()}</a></b> {grants}</div>
                    <form method="post" action=UnassignGroup::PATH>
                        <Hidden name="id" value=app.to_string()/>
                        <Hidden name="group" value=group.to_string()/>
                        <button class="button small">"Unassign" <span class="hidden">{format!(" {name}")}</span></button>
                    </form>
                </li>
            }
        })
        .collect();
    let left = offered
        .options
        .iter()
        .filter(|option| !details.groups.iter().any(|(group, _)| group.to_string() == option.value));
    let options: Vec<SelectOption> =
        std::iter::once(SelectOption::new("", "Choose a group")).chain(left.cloned()).collect();
    let add = (options.len() > 1).then(|| {
        view! {
            <form class="form" method="post" action=AssignGroup::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Select
                    name="form[group]"
                    label="Assign to a group"
                    options=options
                    value=draft.typed.group.clone()
                    problem=draft.problem("group")
                />
                <div class="actions"><button class="button">"Assign group"</button></div>
            </form>
        }
    });
    let none = rows.is_empty().then(|| view! { <p class="muted">"Assigned to no group."</p> });
    view! {
        <section class="card">
            <header><h2>"Groups"</h2></header>
            {none}
            {(!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
            {add}
        </section>
    }
}

pub fn people(details: &Details, draft: &Draft<AddressForm>) -> impl IntoView + use<> {
    let app = details.application.value.id;
    let rows: Vec<_> = details
        .users
        .iter()
        .map(|user| {
            view! {
                <li>
                    <Icon name="people"/>
                    <div><b><a href=routes::person(user.id)>{user.shown_name().to_owned()}</a></b><small>{user.address.shown()}</small></div>
                    <form method="post" action=UnassignPerson::PATH>
                        <Hidden name="id" value=app.to_string()/>
                        <Hidden name="user" value=user.id.to_string()/>
                        <button class="button small">"Unassign" <span class="hidden">{format!(" {}", user.shown_name())}</span></button>
                    </form>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card">
            <header>
                <h2>"People"</h2>
                <p>"Who has it beside the groups. Guests are better in a group: it has owners and an end."</p>
            </header>
            {(!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
            <form class="form" method="post" action=AssignPerson::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Field
                    name="form[address]"
                    label="Assign to a person by address"
                    kind="email"
                    value=draft.typed.address.clone()
                    problem=draft.problem("address")
                />
                <div class="actions"><button class="button">"Assign person"</button></div>
            </form>
        </section>
    }
}

pub fn switches(app: &Application) -> impl IntoView + use<> {
    view! {
        <section class="card">
            <header><h2>"Availability"</h2></header>
            <form class="form" method="post" action=SwitchApplication::PATH>
                <Hidden name="id" value=app.id.to_string()/>
                <div class="choices">
                    <Choice
                        name="enabled"
                        value="true"
                        label="Enabled"
                        hint="Without it, nobody can launch it.".to_owned()
                        checked=app.enabled
                    />
                    <Choice
                        name="visible"
                        value="true"
                        label="Visible"
                        hint="Without it, no tile shows it; its launch address still works for those who have it.".to_owned()
                        checked=app.visible
                    />
                </div>
                <div class="actions"><button class="button">"Save availability"</button></div>
            </form>
        </section>
    }
}

pub fn logo(app: &Application) -> impl IntoView + use<> {
    let remove = app.logo.is_some().then(|| button(RemoveApplicationLogo::PATH, app.id, "button small", "Remove logo"));
    view! {
        <section class="card">
            <header><h2>"Logo"</h2> {remove}</header>
            {crate::admin::logo_form(
                routes::application_logo_upload(app.id),
                Some(view! { <Logo name=app.name.to_string() logo=app.logo.clone()/> }.into_any()),
            )}
        </section>
    }
}

pub fn self_service(app: &Application, offered: &Offered, draft: &Draft<SelfServiceForm>) -> impl IntoView + use<> {
    let none = SelectOption::new("", "None: no owner invites to it");
    let options = std::iter::once(none).chain(offered.options.iter().cloned()).collect();
    view! {
        <section class="card">
            <header>
                <h2>"Self-service"</h2>
                <p>"The group that grants the application: its owners are the application's owners and invite guests to it."</p>
            </header>
            <form class="form" method="post" action=SetSelfService::PATH>
                <Hidden name="id" value=app.id.to_string()/>
                <Select
                    name="service[group]"
                    label="Granting group"
                    options=options
                    value=draft.typed.group.clone()
                    problem=draft.problem("group")
                />
                {days(draft)}
                <div class="actions"><button class="button">"Save self-service"</button></div>
            </form>
        </section>
    }
}

/// How long a grant lasts.
pub fn days(draft: &Draft<SelfServiceForm>) -> impl IntoView + use<> {
    view! {
        <div class="fields">
            <Field
                name="service[default_days]"
                label="Usual stay in days"
                kind="number"
                value=draft.typed.default_days.clone()
                problem=draft.problem("default_days")
                optional=true
            />
            <Field
                name="service[longest_days]"
                label="Longest stay in days"
                kind="number"
                value=draft.typed.longest_days.clone()
                problem=draft.problem("longest_days")
                optional=true
            />
        </div>
    }
}
