//! The front page.

use askama::Template;

use super::Page;

/// What Lionrock is, and the way in.
#[derive(Template)]
#[template(path = "home.html")]
pub struct Home {
    /// The context.
    pub page: Page,
    /// Whether the visitor is signed in already.
    pub signed_in: bool,
}
