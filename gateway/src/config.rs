//! The configuration file: what a city decides before it starts the program. Unknown keys are refused by name.

mod directory;
mod outbound;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use payments::clearing::CutOverTime;
use serde::Deserialize;
use url::Url;

pub use directory::{Directory, Mail, Messages, Sms};
pub use outbound::{Outbound, Webhooks};

/// Everything in `lionrock.toml`. `lionrock.example.toml` explains each key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the data is.
    pub database: Database,
    /// Where the key material is.
    #[serde(default)]
    pub keys: Keys,
    /// Pages, the OpenID provider and the API for relying parties.
    pub public: Public,
    /// The listener for relying parties with certificates; left out, there is none.
    pub mtls: Option<Mtls>,
    /// How residents may sign in.
    #[serde(default)]
    pub sign_in: SignIn,
    /// The banks' listener; left out, this gateway takes no payments.
    pub participants: Option<Participants>,
    /// Health, metrics and the operator's console; left out, there are none.
    pub operations: Option<Operations>,
    /// Calls to addresses that others chose.
    #[serde(default)]
    pub outbound: Outbound,
    /// Who may come how often.
    #[serde(default)]
    pub limits: Limits,
    /// How the switch clears.
    #[serde(default)]
    pub clearing: Clearing,
    /// How much may be looked up in the proxy directory, and its rules.
    #[serde(default)]
    pub directory: Directory,
    /// What merchants' own servers are told.
    #[serde(default)]
    pub webhooks: Webhooks,
    /// How one-time codes reach people.
    #[serde(default)]
    pub messages: Messages,
    /// How it logs.
    #[serde(default)]
    pub log: Log,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:path` or `postgres://…`.
    pub url: String,
    /// Connections at most.
    #[serde(default = "default_connections")]
    pub connections: u32,
    /// Accept a PostgreSQL server elsewhere without TLS.
    #[serde(default)]
    pub allow_plaintext: bool,
}

fn default_connections() -> u32 {
    store::Options::default().connections
}

/// `[keys]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The folder of the master key and the participants' certificate authority.
    pub folder: PathBuf,
}

impl Default for Keys {
    fn default() -> Self {
        Self { folder: PathBuf::from("keys") }
    }
}

/// `[public]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// Address and port; left out, this gateway serves no residents, and other listeners go on.
    pub listen: Option<SocketAddr>,
    /// The URL that residents and relying parties see; `iss` of every token. https, or http on localhost.
    pub issuer: Url,
    /// PEM certificate chain; with `key`, this listener speaks TLS itself.
    pub certificate: Option<PathBuf>,
    /// PEM private key.
    pub key: Option<PathBuf>,
}

/// `[mtls]`: the endpoints that relying parties call themselves, for those that show a certificate (RFC 8705).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mtls {
    /// Address and port.
    pub listen: SocketAddr,
    /// The URL that relying parties see; published as `mtls_endpoint_aliases`.
    pub url: Url,
    /// PEM certificate chain of this listener.
    pub certificate: PathBuf,
    /// Its PEM private key.
    pub key: PathBuf,
    /// PEM certificates of the authorities that may name clients (`tls_client_auth`).
    pub client_ca: Option<PathBuf>,
}

/// `[sign_in]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// By password too, at relying parties that take it.
    pub password: bool,
}

/// `[participants]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participants {
    /// Address and port.
    pub listen: SocketAddr,
    /// Names (DNS or IP) for which the key folder's own authority certifies this listener.
    #[serde(default = "default_participant_names")]
    pub names: Vec<String>,
    /// PEM certificate chain of another authority instead.
    pub certificate: Option<PathBuf>,
    /// Its PEM private key.
    pub key: Option<PathBuf>,
}

fn default_participant_names() -> Vec<String> {
    vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
}

/// `[operations]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// Address and port; keep it off the public network.
    pub listen: SocketAddr,
}

/// `[limits]`: of the public listener and the one for certificates. A rate of 0 is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Pages a second for one address (IPv6: one network of 64 bits).
    pub per_address: u32,
    /// So many at once.
    pub address_burst: u32,
    /// Calls a second of one relying party.
    pub per_client: u32,
    /// So many at once.
    pub client_burst: u32,
    /// Networks (CIDR) of proxies that say in `X-Forwarded-For` for whom they come.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Limits {
    fn default() -> Self {
        let loopback = [IpNet::new(Ipv4Addr::new(127, 0, 0, 0).into(), 8), IpNet::new(Ipv6Addr::LOCALHOST.into(), 128)];
        Self {
            per_address: 50,
            address_burst: 300,
            per_client: 500,
            client_burst: 2_000,
            trusted_proxies: loopback.into_iter().flatten().collect(),
        }
    }
}

/// `[clearing]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clearing {
    /// Seconds from AccptncDtTm in which the creditor agent must have answered.
    pub answer_timeout_seconds: u64,
    /// Seconds after which a participant that leaves a payment unanswered and does not read its inbox counts as
    /// offline.
    pub offline_after_seconds: u64,
    /// Steps that may wait for the sequencer before new payments are answered 503.
    pub queue_limit: usize,
    /// When business days end, in Hong Kong.
    pub cut_over: CutOverTime,
    /// Where the signed checkpoint of each business day is written besides the database.
    pub checkpoint_folder: Option<PathBuf>,
}

