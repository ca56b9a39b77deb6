//! One person: the page that shows all of them, and what can be done.

use domain::time::Span;
use domain::user::{CreationType, ExternalState, Standing, User};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Viewer;
use services::people::{self, Person, ProfileForm};

use super::card;
use super::deeds::{DisablePerson, EnablePerson, EndForm, ResetForm, RestorePerson, RolesForm};
use crate::admin::{AddressForm, Edited, button, conflict, id, param, problems_of, whole};
use crate::organization;
use crate::routes;
use crate::ssr::{Visit, draft_or, visit};
use crate::ui::{AdminFrame, Avatar, Head, Notice, Notices, Tone, When, page, until};

/// From here on an end is shown in the color of caution.
const SOON: Span = Span::days(14);

#[component]
pub fn PersonPage() -> impl IntoView {
    let user = param("user");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let admin = viewer.clone().user_administrator()?;
        let person = people::get(&visit.services, &admin, id(&user)?).await?;
        let user = person.user.value.clone();
        let zone = visit.zone();
        let fresh = Edited { form: ProfileForm::of(&user), version: person.user.version };
        let profile = draft_or(&visit, fresh).await?;
        let last_day = user.ends_at.map(|end| zone.last_day(end)).unwrap_or_default();
        let end = draft_or(&visit, EndForm { last_day }).await?;
        let ticked = RolesForm { roles: user.roles.iter().map(|role| role.as_str().to_owned()).collect() };
        let roles = draft_or(&visit, ticked).await?;
        let reset = draft_or(&visit, ResetForm::default()).await?;
        let sponsor = draft_or(&visit, AddressForm::default()).await?;
        let said = vec![whole(&profile), end.whole(), roles.whole(), sponsor.whole(), reset.whole()];
        let problems = problems_of(&visit, said).await?;
        let may = people::may_change(&viewer.user, &user).is_ok();
        let may_sign_in = people::may_change_sign_in(&viewer.user, &user).is_ok();
        let deleted = matches!(user.standing, Standing::Deleted { .. } | Standing::Erased { .. });
        let name = user.shown_name().to_owned();
        let crumbs = vec![(routes::PEOPLE.to_owned(), "People".to_owned())];
        let (lead, actions) = (lead(&person), actions(&viewer, &user, may));
        let head = view! {
            <Head
                title=name.clone()
                lead=lead
                crumbs=crumbs
                picture=view! { <Avatar name=name.clone() large=true/> }.into_any()
                badge=super::state(&user, visit.now()).into_any()
            >
                {actions}
            </Head>
        };
        let edit = (!deleted).then(|| card::profile(&visit, &user, person.user.version, &profile));
        let ends = (!deleted && may).then(|| card::end(&user, &end));
        let roles = (!deleted && !user.is_guest() && viewer.has(domain::role::Role::Administrator))
            .then(|| card::roles(&user, &roles));
        let resets = (!deleted && may_sign_in).then(|| card::reset(&user, &reset));
        let sponsors = user.is_guest().then(|| card::sponsors(&person, &sponsor, deleted));
        let cards = view! {
            <div class="cards">
                {facts(&visit, &viewer, &person)}
                {edit}
                {card::memberships(&visit, &person)}
                {card::owned(&person)}
                {card::invitations(&visit, &person)}
                {card::factors(&visit, &person, may_sign_in && !deleted)}
                {card::sessions(&visit, &person, may)}
                {ends}
                {sponsors}
                {roles}
                {resets}
            </div>
        };
        let notice = notice(&visit, &user, &viewer);
        let conflict = conflict(&profile, routes::person(user.id));
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name>
                {head}
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {notice}
                {cards}
            </AdminFrame>
        }
        .into_any())
    })
}

fn lead(person: &Person) -> String {
    let user = &person.user.value;
    let who = match (organization::name(person.partner.as_ref(), user), user.is_guest()) {
        (Some(company), true) => format!("Guest of {company}"),
        (None, true) => "Guest".to_owned(),
        (_, false) => "Member".to_owned(),
    };
    let roles = user.roles.iter().map(crate::say::role).map(str::to_owned);
    [user.address.shown(), who].into_iter().chain(roles).collect::<Vec<_>>().join(" · ")
}

fn actions(viewer: &Viewer, user: &User, may: bool) -> AnyView {
    let deleted = matches!(user.standing, Standing::Deleted { .. });
    let former = !user.roles.is_empty() && !viewer.has(domain::role::Role::Administrator);
    match user.standing {
        Standing::Erased { .. } => ().into_any(),
        Standing::Deleted { .. } if former => ().into_any(),
        _ if deleted => button(RestorePerson::PATH, user.id, "button primary", "Restore"),
        _ if !may => ().into_any(),
        Standing::Disabled => view! {
            {button(EnablePerson::PATH, user.id, "button primary", "Enable")}
            <a class="button danger" href=routes::delete_person(user.id)>"Delete…"</a>
        }
        .into_any(),
        _ => view! {
            {button(DisablePerson::PATH, user.id, "button", "Disable")}
            <a class="button danger" href=routes::delete_person(user.id)>"Delete…"</a>
        }
        .into_any(),
    }
}

