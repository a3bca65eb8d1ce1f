//! A page that says one thing, such as why something was not done.

use askama::Template;

use super::Page;

/// What happened, and what to do.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct Message {
    /// Its context. The request's id is shown, to be quoted when asking for help.
    pub page: Page,
    /// The outcome in one sentence.
    pub headline: String,
    /// The reason, and what to do.
    pub sentences: Vec<String>,
    /// Where to go on.
    pub link: Option<Link>,
}

/// Where to go on.
#[derive(Debug, Clone)]
pub struct Link {
    /// The address.
    pub href: String,
    /// What happens there, verb first.
    pub label: String,
}
