//! Asking whether to sign out, when a service would like it.

use askama::Template;

use super::Page;

/// The question. Its form posts `csrf` to `/oauth/logout/confirm`.
#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOut {
    /// Its context.
    pub page: Page,
    /// What was not as the service should have asked, in one sentence.
    pub objection: Option<String>,
}