impl Default for Clearing {
    fn default() -> Self {
        Self {
            answer_timeout_seconds: 10,
            offline_after_seconds: 60,
            queue_limit: 20_000,
            cut_over: CutOverTime::MIDNIGHT,
            checkpoint_folder: None,
        }
    }
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `json` for machines, `text` for people.
    pub format: LogFormat,
    /// What is logged, as `tracing` filters it: `info`, `lionrock=debug,info`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Json, filter: "info,actix_server=warn".to_owned() }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Words on a terminal.
    Text,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No file there.
    #[error(
        "there is no configuration at {0}.\n\
         Copy lionrock.example.toml, set `public.issuer` and `database.url`, and pass it with --config.\n\
         To look around first without any configuration: lionrock demo"
    )]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// Not TOML, an unknown key, or a wrong type; the text names the place.
    #[error("{0}: {1}")]
    Malformed(PathBuf, String),
    /// A value that cannot work.
    #[error("{key}: {why}")]
    Value {
        /// The key as it stands in the file.
        key: &'static str,
        /// What is wrong and what would be right.
        why: &'static str,
    },
}

impl Config {
    /// Reads and checks a configuration file. Paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => ConfigError::Missing(path.to_owned()),
            _ => ConfigError::Unreadable(path.to_owned(), e),
        })?;
        let mut config: Self =
            toml::from_str(&text).map_err(|e| ConfigError::Malformed(path.to_owned(), e.to_string()))?;
        config.check()?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), ConfigError> {
        let value = |key, why| Err(ConfigError::Value { key, why });
        let issuer = &self.public.issuer;
        let loopback = matches!(issuer.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if issuer.scheme() != "https" && !(issuer.scheme() == "http" && loopback) {
            return value("public.issuer", "must be an https URL (http only on localhost)");
        }
        if issuer.query().is_some() || issuer.fragment().is_some() || issuer.path() != "/" {
            return value("public.issuer", "is scheme and host only, without path, query or fragment");
        }
        if self.public.certificate.is_some() != self.public.key.is_some() {
            return value("public.certificate", "and public.key go together");
        }
        if let Some(mtls) = &self.mtls
            && (mtls.url.scheme() != "https" || mtls.url.path() != "/" || mtls.url.query().is_some())
        {
            return value("mtls.url", "is an https URL without path and query");
        }
        if let Some(participants) = &self.participants
            && participants.certificate.is_some() != participants.key.is_some()
        {
            return value("participants.certificate", "and participants.key go together");
        }
        if !(1..=60).contains(&self.clearing.answer_timeout_seconds) {
            return value("clearing.answer_timeout_seconds", "is between 1 and 60");
        }
        if !(30..=3_600).contains(&self.clearing.offline_after_seconds) {
            return value("clearing.offline_after_seconds", "is between 30 and 3600: longer than a long poll");
        }
        if self.directory.rules().is_err() {
            return value("directory.asserts_ownership", "is a list of clearing codes, or of \"*\"");
        }
        if self.directory.claim_days == 0 {
            return value("directory.claim_days", "is at least 1");
        }
        if self.clearing.queue_limit == 0 {
            return value("clearing.queue_limit", "is at least 1");
        }
        Ok(())
    }

    /// Makes paths relative to the configuration's own folder, so that it does not matter where one stands.
    fn resolve(&mut self, folder: &Path) {
        let participants = self.participants.iter_mut().flat_map(|p| [&mut p.certificate, &mut p.key]);
        let public = [&mut self.public.certificate, &mut self.public.key, &mut self.outbound.extra_ca];
        let optional = public.into_iter().chain(participants);
        let mtls =
            self.mtls.iter_mut().flat_map(|m| [Some(&mut m.certificate), Some(&mut m.key), m.client_ca.as_mut()]);
        let optional = optional.chain([&mut self.clearing.checkpoint_folder]);
        for path in optional.flatten().chain(mtls.flatten()).chain([&mut self.keys.folder]) {
            *path = folder.join(&*path);
        }
        self.messages.resolve(folder);
        if let Some(path) = self.database.url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            self.database.url = format!("sqlite:{}", folder.join(path).display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lionrock.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    const LEAST: &str =
        "[database]\nurl = 'sqlite:x.db'\n[public]\nlisten = '127.0.0.1:0'\nissuer = 'https://id.example.hk'\n";

    #[test]
    fn the_least_configuration_is_a_database_and_an_issuer() {
        let config = load(LEAST).unwrap();
        assert_eq!(config.clearing.answer_timeout_seconds, 10);
        assert!(config.database.url.ends_with("/x.db"), "relative to the file: {}", config.database.url);
    }

    #[test]
    fn the_example_loads() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lionrock.example.toml");
        Config::load(&example).unwrap();
    }

    #[test]
    fn an_unknown_key_is_named() {
        let refused = load(&format!("{LEAST}isuer = 'x'\n")).unwrap_err().to_string();
        assert!(refused.contains("isuer"), "{refused}");
    }

    #[test]
    fn a_value_that_cannot_work_is_named() {
        let refused = load(&LEAST.replace("https://id.example.hk", "http://id.example.hk")).unwrap_err().to_string();
        assert!(refused.starts_with("public.issuer"), "{refused}");
        let refused = load(&format!("{LEAST}certificate = 'x.pem'\n")).unwrap_err().to_string();
        assert!(refused.starts_with("public.certificate"), "{refused}");
    }

    #[test]
    fn a_missing_file_says_how_to_make_one() {
        let refused = Config::load(Path::new("/nowhere/lionrock.toml")).unwrap_err().to_string();
        assert!(refused.contains("lionrock.example.toml"), "{refused}");
    }
}
