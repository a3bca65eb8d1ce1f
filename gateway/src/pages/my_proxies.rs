//! The numbers and addresses by which a resident is paid, at every bank.

use askama::Template;
use store::Timestamp;

use super::{Page, moment};

/// Every proxy in the resident's name, and who looked at it. Its forms post `csrf` to `/me/proxies/{id}/remove` and
/// `/me/proxies/{id}/confirm`.
#[derive(Debug, Template)]
#[template(path = "my_proxies.html")]
pub struct MyProxies {
    /// Its context.
    pub page: Page,
    /// The proxies.
    pub proxies: Vec<MyProxy>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct MyProxy {
    /// The entry's identifier.
    pub id: String,
    /// The number or address, in Traditional Chinese where it is told in words.
    pub proxy_zh: String,
    /// The same in English.
    pub proxy_en: String,
    /// The bank, in Traditional Chinese.
    pub bank_zh: String,
    /// The bank, in English.
    pub bank_en: String,
    /// Whether payers who name no bank pay there.
    pub default: bool,
    /// How far it may be relied on.
    pub state: State,
    /// Since when it is registered.
    pub since: Timestamp,
    /// Who looked at it, latest first.
    pub reads: Vec<Read>,
}

/// How far a proxy may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody is paid by it yet; the resident may confirm it here.
    ToConfirm,
    /// Nobody is paid by it yet; the bank sends a code.
    ToProve,
    /// It is paid.
    Paid,
    /// Somebody else claims it.
    Claimed,
}

/// Somebody looked at an entry.
#[derive(Debug, Clone)]
pub struct Read {
    /// Who, in Traditional Chinese.
    pub who_zh: String,
    /// Who, in English.
    pub who_en: String,
    /// Why, in Traditional Chinese.
    pub why_zh: &'static str,
    /// Why, in English.
    pub why_en: &'static str,
    /// When.
    pub at: Timestamp,
}
