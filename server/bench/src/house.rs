//! A database with people in it: ten applications of one group, an administrator, and as many guests as asked.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::application::{Application, LaunchUrl};
use domain::group::{Group, Membership, Narrowing};
use domain::id::{AppId, GroupId, ProviderId, UserId};
use domain::identity::Identity;
use domain::provider::{ClaimNames, Issuer, Protocol, Provider, ProviderSettings, SecondFactor, Tenancy};
use domain::role::{Role, Roles};
use domain::session::{Method, Origin, Session};
use domain::text::{DomainName, EmailAddress, Label, Message};
use domain::time::Timestamp;
use domain::user::{CreationType, ExternalState, Standing, User, UserType};
use services::mail::Mailer;
use services::{Clock, Key, Parts, Secret, Services, Store, applications, sessions};
use store::memberships::Member;

use crate::load::Tiles;
use crate::{policies, provider};

/// By name, as the apps page has them.
const NAMES: [&str; 10] = [
    "Absence board",
    "Blood bank",
    "Consultation desk",
    "Discharge letters",
    "Equipment pool",
    "Formulary",
    "Guideline library",
    "Hygiene reports",
    "Imaging archive",
    "Journal club",
];
/// Which of them goes while pages are asked for.
const GOING: usize = 4;
pub const LAUNCH_URL: &str = "https://records.lindenhof.example/start";
/// Domains of each provider.
const DOMAINS: usize = 10;
/// People that one transaction writes.
const CHUNK: usize = 5_000;

/// How much stands in a house.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub guests: usize,
    pub providers: usize,
    /// A multiple of ten.
    pub applications: usize,
    /// That apply to nobody: each is for all guests everywhere but from where the benchmark comes.
    pub policies: usize,
}

impl Size {
    pub const fn of(guests: usize, providers: usize) -> Self {
        Self { guests, providers, applications: 10, policies: 0 }
    }
}

pub struct House {
    folder: tempfile::TempDir,
    services: Services,
    /// The provider that vouches for the viewer.
    pub provider: ProviderId,
    /// A domain that the last of its providers speaks for.
    pub domain: String,
    /// The port of the mail server that takes its letters.
    pub mail: u16,
    pub group: GroupId,
    /// A guest, with ten tiles.
    pub viewer: UserId,
    pub address: String,
    pub cookie: String,
    pub tiles: Arc<Tiles>,
    /// Another guest, who launches: what somebody used last stands first on their page.
    pub other_cookie: String,
    pub launch: String,
    pub administrator_cookie: String,
    administrator: Secret,
    going: AppId,
}

