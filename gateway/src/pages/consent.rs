//! Consent: which attributes a service asks for, with their values.

use askama::Template;

use super::sign_in::RelyingParty;
use super::{Page, claim};

/// The question. Posts `interaction`, `csrf`, `decision` (`agree` or `deny`) and a `claim` for each optional
/// attribute that the resident ticked to `/oauth/authorize/decision`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// Its context.
    pub page: Page,
    /// Who asks.
    pub relying_party: RelyingParty,
    /// What for, in Traditional Chinese.
    pub purpose_zh: Option<String>,
    /// What for, in English.
    pub purpose_en: Option<String>,
    /// What the service needs.
    pub required: Vec<Attribute>,
    /// What the resident may leave out.
    pub optional: Vec<Attribute>,
    /// Claims that exist and are not asked for.
    pub withheld: Vec<String>,
    /// The payments that the resident is to authorize.
    pub payments: Vec<Payment>,
    /// Whether the service may come back for them when the resident is not there.
    pub is_offline: bool,
    /// The authorization request.
    pub interaction: String,
}

/// A payment that the resident is to authorize.
#[derive(Clone)]
pub struct Payment {
    /// Who is paid.
    pub payee: String,
    /// Into which account.
    pub account: String,
    /// ISO 4217.
    pub currency: String,
    /// As text.
    pub amount: String,
    /// What for.
    pub reference: Option<String>,
}

/// One attribute with the resident's own value.
#[derive(Clone)]
pub struct Attribute {
    /// The claim's name.
    pub claim: String,
    /// What the service will be told; `None` when nothing is on record.
    pub value: Option<String>,
}

impl Attribute {
    fn label(&self, page: &Page) -> &str {
        claim::label(page, &self.claim)
    }
}

impl Consent {
    fn purpose(&self) -> Option<&str> {
        let (zh, en) = (self.purpose_zh.as_deref(), self.purpose_en.as_deref());
        match self.page.lang {
            super::Lang::ZhHant => zh.or(en),
            super::Lang::En => en.or(zh),
        }
    }

    /// What the service needs and gets.
    fn needed(&self) -> impl Iterator<Item = &Attribute> {
        self.required.iter().filter(|one| one.value.is_some())
    }

    /// What it would get if it were on record, as part of a sentence.
    fn needed_and_absent(&self) -> String {
        let absent = self.required.iter().filter(|one| one.value.is_none()).map(|one| one.claim.clone());
        claim::list(&self.page, &absent.collect::<Vec<_>>())
    }

    /// What the service does not get, as part of a sentence; empty when it asks for everything.
    fn not_shared(&self) -> String {
        claim::list(&self.page, &self.withheld)
    }
}
