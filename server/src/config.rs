//! The configuration: a TOML file and the environment. The only reader of either.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::id::UserId;
use domain::text::{EmailAddress, Label};
use ipnet::IpNet;
use serde::Deserialize;
use services::Secret;
use services::mail::{Login, SmtpSettings, Tls};

/// Accounts for emergencies.
const MOST_BREAK_GLASS: usize = 5;

/// Every key with what it means, for `--help` and the README; the environment has each as `LOBBY_` and the key in
/// capitals, a dot being an underscore.
pub const KEYS: &[(&str, &str)] = &[
    ("public_url", "Where people reach Lobby: https://host, or http://localhost:PORT. Required outside demo mode."),
    ("listen", "The address and port to listen on. Default 127.0.0.1:3000."),
    ("database", "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME. Default sqlite:DATA_DIR/lobby.db."),
    ("data_dir", "Where the database and the key are kept. Default ./data."),
    ("key_file", "The key of this installation, 64 hexadecimal digits; made where absent. Default DATA_DIR/lobby.key."),
    ("trusted_proxies", "Networks whose client header is believed, such as [\"10.0.0.2/32\"]. Default none."),
    ("client_header", "The header that trusted proxies write the client's address to. Default X-Forwarded-For."),
    (
        "outbound_networks",
        "Networks besides public ones in which identity providers may be. Default none; loopback in demo mode.",
    ),
    (
        "country_file",
        "A file of countries by address (MaxMind DB). Without it, access policies by country cannot be turned on.",
    ),
    (
        "break_glass",
        "Ids of at most 5 Administrators whom no access policy keeps out of Lobby; they sign in by a passkey alone.",
    ),
    ("log.format", "text or json. Default text."),
    ("log.level", "error, warn, info, debug or trace. Default info."),
    ("smtp.host", "The mail server. Required outside demo mode."),
    ("smtp.port", "Its port. Default 465 for implicit TLS, 587 for STARTTLS, 25 for none."),
    ("smtp.tls", "implicit, starttls, or none (to loopback only). Default starttls."),
    ("smtp.user", "The user name to log in with, where the mail server wants one."),
    ("smtp.password", "The password to log in with."),
    ("smtp.password_file", "A file that holds the password, in place of smtp.password."),
    ("smtp.from", "The address that letters come from. Required outside demo mode."),
    ("smtp.from_name", "The name beside it. Default: the name of the organization."),
    ("smtp.ca_file", "A PEM file with a further root certificate to trust."),
];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    public_url: Option<String>,
    listen: Option<String>,
    database: Option<String>,
    data_dir: Option<PathBuf>,
    key_file: Option<PathBuf>,
    trusted_proxies: Vec<String>,
    client_header: Option<String>,
    outbound_networks: Vec<String>,
    country_file: Option<PathBuf>,
    break_glass: Vec<String>,
    log: Log,
    smtp: Smtp,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Log {
    format: Option<String>,
    level: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Smtp {
    host: Option<String>,
    port: Option<u16>,
    tls: Option<String>,
    user: Option<String>,
    password: Option<String>,
    password_file: Option<PathBuf>,
    from: Option<String>,
    from_name: Option<String>,
    ca_file: Option<PathBuf>,
}

/// What `serve` runs with: complete and checked.
pub struct Config {
    pub public_url: url::Url,
    pub listen: SocketAddr,
    pub database: String,
    pub data_dir: PathBuf,
    pub key_file: PathBuf,
    pub proxies: Proxies,
    /// Networks besides public ones that the one HTTP client may go to.
    pub outbound_networks: Vec<IpNet>,
    pub country_file: Option<PathBuf>,
    pub break_glass: Vec<UserId>,
    pub log_json: bool,
    pub log_level: String,
    /// `None` is the demo's mailbox.
    pub smtp: Option<SmtpSettings>,
    pub demo: bool,
}

/// Whose word about the client's address counts.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    pub trusted: Vec<IpNet>,
    pub header: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {path} cannot be read: {error}")]
    Unreadable { path: String, error: std::io::Error },
    #[error("the configuration is not understood: {0}")]
    Malformed(String),
    #[error("the environment variable {0} is no key of the configuration; see `lobby --help`")]
    UnknownVariable(String),
    #[error("the key {key} is required: {means}")]
    Missing { key: &'static str, means: &'static str },
    #[error("the key {key} is wrong: {why}")]
    Wrong { key: &'static str, why: String },
}

fn missing(key: &'static str) -> ConfigError {
    let means = KEYS.iter().find(|(name, _)| *name == key).map_or("", |(_, means)| means);
    ConfigError::Missing { key, means }
}

fn wrong(key: &'static str, why: impl ToString) -> ConfigError {
    ConfigError::Wrong { key, why: why.to_string() }
}

impl Config {
    /// Reads the file, if one is named, and the environment over it.
    ///
    /// # Errors
    /// The first key that is missing, unknown or wrong, with what it means.
    pub fn load(file: Option<&Path>, demo: bool) -> Result<Self, ConfigError> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError::Unreadable { path: path.display().to_string(), error })?,
            None => String::new(),
        };
        let environment = std::env::vars().filter(|(name, _)| name.starts_with("LOBBY_"));
        Self::read(&text, environment, demo)
    }

    fn read(text: &str, environment: impl Iterator<Item = (String, String)>, demo: bool) -> Result<Self, ConfigError> {
        // The parser's own words would print the line, and with it a secret.
        let malformed = |error: &toml::de::Error| ConfigError::Malformed(error.message().to_owned());
        let mut table: toml::Table = toml::from_str(text).map_err(|error| malformed(&error))?;
        for (name, value) in environment.filter(|(name, _)| !matches!(name.as_str(), "LOBBY_SITE" | "LOBBY_CONFIG")) {
            let variable = |key: &str| format!("LOBBY_{}", key.to_uppercase().replace('.', "_"));
            let key = KEYS.iter().map(|(key, _)| *key).find(|key| variable(key) == name);
            set(&mut table, key.ok_or(ConfigError::UnknownVariable(name))?, &value)?;
        }
        let file: File = table.try_into().map_err(|error| malformed(&error))?;
        file.check(demo)
    }
}

