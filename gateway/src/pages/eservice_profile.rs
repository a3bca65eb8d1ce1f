//! The demo's government e-service: what it was told about who signed in.

use askama::Template;

use super::claim_label::claim_label;
use super::{Lang, Page};

/// An attribute that the e-service received.
pub struct ReceivedAttribute {
    /// The claim.
    pub claim: String,
    /// Its value.
    pub value: String,
}

impl ReceivedAttribute {
    fn label(&self, lang: Lang) -> &str {
        claim_label(&self.claim, lang)
    }
}

/// Shows every attribute by name, and the pairwise subject.
#[derive(Template)]
#[template(path = "eservice_profile.html")]
pub struct EserviceProfile {
    /// The context.
    pub page: Page,
    /// What was received.
    pub attributes: Vec<ReceivedAttribute>,
    /// The pairwise subject.
    pub subject: String,
    /// The level of assurance.
    pub acr: String,
}

impl EserviceProfile {
    /// The name in the page's language, else in the other.
    fn greeting(&self) -> &str {
        let named = |claim: &str| self.attributes.iter().find(|received| received.claim == claim);
        let (first, second) =
            if self.page.lang.is_chinese() { ("name#zh-Hant", "name") } else { ("name", "name#zh-Hant") };
        named(first).or_else(|| named(second)).map_or("", |received| &received.value)
    }
}
