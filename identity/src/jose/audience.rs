//! Whom a token is for (`aud`: RFC 7519, section 4.1.3): one text, or a list.

use serde::{Deserialize, Serialize};

/// The `aud` of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// A single text.
    One(String),
    /// A list.
    Several(Vec<String>),
}

impl Audience {
    /// Whether this is among those it is for.
    pub fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}
