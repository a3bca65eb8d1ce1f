//! How a relying party takes part when a resident signs out.

use crate::oidc::redirect_uri::RedirectUri;

/// What a client registered about signing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logout {
    /// Where a browser may be sent after signing out (OpenID Connect RP-Initiated Logout, section 3.1).
    pub redirect_uris: Vec<RedirectUri>,
    /// Where it is told that a session has ended (OpenID Connect Back-Channel Logout, section 2.2). The same kind of
    /// address as the others.
    pub back_channel: Option<RedirectUri>,
}

impl Logout {
    /// The registered URI that is exactly `asked`.
    pub fn redirect_uri(&self, asked: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.as_str() == asked)
    }
}
