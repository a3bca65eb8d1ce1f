//! Where a merchant's own server is told of payments.

use std::fmt;
use std::str::FromStr;

use crate::web_address::{self, NotAWebAddress};

/// The address of a merchant's server. Plain http is taken too: whether an address may be called at all is decided where
/// it is called, by the networks that the installation allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAddress(String);

impl WebhookAddress {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebhookAddress {
    type Err = NotAWebAddress;

    fn from_str(text: &str) -> Result<Self, NotAWebAddress> {
        web_address::for_servers(text).map(|_| Self(text.to_owned()))
    }
}

impl fmt::Display for WebhookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