/// What one must know first: deleted, ended or ending soon, or why there are no buttons.
fn notice(visit: &Visit, user: &User, viewer: &Viewer) -> Option<AnyView> {
    let (zone, now) = (visit.zone(), visit.now());
    if let Standing::Deleted { at, .. } = user.standing {
        let last = crate::ui::day(&zone, at + domain::user::DELETED_KEPT, now);
        let how = "Restored people are disabled and get no roles or groups of their own back.";
        return Some(view! {
            <Notice tone=Tone::Caution><b>{format!("Deleted. Can be restored until {last}.")}</b> <p>{how}</p></Notice>
        }
        .into_any());
    }
    if let Some(end) = user.ends_at {
        let last = until(&zone, end, now);
        let said = if end <= now { format!("Access ended on {last}.") } else { format!("Access ends on {last}.") };
        if end - now <= SOON {
            return Some(view! { <Notice tone=Tone::Caution><b>{said}</b></Notice> }.into_any());
        }
    }
    let refusal = people::may_change(&viewer.user, user).err()?;
    let text = crate::say::problem(&crate::ssr::as_problem(visit, &refusal));
    Some(view! { <Notice>{text}</Notice> }.into_any())
}

fn facts(visit: &Visit, viewer: &Viewer, person: &Person) -> impl IntoView + use<> {
    let user = person.user.value.clone();
    let how = match user.creation {
        CreationType::Invitation => "Invited",
        CreationType::Administrator => "Created by an administrator",
        CreationType::FirstAdministrator => "First administrator",
    };
    let by = person.invited_by.as_ref().map(|inviter| {
        view! { <div><dt>{if user.is_guest() { "Invited by" } else { "Created by" }}</dt><dd>
            <a href=routes::person(inviter.id)>{inviter.shown_name().to_owned()}</a>
        </dd></div> }
    });
    let partner = person.partner.as_ref().map(|partner| {
        view! { <div><dt>"Partner"</dt><dd>{organization::link(visit, partner)}</dd></div> }
    });
    let external = user.external.map(|external| {
        let (said, at) = match external {
            ExternalState::Accepted { at } => ("Accepted", at),
            ExternalState::PendingAcceptance { since } => ("Not accepted yet, invited", since),
        };
        view! { <div><dt>"Invitation"</dt><dd>{said} " " <When visit=visit.clone() at/></dd></div> }
    });
    let signed_in = match user.last_sign_in_at {
        Some(at) => view! { <When visit=visit.clone() at/> }.into_any(),
        None => view! { "never" }.into_any(),
    };
    let end = user.ends_at.map(|end| {
        view! { <div><dt>"Access ends"</dt><dd>{until(&visit.zone(), end, visit.now())}</dd></div> }
    });
    let ways = person.identities.iter().map(|own| {
        let name = match &own.provider {
            Some(provider) => {
                view! { <a href=routes::provider(provider.id)>{provider.name.to_string()}</a> }.into_any()
            }
            None => "A code by e-mail".into_any(),
        };
        let address = own.identity.address.clone().map(|address| view! { " " <small>{address}</small> });
        view! { <div>{name} {address}</div> }
    });
    let ways = ways.collect::<Vec<_>>();
    let ways = if ways.is_empty() { "None used yet".into_any() } else { ways.into_any() };
    let logs = viewer.reads_logs().then(|| {
        view! {
            <footer>
                <a href=routes::with(routes::SIGN_INS, "user", &user.id.to_string())>"Sign-ins"</a>
                " · "
                <a href=routes::with(routes::AUDIT, "target", &user.id.to_string())>"What was changed about them"</a>
                " · "
                <a href=routes::with(routes::AUDIT, "actor", &user.id.to_string())>"What they did"</a>
            </footer>
        }
    });
    view! {
        <section class="card">
            <header><h2>"Facts"</h2></header>
            <dl class="facts">
                <div><dt>"E-mail address"</dt><dd>{user.address.shown()}</dd></div>
                {partner}
                <div><dt>"How they came"</dt><dd>{how} " " <When visit=visit.clone() at=user.created_at/></dd></div>
                {by}
                {external}
                <div><dt>"Last sign-in"</dt><dd>{signed_in}</dd></div>
                <div><dt>"Signs in by"</dt><dd>{ways}</dd></div>
                {end}
                <div><dt>"Id"</dt><dd><code>{user.id.to_string()}</code></dd></div>
            </dl>
            {logs}
        </section>
    }
}
