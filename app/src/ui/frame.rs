//! The frames around every page: the door, the panel, the admin pages; and how a page is loaded.

use std::future::Future;

use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;
use services::{Denied, Refusal, Verb};

use super::{Avatar, Icon};
use crate::routes;
use crate::ssr::{self, Visit};

/// Loads a page. A refusal is shown in its place, with its status; who is not signed in goes to the door.
pub fn page(load: impl Future<Output = Verb<AnyView>> + Send + 'static) -> impl IntoView {
    let loaded = Suspend::new(async move {
        match load.await {
            Ok(view) => view,
            Err(refusal) => refused(&refusal).await,
        }
    });
    view! { <Suspense>{loaded}</Suspense> }
}

async fn refused(refusal: &Refusal) -> AnyView {
    let Ok(visit) = ssr::visit() else { return ().into_any() };
    match refusal {
        Refusal::Denied(Denied::SignIn) => {
            ssr::redirect(&routes::with(routes::SIGN_IN, "to", &visit.path));
            return ().into_any();
        }
        Refusal::Denied(Denied::Held | Denied::Stale | Denied::Multifactor | Denied::Factor) => {
            ssr::redirect(&ssr::leads_elsewhere(refusal, &visit.path).unwrap_or_default());
            return ().into_any();
        }
        other => ssr::log_refusal(&visit, other).await,
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(ssr::status(refusal));
    }
    crate::door::problem::view(&visit, refusal).into_any()
}

fn brand(visit: &Visit) -> impl IntoView + use<> {
    let tenant = visit.services.tenant();
    let organization = &tenant.organization.value;
    let logo = organization.logo.as_ref().map(|digest| {
        view! { <img class="logo" src=routes::logo(digest) alt="" width="40" height="40"/> }
    });
    view! { {logo} <span>{organization.name.to_string()}</span> }
}

fn title(visit: &Visit, title: &str) -> impl IntoView + use<> {
    let organization = visit.services.tenant().organization.value.name.to_string();
    // Unlike all other text, a title is written into the page as it stands.
    let text = format!("{title} · {organization}").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    view! { <Title text=text/> }
}

/// Signed out: one column, one question.
#[component]
pub fn DoorFrame(
    visit: Visit,
    #[prop(into)] name: String,
    #[prop(optional)] wide: bool,
    #[prop(optional)] class: &'static str,
    children: Children,
) -> impl IntoView {
    let tenant = visit.services.tenant();
    let contact = tenant.organization.value.privacy_contact.as_ref().map(ToString::to_string);
    let statement = tenant.organization.value.privacy_statement.clone();
    let mailbox = visit.services.demo.then(|| view! { <a href=routes::MAILBOX>"Mailbox of this demo"</a> });
    view! {
        {title(&visit, &name)}
        <a class="skip" href="#content">"Skip to content"</a>
        <div class=if wide { "door wide" } else { "door" }>
            <header class="brand">{brand(&visit)}</header>
            <main id="content" class=class>{children()}</main>
            <footer>
                {mailbox}
                {contact.map(|contact| view! { <a href=format!("mailto:{contact}")>"Privacy contact"</a> })}
                {statement.map(|href| view! { <a href=href rel="noreferrer">"Privacy statement"</a> })}
            </footer>
        </div>
    }
}

/// The three places of the panel.
fn places(visit: &Visit) -> impl IntoView + use<> {
    let here = |place: &str| match (place, visit.path.as_str()) {
        ("/", path) => path == "/",
        (place, path) => path == place || path.starts_with(&format!("{place}/")),
    };
    let place = |href: &'static str, icon: &'static str, said: &'static str| {
        let current = here(href).then_some("page");
        view! { <a href=href aria-current=current><Icon name=icon/> <span>{said}</span></a> }
    };
    let viewer = visit.viewer.as_ref();
    let manage = viewer.is_some_and(|viewer| viewer.owns).then(|| place(routes::MANAGE, "manage", "Manage"));
    let admin = viewer.is_some_and(services::Viewer::sees_admin).then(|| place(routes::ADMIN, "admin", "Admin"));
    view! { <nav class="places" aria-label="Places">{place(routes::APPS, "apps", "Apps")} {manage} {admin}</nav> }
}

