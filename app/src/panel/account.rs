//! The account page: who one is here, the groups one is in, the sessions, and leaving.

use domain::group::Membership;
use domain::id::SessionId;
use domain::session::Session;
use domain::text::LANGUAGES;
use domain::time::Zone;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::identities;
use services::people::{self, ProfileForm, Used};
use services::{Denied, Refusal, groups, sessions, signin};

use super::{factors, passkeys};
use crate::error::AppError;
use crate::routes;
use crate::say;
use crate::ssr::{self, Cookie, CookieLife, Draft, Kept, Next, NothingTyped, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Badge, Field, Head, Hidden, Icon, Notices, PanelFrame, Select, SelectOption, Tone, When, page};

impl Kept for ProfileForm {
    const FORM: &'static str = "profile";
}

#[server(prefix = "/fn", endpoint = "account/profile")]
pub async fn save_profile(#[server(default)] form: ProfileForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::ACCOUNT, async move {
        let visit = visit()?;
        people::edit_own(&visit.services, &visit.viewer()?, form.parse()?).await?;
        Ok(Next::to(routes::ACCOUNT).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "sessions/end")]
pub async fn end_session(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let session: SessionId = id.parse().map_err(|_| Refusal::Denied(Denied::NotFound))?;
        let own = viewer.session.id == session;
        sessions::end(&visit.services, viewer, session).await?;
        if own {
            ssr::set_cookie(&visit, Cookie::Session, "", CookieLife::Gone);
            return Ok(Next::to(routes::SIGN_IN).done("signed-out"));
        }
        Ok(Next::to(routes::ACCOUNT).done("session-ended"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "sessions/end-others")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        sessions::end_others(&visit.services, visit.viewer()?).await?;
        Ok(Next::to(routes::ACCOUNT).done("sessions-ended"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "theme")]
pub async fn set_theme(#[server(default)] theme: String) -> Result<(), AppError> {
    let visit = visit().map_err(|refusal| AppError::code(refusal.code()))?;
    let life = CookieLife::Until(domain::time::Span::days(365));
    match theme.as_str() {
        "light" | "dark" => ssr::set_cookie(&visit, Cookie::Theme, &theme, life),
        _ => ssr::set_cookie(&visit, Cookie::Theme, "", CookieLife::Gone),
    }
    // Without a place to go, the browser returns to the page it came from.
    Ok(())
}

#[component]
pub fn AccountPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let user = &viewer.user;
        let fresh = ProfileForm::of(user);
        let draft = draft_or(&visit, fresh).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        let open = sessions::list(&visit.services, &viewer).await?;
        let identities = identities::list(&visit.services, &viewer).await?;
        let (_, offered) = signin::ways(&visit.services, &user.address).await?;
        let passkeys = passkeys::card(&visit, &viewer, routes::ACCOUNT).await?;
        let factors = factors::card(&visit, &viewer).await?;
        let used = people::used(&visit.services, &viewer).await?;
        let groups = groups::mine(&visit.services, &viewer).await?;
        let tenant = visit.services.tenant();
        let may_leave = tenant.organization.value.guests_may_leave(&tenant.collaboration.value) || !user.is_guest();
        let who = if user.is_guest() { "Guest" } else { "Member" };
        let roles: Vec<&str> = user.roles.iter().map(crate::say::role).collect();
        let lead = std::iter::once(who).chain(roles).collect::<Vec<_>>().join(" · ");
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Account" narrow=true>
                <Head title="Account" lead=lead/>
                <Notices visit=visit.clone() problems=problems/>
                {profile(&visit, &draft)}
                {memberships(&visit, groups)}
                {super::identities::card(&visit, identities, offered)}
                {factors}
                {passkeys}
                {used_card(&visit, used)}
                {session_card(&visit, viewer.session.id, open)}
                {data_card(&visit)}
                {may_leave.then(|| leaving(&visit))}
            </PanelFrame>
        }
        .into_any())
    })
}

fn profile(visit: &Visit, draft: &Draft<ProfileForm>) -> impl IntoView + use<> {
    let address = visit.viewer.as_ref().map(|viewer| viewer.user.address.shown());
    let organization = visit.services.tenant().organization.value.zone.name().to_owned();
    let zones = std::iter::once(SelectOption::new("", format!("As the organization ({organization})")))
        .chain(Zone::names().into_iter().map(|name| SelectOption::new(name.clone(), name)))
        .collect();
    view! {
        <section class="card">
            <header><h2>"Profile"</h2></header>
            <form class="form" method="post" action=SaveProfile::PATH>
                <dl class="facts"><div><dt>"E-mail address"</dt><dd>{address} " " <a href=routes::ADDRESS>"Change"</a></dd></div></dl>
                <Field
                    name="form[name]"
                    label="Name"
                    value=draft.typed.name.clone()
                    problem=draft.problem("name")
                    autocomplete="name"
                    optional=true
                />
                <Field
                    name="form[company]"
                    label="Organization"
                    value=draft.typed.company.clone()
                    problem=draft.problem("company")
                    autocomplete="organization"
                    optional=true
                />
                <Select
                    name="form[language]"
                    label="Preferred language"
                    value=draft.typed.language.clone()
                    options=languages(&draft.typed.language)
                    problem=draft.problem("language")
                    hint="Terms of use and other documents are shown in it, where the organization has written them so. Lobby itself speaks \
                    English."
                />
                <Select
                    name="form[time_zone]"
                    label="Time zone"
                    value=draft.typed.time_zone.clone()
                    options=zones
                    problem=draft.problem("time_zone")
                />
                <div class="actions"><button class="button primary">"Save profile"</button></div>
            </form>
        </section>
    }
}

