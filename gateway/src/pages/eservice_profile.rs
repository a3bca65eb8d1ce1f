//! The demo's government e-service: what it was told about who signed in.

use askama::Template;

use super::{Page, claim};

/// The attributes, by name. Signing out posts to `/sign-out`.
#[derive(Template)]
#[template(path = "eservice_profile.html")]
pub struct EserviceProfile {
    /// Its context.
    pub page: Page,
    /// What Lionrock told.
    pub attributes: Vec<ReceivedAttribute>,
    /// The pairwise subject.
    pub subject: String,
    /// How sure the sign-in is (`acr`).
    pub acr: String,
}

/// One attribute that the e-service received.
#[derive(Clone)]
pub struct ReceivedAttribute {
    /// The claim's name.
    pub claim: String,
    /// Its value.
    pub value: String,
}

impl ReceivedAttribute {
    fn label(&self, page: &Page) -> &str {
        claim::label(page, &self.claim)
    }
}

impl EserviceProfile {
    /// Whom to greet: the name in the visitor's language, or any.
    fn greeted(&self) -> Option<&str> {
        let value = |claim: &str| self.attributes.iter().find(|one| one.claim == claim).map(|one| one.value.as_str());
        match self.page.lang {
            super::Lang::ZhHant => value("name#zh-Hant").or_else(|| value("name")),
            super::Lang::En => value("name"),
        }
    }
}