impl House {
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.folder().join("lobby.db")
    }

    pub async fn build(size: Size, mail: u16, vouching: &provider::Handle) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Store::open(&format!("sqlite:{}", folder.path().join("lobby.db").display())).await?;
        store.migrate().await?;
        let parts = Parts {
            store,
            clock: Clock::system(),
            // The server reads the same file: it opens the client secrets that are sealed here.
            key: Key::from_file(&folder.path().join("lobby.key"))?,
            mailer: Mailer::Mailbox,
            public_url: url::Url::parse("http://localhost")?,
            demo: false,
            outbound: services::Outbound::new(&["127.0.0.0/8".parse()?])?,
        };
        let services = Services::open(parts).await?;
        let now = services.now();

        let administrator =
            User { roles: Roles::of(Role::Administrator), ..member(&services, "ida@lindenhof.example")? };
        let group = group(&services)?;
        let names = names(size.applications);
        let apps = names.iter().map(|name| application(&services, name)).collect::<Result<Vec<_>, _>>()?;
        let mut tx = services.store.begin().await?;
        store::users::insert(&mut tx, std::slice::from_ref(&administrator)).await?;
        store::groups::insert(&mut tx, &group).await?;
        store::groups::add_owner(&mut tx, group.id, administrator.id, administrator.id, now).await?;
        for app in &apps {
            store::applications::insert(&mut tx, app).await?;
            store::applications::assign_group(&mut tx, app.id, group.id, administrator.id, now).await?;
        }
        tx.commit().await?;

        policies::add(&services, size.policies).await?;
        let guests = (0..size.guests).map(|number| guest(&services, number)).collect::<Result<Vec<_>, _>>()?;
        for chunk in guests.chunks(CHUNK) {
            let member =
                |user: &User| Member { membership: joins(user, &group, &administrator, now), user: user.clone() };
            let members: Vec<Member> = chunk.iter().map(member).collect();
            let mut tx = services.store.begin().await?;
            store::users::insert(&mut tx, chunk).await?;
            store::memberships::insert(&mut tx, &members).await?;
            tx.commit().await?;
        }
        let [viewer, other] = [&guests[guests.len() / 2], &guests[guests.len() / 3]];
        vouching.vouch_for(viewer.address.as_str());
        let (provider, domain) = self::providers(&services, size.providers, vouching, viewer).await?;
        let (cookie, other_cookie) = (sign_in(&services, viewer).await?, sign_in(&services, other).await?);
        let administrator = sign_in(&services, &administrator).await?;
        Ok(Self {
            folder,
            provider,
            domain,
            mail,
            group: group.id,
            viewer: viewer.id,
            address: viewer.address.to_string(),
            cookie: sent(&cookie),
            tiles: Arc::new(Tiles::new(names, GOING)),
            other_cookie: sent(&other_cookie),
            launch: format!("/launch/{}", apps[0].id),
            administrator_cookie: sent(&administrator),
            administrator,
            going: apps[GOING].id,
            services,
        })
    }

    async fn by(&self) -> anyhow::Result<services::UserAdmin> {
        let correlation = self.services.ids.next(self.services.now());
        let found = sessions::viewer(&self.services, &self.administrator, here(), correlation).await;
        let viewer = found.map_err(refused)?.ok_or_else(|| anyhow::anyhow!("the administrator is signed out"))?;
        Ok(viewer.user_administrator()?)
    }

    /// An administrator takes an application away from everybody in the group.
    pub async fn remove_a_tile(&self) -> anyhow::Result<()> {
        let by = self.by().await?;
        self.tiles.changes();
        applications::unassign_group(&self.services, &by, self.going, self.group).await.map_err(refused)?;
        self.tiles.is_removed();
        Ok(())
    }

    pub async fn give_it_back(&self) -> anyhow::Result<()> {
        let by = self.by().await?;
        self.tiles.changes();
        applications::assign_group(&self.services, &by, self.going, self.group).await.map_err(refused)?;
        self.tiles.is_back();
        Ok(())
    }
}

/// By name, so many; where there are more than ten, each has a number.
fn names(many: usize) -> Vec<String> {
    let each = (many / NAMES.len()).max(1);
    let numbered = |name: &str| (1..=each).map(|number| format!("{name} {number}")).collect::<Vec<_>>();
    if each == 1 { NAMES.map(str::to_owned).to_vec() } else { NAMES.into_iter().flat_map(numbered).collect() }
}

/// Providers with ten domains each; the first is the one that vouches.
async fn providers(
    services: &Services,
    many: usize,
    vouching: &provider::Handle,
    viewer: &User,
) -> anyhow::Result<(ProviderId, String)> {
    let now = services.now();
    let (mut first, mut last) = (None, String::new());
    let mut tx = services.store.begin().await?;
    for number in 0..many {
        let domains = (0..DOMAINS).map(|at| DomainName::parse(&format!("d{at}.partner-{number}.example")));
        let made = Provider {
            id: services.ids.next(now),
            name: Label::parse(&format!("Partner {number}"))?,
            enabled: true,
            offered: false,
            position: 0,
            client_id: provider::CLIENT.to_owned(),
            secret_ends_at: None,
            certificate_ends_at: None,
            passcode_until: None,
            logo: None,
            settings: ProviderSettings {
                protocol: Protocol::OpenId { issuer: Issuer::parse(vouching.issuer())?, tenancy: Tenancy::Single },
                scopes: ["openid", "email"].map(str::to_owned).to_vec(),
                claims: ClaimNames::default(),
                domains: domains.collect::<Result<_, _>>()?,
                verified_counts: false,
                also_by_passcode: false,
                second_factor: SecondFactor::usual(),
            },
            created_at: now,
        };
        last = made.settings.domains[0].to_string();
        first.get_or_insert(made.id);
        let sealed = services.key.seal(&format!("provider:{}", made.id), &Secret::given("secret"))?;
        store::providers::insert(&mut tx, &made, &sealed).await?;
    }
    let provider = first.ok_or_else(|| anyhow::anyhow!("no providers"))?;
    let identity = Identity {
        issuer: vouching.issuer().to_owned(),
        subject: provider::SUBJECT.to_owned(),
        user: viewer.id,
        provider: Some(provider),
        address: None,
        anchor: true,
        created_at: now,
        spoke_at: Some(now),
        session: None,
    };
    store::identities::insert(&mut tx, &identity).await?;
    tx.commit().await?;
    Ok((provider, last))
}

