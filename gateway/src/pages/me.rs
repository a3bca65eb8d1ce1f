//! The resident's own page.

use askama::Template;
use store::Timestamp;

use super::claim_label::claim_list;
use super::moment::minute;
use super::{Lang, Page};

/// A relying party that was given attributes.
pub struct Consent {
    /// Its identifier.
    pub client_id: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// The claims that it may ask for again without asking the resident.
    pub claims: Vec<String>,
    /// Since when.
    pub granted: Timestamp,
}

impl Consent {
    fn list(&self, lang: Lang) -> String {
        claim_list(self.claims.iter().map(String::as_str), lang)
    }

    fn since(&self) -> String {
        minute(self.granted)
    }
}

/// A passkey of the resident.
pub struct Passkey {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it last signed in.
    pub last_used: Option<Timestamp>,
}

impl Passkey {
    fn used(&self, lang: Lang) -> String {
        let never = if lang.is_chinese() { "未用過" } else { "never" };
        self.last_used.map_or_else(|| never.to_owned(), minute)
    }
}

/// A session of the resident.
pub struct Session {
    /// Its id.
    pub id: String,
    /// When it began.
    pub since: Timestamp,
    /// Whether it is the one of this request.
    pub current: bool,
}

impl Session {
    fn began(&self) -> String {
        minute(self.since)
    }
}

/// Passkeys, consents, sessions.
#[derive(Template)]
#[template(path = "me.html")]
pub struct Me {
    /// The context.
    pub page: Page,
    /// Name in Chinese.
    pub name_zh: Option<String>,
    /// Name in English.
    pub name_en: String,
    /// The resident's passkeys.
    pub passkeys: Vec<Passkey>,
    /// What was agreed to.
    pub consents: Vec<Consent>,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
}