/// Puts a value from the environment where the key says.
fn set(table: &mut toml::Table, key: &'static str, value: &str) -> Result<(), ConfigError> {
    let value = match key {
        "trusted_proxies" | "outbound_networks" | "break_glass" => {
            value.split(',').map(|part| toml::Value::from(part.trim())).collect::<Vec<_>>().into()
        }
        "smtp.port" => toml::Value::Integer(value.parse().map_err(|_| wrong("smtp.port", "not a number"))?),
        _ => toml::Value::from(value),
    };
    let table = match key.split_once('.') {
        Some((section, _)) => {
            let section = table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            section.as_table_mut().ok_or_else(|| wrong(key, "its section is not a table"))?
        }
        None => table,
    };
    table.insert(key.rsplit('.').next().unwrap_or(key).to_owned(), value);
    Ok(())
}

impl File {
    fn check(self, demo: bool) -> Result<Config, ConfigError> {
        let listen: SocketAddr = self
            .listen
            .as_deref()
            .unwrap_or("127.0.0.1:3000")
            .parse()
            .map_err(|_| wrong("listen", "not of the form 127.0.0.1:3000"))?;
        if demo && !listen.ip().is_loopback() {
            return Err(wrong("listen", "demo mode listens on loopback only"));
        }
        let public_url = match &self.public_url {
            Some(text) => public_url(text)?,
            None if demo => public_url(&format!("http://localhost:{}", listen.port()))?,
            None => return Err(missing("public_url")),
        };
        let data_dir = self.data_dir.clone().unwrap_or_else(|| PathBuf::from("data"));
        let database =
            self.database.clone().unwrap_or_else(|| format!("sqlite:{}", data_dir.join("lobby.db").display()));
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme)) {
            return Err(wrong("database", "it begins with sqlite: or postgres://"));
        }
        let proxies = Proxies {
            trusted: self
                .trusted_proxies
                .iter()
                .map(|text| network("trusted_proxies", text))
                .collect::<Result<_, _>>()?,
            header: self.client_header.clone().unwrap_or_else(|| "x-forwarded-for".to_owned()).to_lowercase(),
        };
        let log_json = match self.log.format.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return Err(wrong("log.format", "text or json")),
        };
        let log_level = self.log.level.clone().unwrap_or_else(|| "info".to_owned());
        if !["error", "warn", "info", "debug", "trace"].contains(&log_level.as_str()) {
            return Err(wrong("log.level", "error, warn, info, debug or trace"));
        }
        let key_file = self.key_file.clone().unwrap_or_else(|| data_dir.join("lobby.key"));
        let smtp = if demo && self.smtp.host.is_none() { None } else { Some(self.smtp.check()?) };
        let outbound_networks = match self.outbound_networks.as_slice() {
            [] if demo => {
                vec![IpNet::from(std::net::IpAddr::from([127, 0, 0, 1])), network("outbound_networks", "::1")?]
            }
            listed => listed.iter().map(|text| network("outbound_networks", text)).collect::<Result<_, _>>()?,
        };
        let named = self.break_glass.iter().map(|id| id.trim().parse::<UserId>());
        let break_glass: Vec<UserId> =
            named.collect::<Result<_, _>>().map_err(|_| wrong("break_glass", "each is the id of a person"))?;
        if break_glass.len() > MOST_BREAK_GLASS {
            return Err(wrong("break_glass", format!("at most {MOST_BREAK_GLASS}")));
        }
        Ok(Config {
            public_url,
            listen,
            database,
            data_dir,
            key_file,
            proxies,
            outbound_networks,
            country_file: self.country_file,
            break_glass,
            log_json,
            log_level,
            smtp,
            demo,
        })
    }
}

fn public_url(text: &str) -> Result<url::Url, ConfigError> {
    let key = "public_url";
    let url = url::Url::parse(text).map_err(|error| wrong(key, error))?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong(key, "it names no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return Err(wrong(key, "https, or http on this machine alone")),
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong(key, "scheme, host and port, and nothing else"));
    }
    Ok(url)
}