fn bar(visit: &Visit) -> impl IntoView + use<> {
    let account = visit.viewer.as_ref().map(|viewer| {
        let name = viewer.user.shown_name().to_owned();
        let theme = |value: &'static str, said: &'static str, icon: Option<&'static str>| {
            let pressed = if visit.theme == (value != "system").then_some(value) { "true" } else { "false" };
            view! {
                <button name="theme" value=value aria-pressed=pressed>
                    {icon.map(|icon| view! { <Icon name=icon/> })} {said}
                </button>
            }
        };
        view! {
            <details class="menu" name="menu">
                <summary><Avatar name=name.clone()/> <span class="hidden">"Your account"</span></summary>
                <div>
                    <p><b>{name}</b><small>{viewer.user.address.shown()}</small></p>
                    <hr/>
                    <a href=routes::ACCOUNT>"Account"</a>
                    {visit.services.demo.then(|| view! { <a href=routes::MAILBOX>"Mailbox of this demo"</a> })}
                    <form class="segments" method="post" action="/fn/theme" aria-label="Theme">
                        {theme("system", "System", None)} {theme("light", "Light", Some("sun"))} {theme("dark", "Dark", Some("moon"))}
                    </form>
                    <hr/>
                    <form method="post" action="/fn/sign-out"><button>"Sign out"</button></form>
                </div>
            </details>
        }
    });
    view! {
        <header class="bar">
            <a class="brand" href=routes::APPS>{brand(visit)}</a>
            {places(visit)}
            {account}
        </header>
    }
}

/// Signed in.
#[component]
pub fn PanelFrame(
    visit: Visit,
    #[prop(into)] name: String,
    #[prop(optional)] narrow: bool,
    #[prop(optional)] class: &'static str,
    children: Children,
) -> impl IntoView {
    let narrow = if narrow { "page narrow" } else { "page" };
    view! {
        {title(&visit, &name)}
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="panel">
            {bar(&visit)}
            <main class=format!("{narrow} {class}") id="content">{children()}</main>
        </div>
    }
}

/// The sections of the administration, each with who may see it.
fn sections(visit: &Visit) -> impl IntoView + use<> {
    let viewer = visit.viewer.as_ref();
    let people = viewer.is_some_and(services::Viewer::administers_users);
    let logs = viewer.is_some_and(services::Viewer::reads_logs);
    let all = viewer.is_some_and(|viewer| viewer.has(domain::role::Role::Administrator));
    let section = |may: bool, href: &'static str, icon: &'static str, said: &'static str| {
        let current = visit.path.starts_with(href).then_some("page");
        may.then(|| view! { <a href=href aria-current=current><Icon name=icon/> {said}</a> })
    };
    view! {
        <nav class="rail" aria-label="Administration">
            {section(people, routes::PEOPLE, "people", "People")}
            {section(people, routes::GROUPS, "group", "Groups")}
            {section(people, routes::APPLICATIONS, "application", "Applications")}
            {section(people, routes::PARTNERS, "partner", "Partners")}
            {section(all, routes::COLLABORATION, "collaboration", "Collaboration")}
            {section(all, routes::PROVIDERS, "identity", "Identity providers")}
            {section(logs, routes::POLICIES, "shield", "Access policies")}
            {section(logs, routes::LOCATIONS, "location", "Locations")}
            {section(logs, routes::TERMS, "log", "Terms of use")}
            {section(logs, routes::WHAT_IF, "search", "What-If")}
            {section(logs, routes::SIGN_INS, "sign-in", "Sign-ins")}
            {section(logs, routes::AUDIT, "log", "Audit")}
            {section(people, routes::LETTERS, "letter", "Letters")}
            {section(people, routes::BLOCKS, "block", "Blocks")}
            {section(all, routes::SETTINGS, "settings", "Settings")}
        </nav>
    }
}

/// Administration: the panel with a rail of sections.
#[component]
pub fn AdminFrame(
    visit: Visit,
    #[prop(into)] name: String,
    #[prop(optional)] narrow: bool,
    children: Children,
) -> impl IntoView {
    view! {
        {title(&visit, &name)}
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="panel admin">
            {bar(&visit)}
            {sections(&visit)}
            <main class=if narrow { "page narrow" } else { "page" } id="content">{children()}</main>
        </div>
    }
}

/// The head of a page: where it stands, its title, and what can be done.
#[component]
pub fn Head(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: Option<String>,
    /// (address, name) of the pages above this one.
    #[prop(optional)]
    crumbs: Vec<(String, String)>,
    /// A logo, monogram or avatar before the title.
    #[prop(optional, into)]
    picture: Option<AnyView>,
    /// A badge after the title.
    #[prop(optional, into)]
    badge: Option<AnyView>,
    /// Buttons, at most three.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let crumbs = (!crumbs.is_empty()).then(|| {
        let above = crumbs.into_iter().map(|(href, name)| view! { <li><a href=href>{name}</a></li> }).collect_view();
        view! {
            <nav class="crumbs" aria-label="Breadcrumbs">
                <ol>{above}<li aria-current="page">{title.clone()}</li></ol>
            </nav>
        }
    });
    view! {
        <header class="head">
            {crumbs}
            {picture}
            <div>
                <h1>{title} {badge.map(|badge| view! { " " {badge} })}</h1>
                {lead.filter(|lead| !lead.is_empty()).map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}
