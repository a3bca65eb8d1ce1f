//! Members about signing out (OpenID Connect RP-Initiated Logout, section 3.1).

use super::MetadataError;
use super::members::{Metadata, refuse};
use crate::oidc::client::Logout;
use crate::oidc::redirect_uri::RedirectUri;

impl Metadata<'_> {
    pub(super) fn logout(&self) -> Result<Logout, MetadataError> {
        const FIELD: &str = "post_logout_redirect_uris";
        let parse = |text: &str| RedirectUri::parse(text).map_err(|e| refuse(FIELD, e.to_string()));
        let redirect_uris = self.texts(FIELD)?.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Logout { redirect_uris })
    }
}
