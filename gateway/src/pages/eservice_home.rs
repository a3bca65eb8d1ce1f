//! The demo's government e-service: its front page.

use askama::Template;

use super::Page;

/// Offers to sign in with Lionrock.
#[derive(Template)]
#[template(path = "eservice_home.html")]
pub struct EserviceHome {
    /// The context.
    pub page: Page,
    /// Why the last sign-in did not happen.
    pub problem: Option<String>,
}
