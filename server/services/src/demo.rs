//! The demo's organization: a hospital group with three applications, its owners, and guests in different states. Made
//! by the same verbs that people use.

use std::net::{IpAddr, Ipv4Addr};

use domain::application::SelfService;
use domain::id::{AppId, GroupId, InvitationId, UserId};
use domain::problem::Problem;
use domain::session::Method;
use domain::settings::{Accent, Organization};
use domain::text::{EmailAddress, Label};
use domain::time::{Span, Zone};
use domain::user::User;
use store::Stored;

use crate::invitations::{self, Inviting, NewInvitations};
use crate::redemption::{self, Proved};
use crate::{
    Actor, Admin, OwnerOf, Refusal, Services, UserAdmin, Verb, Viewer, applications, first_administrator, groups,
    organization, origin, partners, people, sessions, signin,
};

/// Whom a person may play, in words for a terminal.
pub const ROLES: &[(&str, &str)] = &[
    ("administrator", ADMINISTRATOR),
    ("owner of Records", OLGA),
    ("owner of Rota, Images", JONAS),
    ("guest", "ada@praxis-nord.example"),
    ("guest, not yet come in", "ben@hausarzt-sommer.example"),
];

const ADMINISTRATOR: &str = "ida@lindenhof.example";
const OLGA: &str = "olga@lindenhof.example";
const JONAS: &str = "jonas@lindenhof.example";

const MESSAGE: &str =
    "Dear colleague,\nthis is where you find what we share about our patients. Ask me if anything is unclear.";

/// Fills an empty database; one that has people is left as it is.
///
/// # Errors
/// Where the database does not answer.
pub async fn fill(services: &Services) -> Verb<()> {
    if first_administrator::exists(services).await? {
        return Ok(());
    }
    let ida = administrator(services).await?;
    let admin = ida.clone().administrator()?;
    let users = ida.clone().user_administrator()?;
    organize(services, &admin).await?;
    let profile =
        people::ProfileForm { name: "Ida Lindgren".to_owned(), language: "en".to_owned(), ..Default::default() };
    people::edit_own(services, &ida, profile.parse()?).await?;
    let olga = member(services, &users, OLGA, "Olga Brandt").await?;
    let jonas = member(services, &users, JONAS, "Jonas Weber").await?;
    for shape in PARTNERS {
        partner(services, &admin, shape).await?;
    }
    let records = application(services, &users, olga, &RECORDS).await?;
    let rota = application(services, &users, jonas, &ROTA).await?;
    let images = application(services, &users, jonas, &IMAGES).await?;

    let (olga, jonas) = (viewer(services, olga).await?, viewer(services, jonas).await?);
    let to_records = "Ada Nord <ada@praxis-nord.example>, Clara Wolf <clara@praxis-nord.example>, \
                      Ben Sommer <ben@hausarzt-sommer.example>, Dario Conti <dario@studio-conti.example>";
    invite(services, &olga, records, to_records, 30).await?;
    invite(services, &jonas, rota, "Ada Nord <ada@praxis-nord.example>, Eva Kern <eva@labor-kern.example>", 365)
        .await?;
    for guest in ["ada@praxis-nord.example", "clara@praxis-nord.example", "dario@studio-conti.example"] {
        accept(services, guest).await?;
    }
    invite(services, &jonas, images, "Ada Nord <ada@praxis-nord.example>", 8).await?;
    accept(services, "ada@praxis-nord.example").await?;
    decline(services, "eva@labor-kern.example").await?;
    let dario = person(services, "dario@studio-conti.example").await?;
    people::disable(services, &users, dario.id).await?;
    for viewer in [ida, olga, jonas] {
        sessions::sign_out(services, &viewer).await?;
    }
    Ok(())
}

struct Shape {
    name: &'static str,
    group: &'static str,
    text: &'static str,
    path: &'static str,
}

const RECORDS: Shape = Shape {
    name: "Records",
    group: "Records partners",
    text: "Patient records shared with practices",
    path: "/demo/records",
};
const ROTA: Shape =
    Shape { name: "Rota", group: "Rota partners", text: "Who is on duty, and who covers", path: "/demo/rota" };
const IMAGES: Shape = Shape {
    name: "Images",
    group: "Imaging partners",
    text: "X-rays and scans for a second opinion",
    path: "/demo/images",
};

struct PartnerShape {
    name: &'static str,
    domains: &'static str,
    sponsor: &'static str,
    invited: bool,
    notes: &'static str,
}

const PARTNERS: &[PartnerShape] = &[
    PartnerShape {
        name: "Praxis Nord",
        domains: "praxis-nord.example\npraxis-nord-ost.example",
        sponsor: JONAS,
        invited: true,
        notes: "Framework contract of 2024, renewed each January.\nAsk Dr. Nord before adding locums.",
    },
    PartnerShape { name: "Labor Kern", domains: "labor-kern.example", sponsor: "", invited: true, notes: "" },
    PartnerShape {
        name: "Radiologie am Park",
        domains: "radiologie-park.example",
        sponsor: OLGA,
        invited: false,
        notes: "No new people until the new contract is signed.",
    },
];

