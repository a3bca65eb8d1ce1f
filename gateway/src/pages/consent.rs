//! The consent page: exactly which attributes are asked for, with their values.

use askama::Template;

use super::claim_label::{claim_label, claim_list};
use super::sign_in::RelyingParty;
use super::{Lang, Page};

/// One attribute that is asked for.
pub struct Attribute {
    /// The claim.
    pub claim: String,
    /// What the relying party would be told; `None` when nothing is on record.
    pub value: Option<String>,
}

impl Attribute {
    fn label(&self, lang: Lang) -> &str {
        claim_label(&self.claim, lang)
    }

    fn shown(&self, lang: Lang) -> &str {
        let nothing =
            if lang.is_chinese() { "沒有紀錄，不會提供" } else { "Nothing on record, so nothing is shared" };
        self.value.as_deref().unwrap_or(nothing)
    }
}

/// Asks the resident.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// The context; its form token is the session's.
    pub page: Page,
    /// Who asks.
    pub relying_party: RelyingParty,
    /// What for, in Chinese.
    pub purpose_zh: Option<String>,
    /// What for, in English.
    pub purpose_en: Option<String>,
    /// What cannot be left out.
    pub required: Vec<Attribute>,
    /// What the resident may leave out: unticked.
    pub optional: Vec<Attribute>,
    /// Claims that exist and are not asked for.
    pub withheld: Vec<String>,
    /// The interaction's id.
    pub interaction: String,
}

impl Consent {
    fn purpose(&self) -> Option<&str> {
        let purpose = if self.page.lang.is_chinese() { &self.purpose_zh } else { &self.purpose_en };
        purpose.as_deref()
    }

    fn withheld_list(&self) -> String {
        claim_list(self.withheld.iter().map(String::as_str), self.page.lang)
    }
}
