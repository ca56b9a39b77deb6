//! The way in for the first Administrator, and for one who lost theirs: a one-time link made on the machine.

use domain::event::{Action, Target, TargetKind};
use domain::id::RequestId;
use domain::role::{Role, Roles};
use domain::session::{Method, Origin, Session};
use domain::text::EmailAddress;
use domain::time::Span;
use domain::user::{CreationType, Standing, User, UserType};
use store::Stored;

use crate::{Actor, Refusal, Secret, Services, Verb, signin};

const LINK_LIVES: Span = Span::minutes(30);

/// Makes a link; the ones before are void. It makes its bearer an Administrator under this address.
///
/// # Errors
/// `Rule("person_guest")` where a guest has the address; `Standing` where the person is deleted.
pub async fn make_link(services: &Services, address: &EmailAddress) -> Verb<String> {
    let actor = Actor::lobby(services);
    let mut deed = services.deed(&actor).await?;
    if let Some(user) = store::users::by_address(&mut deed.tx, address).await? {
        user.value.give_roles(Roles::of(Role::Administrator))?;
    }
    let token = Secret::random();
    let until = deed.now + LINK_LIVES;
    let now = deed.now;
    store::settings::add_administrator_link(&mut deed.tx, &token.digest(), address, now, until).await?;
    deed.tell(Action::AdministratorLinkMade, Target::new(TargetKind::Address, "", address.as_str()));
    deed.commit().await?;
    Ok(services.link(&format!("/first/{}", token.expose())))
}

/// # Errors
/// Where the database does not answer.
pub async fn exists(services: &Services) -> Verb<bool> {
    let mut tx = services.store.read().await?;
    Ok(store::users::count_working_administrators(&mut tx, services.now()).await? > 0)
}

/// Whom an unused link is for.
///
/// # Errors
/// `Rule("administrator_link")` where the link is unknown, used or too old.
pub async fn look(services: &Services, token: &Secret) -> Verb<EmailAddress> {
    let mut tx = services.store.read().await?;
    let link = store::settings::administrator_link(&mut tx, &token.digest()).await?;
    link.filter(|(_, until)| services.now() < *until)
        .map(|(address, _)| address)
        .ok_or(Refusal::Rule("administrator_link"))
}

/// Uses the link up: its bearer is an Administrator and signed in.
///
/// # Errors
/// `Rule("administrator_link")` where the link is unknown, used or too old.
pub async fn enter(
    services: &Services,
    token: &Secret,
    origin: &Origin,
    correlation: RequestId,
) -> Verb<(Session, Secret, Secret)> {
    let address = look(services, token).await?;
    let found = {
        let mut tx = services.store.read().await?;
        store::users::by_address(&mut tx, &address).await?
    };
    let now = services.now();
    let user = match &found {
        Some(stored) => {
            let user = stored.value.clone().give_roles(stored.value.roles.with(Role::Administrator))?;
            User { standing: Standing::Enabled, ends_at: None, ..user }
        }
        None => administrator(services, address),
    };
    let actor = Actor::proved(&user, origin.clone(), correlation);
    let mut deed = services.deed(&actor).await?;
    if !store::settings::use_administrator_link(&mut deed.tx, &token.digest(), now).await? {
        return Err(Refusal::Rule("administrator_link"));
    }
    match found {
        Some(stored) => {
            store::users::save(&mut deed.tx, &Stored { value: user.clone(), version: stored.version }).await?
        }
        None => store::users::insert(&mut deed.tx, std::slice::from_ref(&user)).await?,
    }
    deed.tell(Action::AdministratorLinkUsed, Target::new(TargetKind::User, user.id, user.shown_name()));
    let opened =
        signin::open_session(&mut deed, services, &user, signin::Entry::by(Method::FirstLink, now), false).await?;
    deed.commit().await?;
    Ok(opened)
}

fn administrator(services: &Services, address: EmailAddress) -> User {
    let now = services.now();
    User {
        id: services.ids.next(now),
        user_type: UserType::Member,
        address,
        name: None,
        company: None,
        standing: Standing::Enabled,
        external: None,
        creation: CreationType::FirstAdministrator,
        invited_by: None,
        roles: Roles::of(Role::Administrator),
        language: "en".to_owned(),
        time_zone: None,
        ends_at: None,
        consented_at: None,
        created_at: now,
        last_sign_in_at: None,
    }
}
