//! The front page.

use askama::Template;

use super::Page;

/// What Lionrock is, and the ways in.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct Home {
    /// Its context.
    pub page: Page,
    /// Whether the visitor is signed in.
    pub signed_in: bool,
}
