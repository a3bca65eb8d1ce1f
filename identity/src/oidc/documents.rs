//! Documents that clients publish instead of handing them in: their keys, the addresses of their sector. This crate
//! speaks no HTTP; whoever runs it lends it the means to fetch them.

use std::time::Duration;

use url::Url;

use super::client::ClientId;

/// Fetches what clients publish. Blocks until it is there.
///
/// The URL was chosen by a client: whoever implements this takes care which addresses are called, how long it takes
/// and how much is read.
pub trait DocumentSource: Send + Sync {
    /// Fetches a JSON document on behalf of a client, which a line in the log may name.
    ///
    /// # Errors
    /// [`DocumentError`], which says why in words without secrets.
    fn fetch(&self, url: &Url, client: &ClientId) -> Result<Document, DocumentError>;
}

/// A document as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it says.
    pub body: Vec<u8>,
    /// How long it may be kept, if its publisher said so.
    pub max_age: Option<Duration>,
}

/// Why a document is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DocumentError(pub String);
