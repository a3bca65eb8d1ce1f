//! The form for an activation code.

use askama::Template;

use super::Page;

/// Takes the code that came by letter or link.
#[derive(Template)]
#[template(path = "activate.html")]
pub struct Activate {
    /// The context.
    pub page: Page,
    /// Why the last code was refused, shown beside the field.
    pub refusal: Option<String>,
}
