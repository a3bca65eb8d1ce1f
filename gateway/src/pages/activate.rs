//! Activating: the code from the letter.

use askama::Template;

use super::Page;

/// The form for the activation code. A link carries the code behind `#`; a script fills it in.
/// Posts `code` to `/activate`.
#[derive(Debug, Template)]
#[template(path = "activate.html")]
pub struct Activate {
    /// Its context.
    pub page: Page,
    /// Why the code was not taken.
    pub refusal: Option<String>,
}
