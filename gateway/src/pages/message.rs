//! One message: what happened, what to do, where to go on. Errors are shown by it, too.

use askama::Template;

use super::Page;

/// Where to go on.
pub struct Link {
    /// The address.
    pub href: String,
    /// What it says.
    pub label: String,
}

/// A page with one message.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message {
    /// The context; its request id is shown.
    pub page: Page,
    /// What happened, as a sentence.
    pub headline: String,
    /// What it means and what to do.
    pub sentences: Vec<String>,
    /// Where to go on.
    pub link: Option<Link>,
}
