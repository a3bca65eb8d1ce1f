//! `[directory]` and `[messages]`: the limits and rules of the proxy directory, and how one-time codes reach people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use payments::directory::anti_scan::{Category, Limits};
use payments::directory::{Asserting, DirectoryRules};
use payments::participant::ClearingCode;
use serde::Deserialize;
use url::Url;

/// `[directory]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Directory {
    /// Clearing codes of participants whose word is enough for their customers' possession of what they link; `*` is
    /// all of them.
    pub asserts_ownership: Vec<String>,
    /// How much each participant may look up for its payers, A (the most, and the default) to F.
    pub categories: BTreeMap<ClearingCode, Category>,
    /// Days in which a claim is decided.
    pub claim_days: u16,
    /// Days without use after which possession is proven again; 0 is never.
    pub prove_again_after_days: u16,
}

impl Default for Directory {
    fn default() -> Self {
        Self { asserts_ownership: Vec::new(), categories: BTreeMap::new(), claim_days: 7, prove_again_after_days: 365 }
    }
}

impl Directory {
    /// How much may be looked up.
    pub fn limits(&self) -> Limits {
        let limit = |(code, category): (&ClearingCode, &Category)| (*code, category.limit());
        Limits { participants: self.categories.iter().map(limit).collect(), ..Limits::default() }
    }

    /// The rules that this says.
    ///
    /// # Errors
    /// What is neither a clearing code nor `*`.
    pub fn rules(&self) -> Result<DirectoryRules, String> {
        let all = self.asserts_ownership.iter().any(|code| code == "*");
        let codes = self.asserts_ownership.iter().filter(|code| *code != "*");
        let codes =
            codes.map(|code| code.parse::<ClearingCode>().map_err(|_| code.clone())).collect::<Result<_, _>>()?;
        Ok(DirectoryRules {
            asserting: if all { Asserting::All } else { Asserting::Only(codes) },
            time_to_resolve_claims: Duration::from_hours(24 * u64::from(self.claim_days)),
            prove_again_after_days: (self.prove_again_after_days > 0).then_some(self.prove_again_after_days),
        })
    }
}

/// `[messages]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Messages {
    /// The SMS gateway; left out, no number gets a code.
    pub sms: Option<Sms>,
    /// The mail server; left out, no address gets one.
    pub mail: Option<Mail>,
}

/// `[messages.sms]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Where messages are posted, as `{"to", "text"}`. Under the rules of `[outbound]`.
    pub url: Url,
    /// The file with the bearer token.
    pub token_file: PathBuf,
}

/// `[messages.mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The server's name, as its certificate has it.
    pub host: String,
    /// Its port: 587 for STARTTLS, 465 for TLS from the first byte.
    #[serde(default = "submission")]
    pub port: u16,
    /// TLS from the first byte instead of STARTTLS. It is never without.
    #[serde(default)]
    pub tls_from_the_start: bool,
    /// The sender, such as `Lionrock <fps@example.hk>`.
    pub from: String,
    /// Who signs in there.
    pub user: Option<String>,
    /// The file with the password.
    pub password_file: Option<PathBuf>,
}

const fn submission() -> u16 {
    587
}

impl Messages {
    /// Makes paths relative to `folder`.
    pub(super) fn resolve(&mut self, folder: &Path) {
        let token = self.sms.iter_mut().map(|sms| &mut sms.token_file);
        let password = self.mail.iter_mut().filter_map(|mail| mail.password_file.as_mut());
        for path in token.chain(password) {
            *path = folder.join(&*path);
        }
    }
}