/// What somebody wrote that is not among them is kept.
fn languages(own: &str) -> Vec<SelectOption> {
    let listed = LANGUAGES.iter().map(|(tag, name)| SelectOption::new(tag, *name));
    let other = (!LANGUAGES.iter().any(|(tag, _)| *tag == own)).then(|| SelectOption::new(own, own));
    other.into_iter().chain(listed).collect()
}

fn memberships(visit: &Visit, groups: Vec<(Membership, String)>) -> impl IntoView + use<> {
    let rows = groups
        .into_iter()
        .map(|(membership, name)| {
            let end = membership
                .ends_at
                .before_never()
                .map(|end| format!("until {}", crate::ui::until(&visit.zone(), end, visit.now())));
            view! {
                <li>
                    <Icon name="group"/>
                    <div>
                        <b><a href=routes::fellows(membership.group)>{name}</a></b>
                        <small>{end.unwrap_or_else(|| "without end".to_owned())}</small>
                    </div>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"Groups you are in"</h2></header>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

fn used_card(visit: &Visit, used: Vec<Used>) -> impl IntoView + use<> {
    let rows = used
        .into_iter()
        .map(|used| {
            view! {
                <li>
                    <Icon name="application"/>
                    <div><b>{used.name}</b><small>"last opened " <When visit=visit.clone() at=used.last_at/></small></div>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"Applications you used"</h2></header>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

fn data_card(visit: &Visit) -> impl IntoView + use<> {
    let tenant = visit.services.tenant();
    let organization = &tenant.organization.value;
    let consent = visit.viewer.as_ref().and_then(|viewer| viewer.user.consented_at).map(|at| {
        let statement = organization.privacy_statement.clone();
        let name = organization.name.to_string();
        view! {
            <p>
                "You consented " <When visit=visit.clone() at/> {format!(" to share your name, address, organization and sign-ins with {name}. ")}
                {statement.map(|href| view! { <a href=href rel="noreferrer">"Privacy statement"</a> })}
            </p>
        }
    });
    view! {
        <section class="card">
            <header><h2>"Your data"</h2></header>
            {consent}
            <p>"Everything that is kept of you here, as a JSON file: profile, ways to sign in, groups, consents, sessions and sign-ins."</p>
            <div class="actions"><a class="button" href=routes::MY_DATA>"Download my data"</a></div>
        </section>
    }
}

fn session_card(visit: &Visit, own: SessionId, open: Vec<Session>) -> impl IntoView + use<> {
    let others = open.len() > 1;
    let rows = open
        .into_iter()
        .map(|session| {
            let this = session.id == own;
            let client = if session.origin.client.is_empty() { "Unknown browser" } else { &session.origin.client };
            let title = format!("{client} on {}", say::access::a_platform(session.origin.platform));
            let place =
                session.origin.address.map_or_else(|| "unknown address".to_owned(), |address| address.to_string());
            let button = if this { "Sign out" } else { "End" };
            view! {
                <li>
                    <Icon name="device"/>
                    <div>
                        <b>{title}</b>
                        " "
                        {this.then(|| view! { <Badge tone=Tone::Info text="This session"/> })}
                        <small>{place} " · seen " <When visit=visit.clone() at=session.last_seen_at/></small>
                    </div>
                    <form method="post" action=EndSession::PATH>
                        <Hidden name="id" value=session.id.to_string()/>
                        <button class="button small">{button}</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <header>
                <h2>"Sessions"</h2>
                {others.then(|| view! {
                    <form method="post" action=EndOtherSessions::PATH>
                        <button class="button small">"End all others"</button>
                    </form>
                })}
            </header>
            <ul class="rows">{rows}</ul>
        </section>
    }
}

fn leaving(visit: &Visit) -> impl IntoView + use<> {
    let organization = visit.services.tenant().organization.value.name.to_string();
    view! {
        <section class="card">
            <header><h2>{format!("Leave {organization}")}</h2></header>
            <p>"Your access ends at once, in every application. To come back you need a new invitation."</p>
            <div class="actions"><a class="button danger" href=routes::LEAVE>"Leave…"</a></div>
        </section>
    }
}
