//! The demo's government e-service: the way in.

use askama::Template;

use super::Page;

/// The front page. The button posts to `/sign-in`.
#[derive(Debug, Template)]
#[template(path = "eservice_home.html")]
pub struct EserviceHome {
    /// Its context.
    pub page: Page,
    /// What went wrong with signing in.
    pub problem: Option<String>,
}
