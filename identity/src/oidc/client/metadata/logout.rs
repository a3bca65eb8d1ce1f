//! Members about signing out (OpenID Connect RP-Initiated Logout, section 3.1; Back-Channel Logout, section 2.2).

use super::MetadataError;
use super::members::{Metadata, refuse};
use crate::oidc::client::Logout;
use crate::oidc::redirect_uri::RedirectUri;

impl Metadata<'_> {
    pub(super) fn logout(&self) -> Result<Logout, MetadataError> {
        const FIELD: &str = "post_logout_redirect_uris";
        let parse = |text: &str| RedirectUri::parse(text).map_err(|e| refuse(FIELD, e.to_string()));
        let redirect_uris = self.texts(FIELD)?.into_iter().map(parse).collect::<Result<_, _>>()?;
        // Every logout token has a `sid`, so that a client may require one or not; the member must only be understood.
        self.flag("backchannel_logout_session_required")?;
        Ok(Logout { redirect_uris, back_channel: self.back_channel()? })
    }

    fn back_channel(&self) -> Result<Option<RedirectUri>, MetadataError> {
        const FIELD: &str = "backchannel_logout_uri";
        let uri = self.text(FIELD)?.map(RedirectUri::parse).transpose();
        uri.map_err(|_| refuse(FIELD, "an https URL without fragment, or http on this machine"))
    }
}