async fn partner(services: &Services, by: &Admin, shape: &PartnerShape) -> Verb<()> {
    let form = partners::ShapeForm {
        name: shape.name.to_owned(),
        domains: shape.domains.to_owned(),
        sponsor: shape.sponsor.to_owned(),
        invitations_allowed: shape.invited,
        notes: shape.notes.to_owned(),
        provider: String::new(),
    };
    partners::create(services, by, form.parse()?).await.map(drop)
}

async fn administrator(services: &Services) -> Verb<Viewer> {
    let address = address(ADMINISTRATOR)?;
    let link = first_administrator::make_link(services, &address).await?;
    let token = crate::Secret::given(link.rsplit('/').next().unwrap_or_default());
    let (origin, correlation) = (here(), services.ids.next(services.now()));
    let (_, token, _) = first_administrator::enter(services, &token, &origin, correlation).await?;
    sessions::viewer(services, &token, origin, correlation).await?.ok_or(Refusal::Rule("broken"))
}

fn here() -> domain::session::Origin {
    origin::read(Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), None, None)
}

fn address(text: &str) -> Verb<EmailAddress> {
    EmailAddress::parse(text).map_err(|error| Refusal::field("address", error.code()))
}

fn label(text: &str) -> Verb<Label> {
    Label::parse(text).map_err(|error| Refusal::Invalid(vec![Problem::new("name", error.code())]))
}

async fn organize(services: &Services, admin: &Admin) -> Verb<()> {
    let Stored { value, version } = services.tenant().organization.clone();
    let new = Organization {
        name: label("Lindenhof Clinics")?,
        accent: Accent::default(),
        zone: Zone::parse("Europe/Berlin").map_err(|_| Refusal::Rule("broken"))?,
        privacy_contact: Some(address("privacy@lindenhof.example")?),
        ..value
    };
    organization::save_organization(services, admin, new, version).await
}

async fn member(services: &Services, by: &UserAdmin, at: &str, name: &str) -> Verb<UserId> {
    let form = people::ProfileForm { name: name.to_owned(), language: "en".to_owned(), ..Default::default() };
    people::create(services, by, form.parse_member(at)?).await
}

/// An application with the group that grants it, given to an owner: the four steps.
async fn application(services: &Services, by: &UserAdmin, owner: UserId, shape: &Shape) -> Verb<GroupId> {
    let group = groups::ShapeForm { name: shape.group.to_owned(), owners_manage: true, ..Default::default() };
    let group = groups::create(services, by, group.parse()?, &[owner]).await?;
    let form = applications::ShapeForm {
        name: shape.name.to_owned(),
        description: shape.text.to_owned(),
        launch_url: services.link(shape.path),
        publisher: "Lindenhof Clinics".to_owned(),
        support_contact: "it@lindenhof.example".to_owned(),
        plain_http: true,
    };
    let app: AppId = applications::create(services, by, form.parse()?).await?;
    let service = SelfService { group, default_days: Some(90), longest_days: Some(365) };
    applications::set_self_service(services, by, app, Some(service)).await?;
    applications::assign_group(services, by, app, group).await?;
    Ok(group)
}

/// Somebody as if they had signed in.
async fn viewer(services: &Services, user: UserId) -> Verb<Viewer> {
    let user = {
        let mut tx = services.store.read().await?;
        store::users::get(&mut tx, user).await?.ok_or(Refusal::Rule("broken"))?.value
    };
    let (origin, correlation) = (here(), services.ids.next(services.now()));
    let actor = Actor::proved(&user, origin.clone(), correlation);
    let mut deed = services.deed(&actor).await?;
    let (_, token, _) =
        signin::open_session(&mut deed, services, &user, signin::Entry::by(Method::Demo, services.now()), false)
            .await?;
    deed.commit().await?;
    sessions::viewer(services, &token, origin, correlation).await?.ok_or(Refusal::Rule("broken"))
}

async fn invite(services: &Services, by: &Viewer, group: GroupId, list: &str, days: u32) -> Verb<()> {
    let owner: OwnerOf<_> = by.clone().owner_of(services, group).await?;
    let inviting = Inviting::to_group(services, owner)?;
    let message = domain::text::Message::parse(MESSAGE).ok();
    let new = NewInvitations { message, stay_days: Some(days), ..NewInvitations::of(list, "en") };
    invitations::invite(services, &inviting, new).await.map(drop)
}

async fn person(services: &Services, at: &str) -> Verb<User> {
    let mut tx = services.store.read().await?;
    let found = store::users::by_address(&mut tx, &address(at)?).await?;
    found.map(|stored| stored.value).ok_or(Refusal::Rule("broken"))
}

async fn accept(services: &Services, at: &str) -> Verb<()> {
    let proved = Proved::by_code(address(at)?);
    let pending = redemption::pending_for(services, &proved).await?;
    let ids: Vec<InvitationId> = pending.iter().map(|opened| opened.invitation.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let correlation = services.ids.next(services.now() + Span(1));
    redemption::accept(services, &proved, &ids, here(), correlation).await.map(drop)
}

async fn decline(services: &Services, at: &str) -> Verb<()> {
    let token = crate::Secret::random();
    let user = person(services, at).await?;
    let mut tx = services.store.begin().await?;
    let open = store::invitations::open_of_user(&mut tx, user.id).await?;
    for invitation in &open {
        store::invitations::add_link(&mut tx, invitation.value.id, &token.digest(), services.now(), 3).await?;
    }
    tx.commit().await?;
    redemption::decline(services, &token, here(), services.ids.next(services.now())).await
}
