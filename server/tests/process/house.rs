//! A folder with a Lobby in it, and the process that serves it.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use services::testing::mail_server::MailServer;
use store::{PageAsk, Store};

use crate::person::Person;

/// Nothing takes longer than this but on a machine that is lost.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct House {
    pub folder: tempfile::TempDir,
    pub port: u16,
    /// Further keys, as the environment has them.
    pub settings: Vec<(&'static str, String)>,
    runtime: tokio::runtime::Runtime,
}

impl House {
    /// Without a mail server: enough for the command line.
    pub fn new() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), port, settings: Vec::new(), runtime }
    }

    pub fn with(mail: &MailServer) -> Self {
        let settings = vec![
            ("LOBBY_SMTP_HOST", "127.0.0.1".to_owned()),
            ("LOBBY_SMTP_PORT", mail.port.to_string()),
            ("LOBBY_SMTP_TLS", "none".to_owned()),
            ("LOBBY_SMTP_FROM", "lobby@lindenhof.example".to_owned()),
        ];
        Self { settings, ..Self::new() }
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lobby"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOBBY_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .env("LOBBY_PUBLIC_URL", format!("http://localhost:{}", self.port))
            .env("LOBBY_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("LOBBY_DATA_DIR", self.folder.path())
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Up to the first answer. What it prints is added to the file `log`.
    pub fn serve(&self) -> Running {
        let log = File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.command(&["serve"]);
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut running = Running { child };
        wait("the first answer", || {
            assert!(running.child.try_wait().unwrap().is_none(), "{}", self.log());
            Person::new(self.port).try_get("/health/ready").is_ok_and(|answer| answer.status == 200)
        });
        running
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// A link that makes an administrator: its secret part.
    pub fn first_link(&self) -> String {
        assert!(self.run(&["make-admin", "ida@lindenhof.example"]).status.success());
        let link = std::fs::read_to_string(self.path("administrator-link")).unwrap();
        link.trim().rsplit('/').next().unwrap().to_owned()
    }

    pub fn administrator(&self) -> Person {
        self.enter(&self.first_link())
    }

    pub fn enter(&self, token: &str) -> Person {
        let mut admin = Person::new(self.port);
        assert_eq!(admin.get(&format!("/first/{token}")).status, 200);
        assert_eq!(admin.post("/fn/first-administrator/enter", &[("token", token)]).leads_to(), "/admin");
        enrol(&mut admin);
        admin
    }

    /// What the database of this house says, whether or not it is served.
    pub fn ask<T>(&self, question: impl AsyncFnOnce(&Store) -> T) -> T {
        let url = format!("sqlite:{}", self.path("lobby.db").display());
        self.runtime.block_on(async {
            let store = Store::open(&url).await.unwrap();
            let answer = question(&store).await;
            store.close().await;
            answer
        })
    }
}

/// Sets an authenticator app up, without which nobody manages anything.
fn enrol(admin: &mut Person) {
    assert!(admin.get("/admin").leads_to().starts_with("/account/prove?to=%2Fadmin&need=factor"));
    let page = admin.post("/fn/authenticator/begin", &[("to", "/admin")]).leads_to().to_owned();
    let page = admin.get(&page).body;
    let key = page.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0.replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(&key).unwrap();
    let code = totp_rs::Builder::new().with_secret(secret).build_noncompliant().generate_current().to_string();
    let confirmed = admin.post("/fn/authenticator/confirm", &[("form[code]", &code), ("to", "/admin")]);
    assert!(confirmed.leads_to().starts_with("/account/recovery?to=%2Fadmin"), "{}", confirmed.head);
}

/// Everything on one page.
pub fn everything() -> PageAsk {
    PageAsk { size: 2_000, ..PageAsk::default() }
}

/// Ends with the value.
pub struct Running {
    child: Child,
}

impl Running {
    /// As if the power had gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, as a supervisor says it.
    pub fn tell_to_stop(&self) {
        let said = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.child.id())).status().unwrap();
        assert!(said.success());
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub fn end(mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status,
                None if began.elapsed() > PATIENCE => panic!("it does not stop"),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Everything in the files of a folder whose names begin so.
pub fn files(folder: &Path, beginning: &str) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    named.flat_map(|entry| std::fs::read(entry.path()).unwrap()).collect()
}
