//! Who works for a shop.

use askama::Template;

use super::{Page, Part, Shop};

/// Posts `csrf` to `/merchant/{id}/staff/invite` and `/merchant/{id}/staff/{person}/remove`.
#[derive(Debug, Template)]
#[template(path = "merchant/staff.html")]
pub struct Staff {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// Who works there.
    pub people: Vec<Person>,
    /// A code that was just made for a new cashier: it is shown once.
    pub invitation: Option<String>,
    /// Why somebody was not removed.
    pub refusal: Option<String>,
}

/// Somebody who works there.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their identifier, in addresses.
    pub id: String,
    /// Their name in Traditional Chinese, if they have one.
    pub name_zh: Option<String>,
    /// Their name in English.
    pub name_en: String,
    /// Whether they run the shop.
    pub is_owner: bool,
    /// Whether it is whoever looks.
    pub is_self: bool,
    /// Since when.
    pub since: String,
}
