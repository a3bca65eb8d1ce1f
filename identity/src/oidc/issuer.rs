//! The issuer and the endpoints under it. Every URL that is told to the outside begins here, never at a Host header.

use std::fmt;

use url::Url;

/// The issuer identifier (RFC 8414, section 2): the configured URL without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// The issuer at this URL.
    pub fn new(url: &Url) -> Self {
        Self(url.as_str().trim_end_matches('/').to_owned())
    }

    /// As it stands in `iss`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of one of the endpoints.
    pub fn endpoint(&self, endpoint: Endpoint) -> String {
        self.below(endpoint.path())
    }

    /// The URL of what has this path, which begins with a slash.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The provider's endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Where browsers come with an authorization request.
    Authorization,
    /// Where clients push an authorization request (RFC 9126).
    PushedAuthorizationRequest,
    /// Where clients redeem a code.
    Token,
    /// Where a token is exchanged for what the resident agreed to tell.
    Userinfo,
    /// Where a client asks about a token (RFC 7662).
    Introspection,
    /// Where a client ends a token (RFC 7009).
    Revocation,
    /// The public keys.
    Jwks,
    /// Where browsers come to sign out (OpenID Connect RP-Initiated Logout).
    EndSession,
}

impl Endpoint {
    /// The path below the issuer.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Authorization => "/oauth/authorize",
            Self::PushedAuthorizationRequest => "/oauth/par",
            Self::Token => "/oauth/token",
            Self::Userinfo => "/oauth/userinfo",
            Self::Introspection => "/oauth/introspect",
            Self::Revocation => "/oauth/revoke",
            Self::Jwks => "/oauth/jwks",
            Self::EndSession => "/oauth/logout",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_lie_under_the_issuer_with_one_slash() {
        for (url, expected) in [
            ("http://localhost:8080", "http://localhost:8080/oauth/token"),
            ("https://id.example/", "https://id.example/oauth/token"),
            ("https://id.example/lionrock/", "https://id.example/lionrock/oauth/token"),
        ] {
            assert_eq!(Issuer::new(&Url::parse(url).unwrap()).endpoint(Endpoint::Token), expected);
        }
    }
}
