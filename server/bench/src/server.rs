//! A server in a process of its own, on the core that servers have.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::client::{self, Client};
use crate::cores;
use crate::house::House;

pub struct Server {
    child: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Lobby with the database of a house, configured as for production, up to its first answer.
    pub async fn lobby(program: &Path, house: &House) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LOBBY_") {
                command.env_remove(name);
            }
        }
        command
            .arg("serve")
            .env("LOBBY_PUBLIC_URL", format!("http://localhost:{port}"))
            .env("LOBBY_LISTEN", format!("127.0.0.1:{port}"))
            .env("LOBBY_DATA_DIR", house.folder())
            // This program is the proxy.
            .env("LOBBY_TRUSTED_PROXIES", "127.0.0.1/32")
            .env("LOBBY_OUTBOUND_NETWORKS", "127.0.0.1/32")
            .env("LOBBY_SMTP_HOST", "127.0.0.1")
            .env("LOBBY_SMTP_PORT", house.mail.to_string())
            .env("LOBBY_SMTP_TLS", "none")
            .env("LOBBY_SMTP_FROM", "lobby@lobby.example");
        Self::start(command, port, "/signin", &house.folder().join("lobby.log")).await
    }

    /// The server to compare with, on the same database.
    pub async fn bare(program: &Path, house: &House) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command.args(["bare", "--listen", &format!("127.0.0.1:{port}"), "--database"]).arg(house.database());
        Self::start(command, port, &format!("/{}", house.viewer), &house.folder().join("bare.log")).await
    }

    async fn start(mut command: Command, port: u16, page: &str, log: &Path) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log)?);
        // A child has the core of the thread that started it.
        let started = std::thread::spawn(move || {
            cores::take(cores::SERVERS)?;
            anyhow::Ok(command.spawn()?)
        });
        let child = started.join().map_err(|_| anyhow::anyhow!("the server could not be started"))??;
        let mut server = Self { child, port };
        server.answers(page).await.with_context(|| std::fs::read_to_string(log).unwrap_or_default())?;
        Ok(server)
    }

    async fn answers(&mut self, page: &str) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            anyhow::ensure!(self.child.try_wait()?.is_none(), "the server ended");
            if let Ok(mut client) = Client::connect(self.port).await {
                let answer = client.ask(client::get(self.port, page, None)?).await?;
                anyhow::ensure!(answer.status == 200, "{page} is answered with {}", answer.status);
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        anyhow::bail!("the server does not listen")
    }

    /// Milliseconds that the processor has worked for it (proc(5): user and system time in hundredths).
    pub fn processor_ms(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("no name in stat")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<Result<f64, _>>()? * 10.0)
    }

    /// The memory that is its own or shared, in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Milliseconds from the start of the process to the sign-in page, the median of five, on a database that is there.
pub async fn cold_start(program: &Path, house: &House) -> anyhow::Result<f64> {
    let mut times = Vec::new();
    // The first one makes the key and fills the page cache.
    for _ in 0..6 {
        let began = Instant::now();
        let server = Server::lobby(program, house).await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        drop(server);
    }
    times.remove(0);
    Ok(crate::load::median(times))
}
