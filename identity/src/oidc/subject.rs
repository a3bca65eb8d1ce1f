//! Pairwise subjects (OpenID Connect Core, section 8): one resident is someone else in every sector.
//!
//! A subject is random and stored. It is not computed from a key, so that no rotation ever changes who somebody
//! is, and nobody who has the key can tell who is who.

use std::fmt;

/// The `sub` by which the clients of one sector know a resident.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// A subject of these random bytes.
    pub fn new(random: &[u8; 16]) -> Self {
        use base64::Engine;
        Self(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random))
    }

    /// A subject as it stands in the database.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
