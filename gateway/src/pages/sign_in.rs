//! The sign-in page.

use askama::Template;

use super::{Lang, Page};

/// Who asks, from the register of relying parties.
pub struct RelyingParty {
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// The host that the resident is sent back to.
    pub host: String,
}

impl RelyingParty {
    /// The name in the page's language.
    pub fn name(&self, lang: Lang) -> &str {
        if lang.is_chinese() { &self.name_zh } else { &self.name_en }
    }
}

/// Signs in with a passkey, for a relying party or for the resident's own page.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The context.
    pub page: Page,
    /// Who asks; `None` when the resident came by themselves.
    pub relying_party: Option<RelyingParty>,
    /// The authorization request that is waiting.
    pub interaction: Option<String>,
}
