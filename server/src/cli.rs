//! The command line: serve, migrate, check, make-admin, policy.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a terminal is what this file is for")]

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use domain::text::EmailAddress;
use services::mail::Checked;
use services::{Denied, Key, Refusal, Services, Store, access, demo, first_administrator};

use crate::config::{Config, KEYS};
use crate::serve;

/// A self-hosted access panel that lets people from outside in, safely.
#[derive(Parser)]
#[command(name = "lobby", version, after_help = after_help())]
struct Arguments {
    /// The configuration file (TOML). Also LOBBY_CONFIG.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves Lobby; runs the migrations first.
    Serve {
        /// A hospital group to try everything with: loopback only, a mailbox page in place of a mail server.
        #[arg(long)]
        demo: bool,
    },
    /// Brings the database to this version.
    Migrate,
    /// Says what is wrong with configuration, database and mail server, and how to mend it.
    Check,
    /// Makes a one-time link by which ADDRESS becomes an administrator.
    MakeAdmin { address: String },
    /// Changes an access policy from this machine, whoever it locks out.
    Policy {
        #[command(subcommand)]
        change: PolicyChange,
    },
}

#[derive(Subcommand)]
enum PolicyChange {
    /// Switches the policy NAME off; one that cannot be read is put away.
    Off { name: String },
}

fn after_help() -> String {
    let width = KEYS.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let keys: Vec<String> = KEYS.iter().map(|(key, means)| format!("  {key:width$}  {means}")).collect();
    format!(
        "Configuration keys, in a TOML file or the environment (smtp.host is LOBBY_SMTP_HOST):\n{}",
        keys.join("\n")
    )
}

pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let file = arguments.config.or_else(|| std::env::var_os("LOBBY_CONFIG").map(PathBuf::from));
    let demo = matches!(arguments.command, Command::Serve { demo: true });
    let config = match Config::load(file.as_deref(), demo) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("lobby: {error}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("lobby: no threads can be had: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(arguments.command, config));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lobby: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { .. } => {
            serve::log(&config);
            let services = open(&config).await?;
            if config.demo {
                demo::fill(&services)
                    .await
                    .map_err(|refusal| anyhow::anyhow!("the demo could not be made: {refusal}"))?;
            }
            greet(&services, &config).await?;
            serve::run(services, &config).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Migrate => {
            let store = store(&config).await?;
            let (known, _) = store.migrations().await?;
            println!("The database has all {known} migrations.");
            Ok(ExitCode::SUCCESS)
        }
        Command::Policy { change: PolicyChange::Off { name } } => {
            let services = open(&config).await?;
            match access::policies::switch_off(&services, &name).await {
                Ok(()) => println!("“{name}” is off. A running Lobby follows within a second."),
                Err(Refusal::Denied(Denied::NotFound)) => anyhow::bail!("no access policy has the name “{name}”"),
                Err(refusal) => anyhow::bail!("{refusal}"),
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Check => Ok(check(&config).await),
        Command::MakeAdmin { address } => {
            let services = open(&config).await?;
            let address = EmailAddress::parse(&address)
                .map_err(|error| anyhow::anyhow!("{address} is no e-mail address: {error}"))?;
            let link = first_administrator::make_link(&services, &address)
                .await
                .map_err(|refusal| anyhow::anyhow!("{}", refusal.code()))?;
            hand_over(&config, &link)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn store(config: &Config) -> anyhow::Result<Store> {
    std::fs::create_dir_all(&config.data_dir)?;
    let store = Store::open(&config.database).await?;
    store.migrate().await?;
    Ok(store)
}

async fn open(config: &Config) -> anyhow::Result<Services> {
    let store = store(config).await?;
    let key = Key::from_file(&config.key_file)?;
    let mailer = serve::mailer(config)?;
    let parts = services::Parts {
        store,
        clock: services::Clock::system(),
        key,
        mailer,
        public_url: config.public_url.clone(),
        demo: config.demo,
        outbound: services::Outbound::new(&config.outbound_networks)?,
    };
    Ok(Services::open(parts).await?)
}

/// Says where to go and as whom; makes the first administrator's link while there is none.
async fn greet(services: &Services, config: &Config) -> anyhow::Result<()> {
    if config.demo {
        println!("\nLobby is at {} in demo mode. Letters are at {}.", services.link("/"), services.link("/mailbox"));
        for (who, address) in demo::ROLES {
            println!("  {who:<22} {address}");
        }
        println!("Sign in as any of them; the code is in the mailbox. The data is in {}.\n", config.data_dir.display());
        return Ok(());
    }
    let exists = first_administrator::exists(services).await.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    if !exists {
        let address =
            EmailAddress::parse(&format!("administrator@{}", config.public_url.host_str().unwrap_or("lobby.invalid")));
        match address {
            Ok(address) => {
                let link = first_administrator::make_link(services, &address)
                    .await
                    .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
                hand_over(config, &link)?;
            }
            Err(_) => println!("Nobody is an administrator yet: run `lobby make-admin ADDRESS`."),
        }
    }
    Ok(())
}

/// A secret link goes to a terminal, or to a file that its owner alone can read; never into a log.
fn hand_over(config: &Config, link: &str) -> anyhow::Result<()> {
    if std::io::stdout().is_terminal() {
        println!("\nThe link for the administrator, for 30 minutes and one use:\n\n    {link}\n");
        return Ok(());
    }
    let path = config.data_dir.join("administrator-link");
    let _ = std::fs::remove_file(&path);
    let mut file = services::secret::private_file(&path)?;
    std::io::Write::write_all(&mut file, format!("{link}\n").as_bytes())?;
    println!("The link for the administrator is in {} for 30 minutes.", path.display());
    Ok(())
}

/// Each part, what is wrong with it, and the cure.
async fn check(config: &Config) -> ExitCode {
    println!("configuration  fine: {} on {}", config.public_url, config.listen);
    let mut fine = true;
    match Store::open(&config.database).await {
        Ok(store) => match store.migrations().await {
            Ok((known, applied)) if known == applied => println!("database       fine: all {known} migrations"),
            Ok((known, applied)) => {
                fine = false;
                println!("database       has {applied} of {known} migrations. Cure: lobby migrate");
            }
            Err(error) => {
                fine = false;
                println!("database       does not answer: {error}. Cure: see that it runs and that Lobby may use it");
            }
        },
        Err(error) => {
            fine = false;
            println!("database       cannot be opened: {error}. Cure: correct the key database");
        }
    }
    match serve::mailer(config) {
        Ok(mailer) => match mailer.check().await {
            Ok(Checked::Mailbox) => println!("mail server    none is needed: letters go to the demo's mailbox"),
            Ok(Checked::Server { encrypted, signed_in }) => {
                let how = if encrypted { "encrypted" } else { "not encrypted" };
                let login = if signed_in { "logged in" } else { "without a login" };
                println!("mail server    fine: {how}, {login}");
            }
            Err(error) => {
                fine = false;
                println!("mail server    {error}. Cure: {}", error.cure());
            }
        },
        Err(error) => {
            fine = false;
            println!("mail server    {error}");
        }
    }
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
