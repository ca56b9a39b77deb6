//! A Lobby with everything in it, and one request of one actor: what it answers, in a word.

use axum::Router;
use axum::http::StatusCode;
use domain::application::{Application, SelfService};
use domain::event::SignInResult;
use domain::id::{AttemptId, DraftId, InvitationId, PasskeyId, SignInId};
use domain::identity::Identity;
use domain::passcode::Purpose;
use domain::session::{Method, Origin};
use domain::time::{Span, Timestamp};
use domain::user::User;
use serde_json::json;
use services::factors::{passes, recovery, totp};
use services::federation::Errand;
use services::signin::{Caller, Continuation};
use services::testing::{Device, Lobby, code_in};
use services::{Secret, Viewer, federation, passkeys, redemption, signin};
use store::Engine;
use store::authenticators::Kept;
use store::sign_ins::SignIn;

use crate::browser::{Answer, Browser, doors, with_file};
use crate::line::{BY_CODE, Line};
use crate::things::{self, Names, PICTURE};

pub struct Scene {
    lobby: Lobby,
    router: Router,
    actors: Vec<Option<User>>,
    names: Names,
}

impl Scene {
    pub async fn make(demo: bool) -> Self {
        let lobby = Lobby::open_with(Engine::Sqlite, |parts| parts.demo = demo).await;
        let (actors, names) = things::make(&lobby).await;
        Self { router: doors(&lobby), lobby, actors, names }
    }

    /// What the actor of this column is answered.
    pub async fn ask(&self, line: &Line, actor: usize) -> String {
        let mut browser = Browser::at(self.router.clone(), &self.lobby);
        let cookie = Secret::random();
        browser.set_cookie("__Host-lobby-browser", cookie.expose());
        let mut asks = Asks { scene: self, user: self.actors[actor].as_ref(), cookie, signed_in: None };
        if let Some(user) = asks.user {
            let (viewer, token) = match actor {
                BY_CODE => self.lobby.sign_in_by_code(user.id).await,
                _ => self.lobby.sign_in(user.id).await,
            };
            browser.set_cookie("__Host-lobby-session", token.expose());
            asks.signed_in = Some((viewer, token));
        }
        let path = asks.fill(&line.path, false).await;
        let answer = match line.form.as_deref() {
            _ if line.method == "GET" => browser.get(&path).await,
            form => {
                browser.accept = "application/json";
                let (kind, body) = match form {
                    Some("a picture") => with_file("logo", "logo.png", PICTURE),
                    form => {
                        let body = asks.fill(form.unwrap_or_default(), true).await;
                        ("application/x-www-form-urlencoded".to_owned(), body.into_bytes())
                    }
                };
                browser.post_text(&path, &kind, body).await
            }
        };
        word(&answer)
    }
}

/// One actor with a browser.
struct Asks<'a> {
    scene: &'a Scene,
    user: Option<&'a User>,
    cookie: Secret,
    signed_in: Option<(Viewer, Secret)>,
}

