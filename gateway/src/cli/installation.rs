//! What most commands begin with: the configuration, the key folder and the database it names.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use identity::{Identity, IdentityKeys, IdentitySettings};
use payments::clearing::Rules;
use payments::directory::{Directory, DirectoryKeys, DirectorySettings};
use payments::{Switch, SwitchSettings};
use store::Db;

use crate::clock;
use crate::config::Config;
use crate::keys::KeyFolder;

/// The `--config` option that commands share.
#[derive(Debug, Clone, clap::Args)]
pub struct ConfigPath {
    /// The configuration file
    #[arg(
        long = "config",
        global = true,
        value_name = "FILE",
        env = "LIONROCK_CONFIG",
        default_value = "lionrock.toml"
    )]
    pub path: PathBuf,
}

/// One installation of the program, opened by its configuration.
pub struct Installation {
    /// The configuration.
    pub config: Config,
    /// The key folder.
    pub keys: KeyFolder,
    /// The database, with all migrations in place.
    pub db: Db,
    directory: Directory,
}

impl Installation {
    /// Opens an installation whose database is up to date.
    pub fn open(config: &ConfigPath) -> anyhow::Result<Self> {
        let installation = Self::open_unmigrated(config)?;
        anyhow::ensure!(
            !installation.db.needs_migration()?,
            "the database is older than this program; bring it up with: lionrock migrate --config {}",
            config.path.display()
        );
        Ok(installation)
    }

    /// Opens an installation whatever the state of its database.
    pub fn open_unmigrated(config: &ConfigPath) -> anyhow::Result<Self> {
        let config = Config::load(&config.path)?;
        let keys = KeyFolder::open_or_create(&config.keys.folder, clock::now())?;
        let options = store::Options {
            connections: config.database.connections,
            allow_plaintext: config.database.allow_plaintext,
        };
        let db = Db::open(&config.database.url, &options).context("database.url")?;
        // The configuration was checked when it was read.
        let settings = DirectorySettings {
            limits: config.directory.limits(),
            rules: config.directory.rules().unwrap_or_default(),
        };
        let directory = Directory::with_settings(db.clone(), DirectoryKeys::from_master(keys.master()), settings);
        Ok(Self { config, keys, db, directory })
    }

    /// The identity provider of this installation.
    pub fn identity(&self) -> anyhow::Result<Identity> {
        let issuer = self.config.public.issuer.clone();
        let settings = IdentitySettings {
            mutual_tls_url: self.config.mtls.as_ref().map(|mtls| mtls.url.clone()),
            relying_party_id: issuer.host_str().context("public.issuer has no host")?.to_owned(),
            relying_party_name: "Lionrock 獅子山".to_owned(),
            password_sign_in: self.config.sign_in.password,
            issuer,
        };
        Ok(Identity::open(self.db.clone(), IdentityKeys::from_master(self.keys.master()), settings)?)
    }

    /// The proxy directory of this installation: one, because the switch gives tokens back to those whom it counts.
    pub fn directory(&self) -> Directory {
        self.directory.clone()
    }

    /// The switch of this installation. Several may be open on one database, in several processes.
    pub fn switch(&self) -> anyhow::Result<Switch> {
        let clearing = &self.config.clearing;
        let settings = SwitchSettings {
            rules: Rules {
                time_to_answer: Duration::from_secs(clearing.answer_timeout_seconds),
                cut_over: clearing.cut_over,
                ..Rules::default()
            },
            queue_capacity: clearing.queue_limit,
            offline_after: Duration::from_secs(clearing.offline_after_seconds),
            ..SwitchSettings::default()
        };
        Ok(Switch::open(self.db.clone(), settings, Arc::new(clock::now), self.directory())?)
    }
}
