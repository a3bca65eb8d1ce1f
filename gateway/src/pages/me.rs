//! The resident's own page.

use askama::Template;
use store::Timestamp;

use super::{Page, claim, moment};

/// Passkeys, consents and sessions. Its forms post `csrf` to `/me/passkeys/{id}/remove`,
/// `/me/consents/{client_id}/revoke`, `/me/sessions/{id}/revoke` and `/sign-out`; a new passkey goes to
/// `/me/passkeys/options`, then `/me/passkeys`.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct Me {
    /// Its context.
    pub page: Page,
    /// Name in Chinese, if there is one.
    pub name_zh: Option<String>,
    /// Name in English.
    pub name_en: String,
    /// The resident's passkeys.
    pub passkeys: Vec<Passkey>,
    /// Whether they signed in a moment ago: only then are passkeys added or removed.
    pub fresh: bool,
    /// What services may know.
    pub consents: Vec<Consent>,
    /// Where the resident is signed in.
    pub sessions: Vec<Session>,
}

/// A passkey of the resident.
#[derive(Debug, Clone)]
pub struct Passkey {
    /// Its id.
    pub id: String,
    /// What the resident calls it; empty when they gave no name.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was used last.
    pub last_used: Option<Timestamp>,
}

/// A service that the resident lets know something.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Which service.
    pub client_id: String,
    /// Its name in Traditional Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The claims it may have.
    pub claims: Vec<String>,
    /// Since when.
    pub granted: Timestamp,
}

impl Consent {
    fn labels(&self, page: &Page) -> String {
        claim::list(page, &self.claims)
    }
}

/// A browser in which the resident is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// When the resident signed in.
    pub since: Timestamp,
    /// Whether it is the one that shows this page.
    pub current: bool,
    /// The services that it was used at.
    pub services: Vec<Service>,
}

impl Session {
    fn at(&self, page: &Page) -> String {
        let names: Vec<_> = self.services.iter().map(|one| page.say(&one.name_zh, &one.name_en)).collect();
        names.join(page.say("、", ", "))
    }
}

/// A service by its name.
#[derive(Debug, Clone)]
pub struct Service {
    /// In Traditional Chinese.
    pub name_zh: String,
    /// In English.
    pub name_en: String,
}