impl Asks<'_> {
    /// Puts things for their names. In a form, what stands between is encoded but for `&`, `=` and brackets.
    async fn fill(&self, text: &str, form: bool) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap();
            filled += &if form { before.replace('+', "%2B").replace(' ', "+") } else { before.to_owned() };
            filled += &self.thing(name).await;
            rest = after;
        }
        filled + &if form { rest.replace('+', "%2B").replace(' ', "+") } else { rest.to_owned() }
    }

    async fn thing(&self, name: &str) -> String {
        match (name, self.user) {
            ("me", Some(user)) => user.id.to_string(),
            // A session of one's own, not the one that asks.
            ("my-session", Some(user)) => self.scene.lobby.viewer(user.id).await.session.id.to_string(),
            ("my-passkey", Some(user)) => self.passkey(user).await.0.to_string(),
            ("my-authenticator", Some(user)) => self.authenticator(user).await,
            ("authenticator-to-confirm", Some(_)) => self.waiting().await,
            ("my-recovery-code", Some(user)) => self.recovery_code(user).await,
            ("my-pass", Some(user)) => self.pass(user).await,
            ("my-authenticator" | "authenticator-to-confirm" | "my-recovery-code" | "my-pass", None) => {
                self.scene.names["none"].clone()
            }
            ("passkey-to-sign-in", user) => self.answer_to_sign_in(user).await,
            ("passkey-to-add", Some(_)) => self.answer_to_add().await,
            ("passkey-to-prove", Some(user)) => self.answer_to_prove(user).await,
            ("me" | "my-session" | "my-passkey" | "passkey-to-add" | "passkey-to-prove", None) => {
                self.scene.names["none"].clone()
            }
            ("code-to-sign-in", _) => self.code(Purpose::SignIn).await,
            ("code-to-prove", _) => self.code(Purpose::ProveAgain).await,
            ("code-to-change-address", _) => self.code(Purpose::NewAddress).await,
            ("asked-to-add", _) => self.ask_to_add().await,
            ("code-to-add", _) => self.code_to_add().await,
            ("code-to-lift", _) => self.code(Purpose::LiftBlock).await,
            ("proved-invitation", _) => self.prove().await.to_string(),
            ("typed-address", _) => self.typed().await,
            ("way", _) => self.way().await.to_string(),
            ("answer", _) => self.answer().await,
            ("my-identity", Some(user)) => self.identity(user).await,
            ("my-app", Some(user)) => self.application(user).await.id.to_string(),
            ("my-blocked-attempt", Some(user)) => self.blocked(user).await.to_string(),
            ("my-identity" | "my-app" | "my-blocked-attempt", None) => self.scene.names["none"].clone(),
            _ => self.scene.names.get(name).unwrap_or_else(|| panic!("nothing is called {name}")).clone(),
        }
    }

    async fn code(&self, purpose: Purpose) -> String {
        let address = match (purpose, self.user) {
            (Purpose::LiftBlock, _) => "blocked@praxis.example".to_owned(),
            // One for each: a mailbox gets so many codes an hour.
            (Purpose::NewAddress, Some(user)) => format!("new-{}@else.example", user.id),
            (_, Some(user)) => user.address.to_string(),
            (_, None) => "person@praxis.example".to_owned(),
        };
        self.ask_code(purpose, &address).await
    }

    async fn ask_code(&self, purpose: Purpose, address: &str) -> String {
        let (lobby, origin) = (&self.scene.lobby, domain::samples::origin());
        let parsed = domain::samples::address(address);
        let (caller, to) = (self.caller(&origin), Continuation::Apps);
        let asked = signin::Asked { by: self.user.map(|user| user.id), ..signin::Asked::to(to, false) };
        signin::ask(&lobby.services, &caller, purpose, &parsed, &asked).await.unwrap();
        match lobby.letter_to(address).await {
            Some(_) => lobby.code_to(address).await,
            None => "00000000".to_owned(),
        }
    }

    /// A passkey of the actor's own, by which they proved themselves just now.
    async fn passkey(&self, user: &User) -> (PasskeyId, Device) {
        let (lobby, made) = (&self.scene.lobby, self.scene.lobby.passkey(user.id).await);
        let (viewer, token) = self.signed_in.as_ref().unwrap();
        let mut tx = lobby.services.store.begin().await.unwrap();
        let (methods, now) = ([Method::Passkey], lobby.services.now());
        let proof = store::sessions::Proof {
            digest: &token.digest(),
            methods: &methods,
            proved_at: now,
            multifactor_at: Some(now),
            by: None,
        };
        store::sessions::renew(&mut tx, viewer.session.id, &proof, now).await.unwrap();
        tx.commit().await.unwrap();
        made
    }

    /// An authenticator of the actor's own, who proved themselves just now; the code that it shows.
    async fn authenticator(&self, user: &User) -> String {
        self.passkey(user).await;
        let services = &self.scene.lobby.services;
        let secret = Secret::given("OBWGC2LOFVZXI4TJNZTS243FMNZGK5BN");
        let now = services.now();
        let kept = Kept {
            user: user.id,
            secret: services.key.seal(&format!("authenticator {}", user.id), &secret).unwrap(),
            session: self.signed_in.as_ref().unwrap().0.session.id,
            created_at: now,
            confirmed_at: Some(now),
            last_step: 0,
            last_used_at: None,
        };
        let mut tx = services.store.begin().await.unwrap();
        store::authenticators::begin(&mut tx, &kept).await.unwrap();
        tx.commit().await.unwrap();
        shown(&secret, now)
    }

    /// The first code of an authenticator that waits for it.
    async fn waiting(&self) -> String {
        let services = &self.scene.lobby.services;
        let (viewer, _) = self.signed_in.as_ref().unwrap();
        match totp::begin(services, viewer).await {
            Ok(_) => shown(&totp::waiting(services, viewer).await.unwrap().unwrap().secret, services.now()),
            Err(_) => self.scene.names["none"].clone(),
        }
    }

    async fn recovery_code(&self, user: &User) -> String {
        self.passkey(user).await;
        let viewer = self.scene.lobby.stepped_up(&self.scene.lobby.viewer(user.id).await).await;
        let codes = recovery::make(&self.scene.lobby.services, &viewer).await.unwrap();
        codes[0].expose().to_owned()
    }

    async fn pass(&self, user: &User) -> String {
        let lobby = &self.scene.lobby;
        let admin = lobby.admin().await.viewer().clone().user_administrator().unwrap();
        passes::give(&lobby.services, &admin, user.id).await.unwrap().spaced()
    }

    async fn answer_to_sign_in(&self, user: Option<&User>) -> String {
        let (lobby, origin) = (&self.scene.lobby, domain::samples::origin());
        let user = match user {
            Some(user) => user.clone(),
            // Somebody who has not signed in yet.
            None => lobby.member("new@lindenhof.example").await,
        };
        lobby.anchor(&user).await;
        let mut device = lobby.passkey(user.id).await.1;
        let challenge = passkeys::begin_sign_in(&lobby.services, &self.caller(&origin)).await.unwrap();
        json!({ "ceremony": challenge.ceremony, "credential": device.sign(&challenge.options) }).to_string()
    }

    async fn answer_to_add(&self) -> String {
        let (lobby, origin) = (&self.scene.lobby, domain::samples::origin());
        let (viewer, _) = self.signed_in.as_ref().unwrap();
        let begun = passkeys::begin_adding(&lobby.services, viewer, &self.caller(&origin)).await;
        let Ok(challenge) = begun else { return self.scene.names["none"].clone() };
        let credential = Device::new().make(&challenge.options);
        json!({ "ceremony": challenge.ceremony, "credential": credential, "name": "Key" }).to_string()
    }

    async fn answer_to_prove(&self, user: &User) -> String {
        let (lobby, origin) = (&self.scene.lobby, domain::samples::origin());
        let mut device = self.passkey(user).await.1;
        let (viewer, _) = self.signed_in.as_ref().unwrap();
        let challenge = passkeys::begin_proof(&lobby.services, viewer, &self.caller(&origin)).await.unwrap();
        json!({ "ceremony": challenge.ceremony, "credential": device.sign(&challenge.options) }).to_string()
    }

    /// Asks to add the pending invitation to the actor's own account, where they may; its link.
    async fn ask_to_add(&self) -> String {
        let (services, token) = (&self.scene.lobby.services, self.scene.names["token"].clone());
        if let Some((viewer, _)) = &self.signed_in {
            let origin = domain::samples::origin();
            redemption::ask_to_add(services, viewer, &self.caller(&origin), &Secret::given(&token)).await.ok();
        }
        token
    }

    async fn code_to_add(&self) -> String {
        self.ask_to_add().await;
        let letter = self.scene.lobby.letter_to("pending@praxis.example").await;
        letter
            .filter(|letter| letter.contains("For the account"))
            .and_then(|letter| code_in(&letter))
            .unwrap_or_else(|| "00000000".to_owned())
    }

    /// Proves the address of the pending invitation at the door.
    async fn prove(&self) -> InvitationId {
        let code = self.ask_code(Purpose::SignIn, "pending@praxis.example").await;
        let origin = domain::samples::origin();
        signin::sign_in(&self.scene.lobby.services, &self.caller(&origin), &code).await.unwrap();
        self.scene.names["invitation"].parse().unwrap()
    }

    /// The draft of an address at the door.
    async fn typed(&self) -> String {
        let services = &self.scene.lobby.services;
        let (id, until): (DraftId, _) = (services.ids.next(services.now()), services.now() + Span::minutes(5));
        let typed = r#"{"typed":{"address":"somebody@praxis.example"},"problems":[]}"#;
        services::drafts::keep(services, id, &self.cookie, "sign-in", typed, until).await.unwrap();
        id.to_string()
    }

    /// A way to the social service, begun in this browser.
    async fn way(&self) -> AttemptId {
        let (lobby, origin) = (&self.scene.lobby, domain::samples::origin());
        let (provider, asked) = (self.scene.names["social"].parse().unwrap(), signin::Asked::default());
        federation::start(&lobby.services, &self.caller(&origin), None, provider, Errand::SignIn, &asked).await.unwrap()
    }

    /// What the service sends the browser back with.
    async fn answer(&self) -> String {
        let (way, origin) = (self.way().await, domain::samples::origin());
        let url = federation::way(&self.scene.lobby.services, &self.caller(&origin), way).await.unwrap();
        url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
    }

    /// An application of theirs, with an owner to ask.
    async fn application(&self, user: &User) -> Application {
        let (lobby, services) = (&self.scene.lobby, &self.scene.lobby.services);
        let (owner, application) = (lobby.group_with_owner().await, lobby.application().await);
        let mut tx = services.store.begin().await.unwrap();
        let stored = store::applications::get(&mut tx, application.id).await.unwrap().unwrap();
        let group = owner.group().id;
        let service = SelfService { group, default_days: None, longest_days: None };
        let stored = stored.with(|application| Application { self_service: Some(service), ..application });
        store::applications::save(&mut tx, &stored).await.unwrap();
        store::applications::assign_user(&mut tx, application.id, user.id, user.id, services.now()).await.unwrap();
        tx.commit().await.unwrap();
        application
    }

    /// An attempt of theirs at it that a policy stopped.
    async fn blocked(&self, user: &User) -> SignInId {
        let (application, services) = (self.application(user).await, &self.scene.lobby.services);
        let attempt = SignIn {
            id: services.ids.next(services.now()),
            at: services.now(),
            user: user.id,
            user_name: user.shown_name().to_owned(),
            application: Some(application.id),
            application_name: application.name.to_string(),
            result: SignInResult::Blocked,
            reason: None,
            facts: None,
            correlation: self.scene.lobby.correlation(),
            set_version: 0,
        };
        let (id, mut tx) = (attempt.id, services.store.begin().await.unwrap());
        store::sign_ins::record(&mut tx, attempt, &[], 0).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The subject of one identity of theirs beside another.
    async fn identity(&self, user: &User) -> String {
        let services = &self.scene.lobby.services;
        let mut tx = services.store.begin().await.unwrap();
        for name in ["one", "other"] {
            let identity = Identity {
                user: user.id,
                provider: None,
                issuer: "https://login.praxis.example".to_owned(),
                subject: format!("{name}-{}", user.id),
                address: None,
                anchor: false,
                created_at: services.now(),
                spoke_at: None,
                session: None,
            };
            store::identities::insert(&mut tx, &identity).await.unwrap();
        }
        tx.commit().await.unwrap();
        format!("one-{}", user.id)
    }

    fn caller<'a>(&'a self, origin: &'a Origin) -> Caller<'a> {
        Caller { browser: &self.cookie, device: None, origin, correlation: self.scene.lobby.correlation() }
    }
}

/// What an authenticator with this secret shows.
fn shown(secret: &Secret, at: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    totp.generate(u64::try_from(at.0 / 1000).unwrap()).to_string()
}

/// `ok` for what was done or shown; `door`, `prove` and `shut` for where it leads instead; else the status.
fn word(answer: &Answer) -> String {
    let to = answer.header("location");
    match answer.status {
        StatusCode::UNAUTHORIZED => "door".to_owned(),
        status if status.is_success() => "ok".to_owned(),
        status if status.is_redirection() => match to.split('?').next().unwrap_or_default() {
            "/signin" if !to.contains("done=") => "door".to_owned(),
            "/account/prove" => "prove".to_owned(),
            path if path.starts_with("/not-open/") => "shut".to_owned(),
            _ => "ok".to_owned(),
        },
        status => status.as_u16().to_string(),
    }
}
