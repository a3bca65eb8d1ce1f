//! How a relying party takes part when a resident signs out.

use crate::oidc::redirect_uri::RedirectUri;

/// What a client registered about signing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logout {
    /// Where a browser may be sent after signing out (OpenID Connect RP-Initiated Logout, section 3.1).
    pub redirect_uris: Vec<RedirectUri>,
}

impl Logout {
    /// The registered URI that is exactly `asked`.
    pub fn redirect_uri(&self, asked: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.as_str() == asked)
    }
}
