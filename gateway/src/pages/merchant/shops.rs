//! The shops that somebody works for, and the way into another.

use askama::Template;

use super::{Page, Shop};

/// Links to `/merchant/{id}`; posts `code` and `csrf` to `/merchant/join`.
#[derive(Debug, Template)]
#[template(path = "merchant/shops.html")]
pub struct Shops {
    /// Its context.
    pub page: Page,
    /// Where they work.
    pub shops: Vec<Shop>,
    /// Why an invitation was not taken, beside its field.
    pub refusal: Option<String>,
}
