//! Fetching what clients publish, for the identity provider, which speaks no HTTP itself.

use identity::oidc::client::ClientId;
use identity::oidc::documents::{Document, DocumentError, DocumentSource};
use url::Url;

use super::{Outbound, block_on};

impl DocumentSource for Outbound {
    fn fetch(&self, url: &Url, client: &ClientId) -> Result<Document, DocumentError> {
        let fetched = match block_on(self.get(url)) {
            Ok(fetched) => fetched.map_err(|refused| refused.to_string()),
            Err(failed) => Err(failed.to_string()),
        };
        match fetched {
            Ok(fetched) => Ok(Document { body: fetched.body, max_age: fetched.max_age }),
            Err(error) => {
                tracing::warn!(%client, error, "what a client publishes could not be fetched");
                Err(DocumentError(error))
            }
        }
    }
}