/// A network; one wider than /8 (v6: /16) is a mistake.
fn network(key: &'static str, text: &str) -> Result<IpNet, ConfigError> {
    let text = text.trim();
    let net: IpNet = match text.parse::<std::net::IpAddr>() {
        Ok(address) => address.into(),
        Err(_) => text.parse().map_err(|_| wrong(key, format!("{text} is no network")))?,
    };
    let least = if net.addr().is_ipv4() { 8 } else { 16 };
    let too_wide = if key == "trusted_proxies" { net.prefix_len() <= least } else { net.prefix_len() < least };
    if too_wide {
        return Err(wrong(key, format!("{text} is too wide: more than /{least}")));
    }
    Ok(net)
}

impl Smtp {
    fn check(self) -> Result<SmtpSettings, ConfigError> {
        let host = self.host.ok_or_else(|| missing("smtp.host"))?;
        let from = self.from.ok_or_else(|| missing("smtp.from"))?;
        let tls = self.tls.unwrap_or_else(|| "starttls".to_owned());
        let tls = Tls::parse(&tls).ok_or_else(|| wrong("smtp.tls", "implicit, starttls or none"))?;
        let password = match (self.password, self.password_file) {
            (Some(_), Some(_)) => return Err(wrong("smtp.password_file", "smtp.password is set too")),
            (Some(password), None) => Some(password),
            (None, Some(path)) => Some(
                std::fs::read_to_string(&path)
                    .map_err(|error| wrong("smtp.password_file", error))?
                    .trim_end()
                    .to_owned(),
            ),
            (None, None) => None,
        };
        let login = match (self.user, password) {
            (Some(user), Some(password)) => Some(Login { user, password: Secret::given(&password) }),
            (None, None) => None,
            (Some(_), None) => return Err(missing("smtp.password")),
            (None, Some(_)) => return Err(missing("smtp.user")),
        };
        let sender = EmailAddress::parse(&from).map_err(|error| wrong("smtp.from", error))?;
        let sender_name = self.from_name.as_deref().map(Label::parse).transpose();
        let usual = SmtpSettings::new(host, tls, sender);
        Ok(SmtpSettings {
            port: self.port.unwrap_or(usual.port),
            login,
            sender_name: sender_name.map_err(|error| wrong("smtp.from_name", error))?,
            ca_file: self.ca_file,
            ..usual
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)], demo: bool) -> Result<Config, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(text, environment, demo).map_err(|error| error.to_string())
    }

    const WHOLE: &str =
        "public_url = 'https://lobby.example'\n[smtp]\nhost = 'mail.example'\nfrom = 'lobby@lobby.example'\n";

    #[test]
    fn the_environment_stands_over_the_file() {
        let config = read(WHOLE, &[("LOBBY_SMTP_HOST", "other.example"), ("LOBBY_LISTEN", "127.0.0.1:4000")], false);
        let config = config.map_err(|error| panic!("{error}")).unwrap();
        assert_eq!(config.smtp.unwrap().host, "other.example");
        assert_eq!(config.listen.port(), 4000);
        assert_eq!(config.public_url.as_str(), "https://lobby.example/");
    }

    #[test]
    fn demo_mode_needs_no_configuration() {
        let config = read("", &[], true).map_err(|error| panic!("{error}")).unwrap();
        assert_eq!(config.public_url.as_str(), "http://localhost:3000/");
        assert!(config.smtp.is_none());
    }

    #[test]
    fn what_is_missing_unknown_or_wrong_is_named() {
        for (text, environment, word) in [
            ("", &[][..], "public_url"),
            ("public_url = 'https://lobby.example'", &[], "smtp.host"),
            ("nonsense = 1", &[], "nonsense"),
            (WHOLE, &[("LOBBY_NONSENSE", "1")], "LOBBY_NONSENSE"),
            (WHOLE, &[("LOBBY_PUBLIC_URL", "http://lobby.example")], "https"),
            (WHOLE, &[("LOBBY_PUBLIC_URL", "https://lobby.example/path")], "nothing else"),
            (WHOLE, &[("LOBBY_TRUSTED_PROXIES", "10.0.0.0/8")], "too wide"),
            (WHOLE, &[("LOBBY_TRUSTED_PROXIES", "2001::/16")], "too wide"),
            (WHOLE, &[("LOBBY_DATABASE", "mysql://x")], "sqlite:"),
            (WHOLE, &[("LOBBY_SMTP_USER", "me")], "smtp.password"),
            (WHOLE, &[("LOBBY_LOG_FORMAT", "xml")], "text or json"),
        ] {
            let error = read(text, environment, false).err().unwrap_or_default();
            assert!(error.contains(word), "{text} {environment:?}: {error}");
        }
    }

    #[test]
    fn a_secret_never_stands_in_an_error() {
        let error = read("[smtp]\npassword = 'hunter2\n", &[], false).err().unwrap_or_default();
        assert!(!error.is_empty() && !error.contains("hunter2"), "{error}");
    }
}