fn refused(refusal: services::Refusal) -> anyhow::Error {
    anyhow::anyhow!("{refusal}")
}

/// The cookies of a browser that signed in.
fn sent(token: &Secret) -> String {
    format!("lobby-session={}; lobby-browser={}", token.expose(), Secret::random().expose())
}

fn here() -> Origin {
    services::origin::read(Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), None, None)
}

async fn sign_in(services: &Services, user: &User) -> anyhow::Result<Secret> {
    let (now, token) = (services.now(), Secret::random());
    let session = Session {
        id: services.ids.next(now),
        user: user.id,
        created_at: now,
        auth_time: now,
        methods: vec![Method::Otp],
        // Whoever manages something has used a second factor too.
        multifactor_at: Some(now),
        proof_application: None,
        last_seen_at: now,
        ends_at: now + Session::absolute(user.user_type),
        kept: false,
        origin: here(),
        by: None,
    };
    let mut tx = services.store.begin().await?;
    store::sessions::insert(&mut tx, &session, &token.digest()).await?;
    tx.commit().await?;
    Ok(token)
}

fn member(services: &Services, address: &str) -> anyhow::Result<User> {
    let now = services.now();
    Ok(User {
        id: services.ids.next(now),
        user_type: UserType::Member,
        address: EmailAddress::parse(address)?,
        name: None,
        company: None,
        standing: Standing::Enabled,
        external: None,
        creation: CreationType::Administrator,
        invited_by: None,
        roles: Roles::NONE,
        language: "en".to_owned(),
        time_zone: None,
        ends_at: None,
        consented_at: None,
        created_at: now,
        last_sign_in_at: None,
    })
}

fn guest(services: &Services, number: usize) -> anyhow::Result<User> {
    let member = member(services, &format!("guest-{number}@practice-{}.example", number % 97))?;
    let now = member.created_at;
    Ok(User {
        user_type: UserType::Guest,
        name: Some(Label::parse(&format!("Guest {number}"))?),
        external: Some(ExternalState::Accepted { at: now }),
        creation: CreationType::Invitation,
        consented_at: Some(now),
        last_sign_in_at: Some(now),
        ..member
    })
}

fn joins(user: &User, group: &Group, by: &User, now: Timestamp) -> Membership {
    let ends_at = Timestamp::NEVER;
    Membership { group: group.id, user: user.id, added_by: by.id, added_at: now, ends_at, held_for: None }
}

fn group(services: &Services) -> anyhow::Result<Group> {
    let now = services.now();
    Ok(Group {
        id: services.ids.next(now),
        name: Label::parse("Practices")?,
        description: None,
        owners_manage: true,
        narrowing: Narrowing::default(),
        created_at: now,
    })
}

fn application(services: &Services, name: &str) -> anyhow::Result<Application> {
    let now = services.now();
    Ok(Application {
        id: services.ids.next(now),
        name: Label::parse(name)?,
        description: Some(Message::parse("What we share with the practices around us")?),
        launch_url: LaunchUrl::parse(LAUNCH_URL)?,
        publisher: Some(Label::parse("Lindenhof Clinics")?),
        support_contact: Some(Label::parse("it@lindenhof.example")?),
        logo: None,
        visible: true,
        enabled: true,
        self_service: None,
        created_at: now,
    })
}
