//! How the provider refuses: one error, its code, its HTTP status, its challenge.

use serde_json::{Value, json};

/// The error codes of OAuth 2.0 (RFC 6749, 6750) and OpenID Connect Core that this provider gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A parameter is missing, malformed, or not as it must be.
    InvalidRequest,
    /// The client did not prove who it is.
    InvalidClient,
    /// The code or its proof does not hold: unknown, used, expired, of another client, wrong verifier.
    InvalidGrant,
    /// This client may not do this.
    UnauthorizedClient,
    /// A grant type that this provider does not have.
    UnsupportedGrantType,
    /// A scope that is unknown, or not for this client.
    InvalidScope,
    /// Details of an authorization that are not understood, or not for this client (RFC 9396, section 5).
    InvalidAuthorizationDetails,
    /// A resource that is unknown, or not for this client (RFC 8707, section 2).
    InvalidTarget,
    /// The proof of possession does not hold (RFC 9449, section 5).
    InvalidDpopProof,
    /// The proof must carry a nonce of ours (RFC 9449, section 8): `DPoP-Nonce` of this answer has one.
    UseDpopNonce,
    /// The resident said no.
    AccessDenied,
    /// A response type other than `code`.
    UnsupportedResponseType,
    /// `prompt=none`, and the resident would have to sign in.
    LoginRequired,
    /// `prompt=none`, and the resident would have to agree.
    ConsentRequired,
    /// The level of assurance that the client needs is out of reach (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements` 1.0).
    UnmetAuthenticationRequirements,
    /// A request object (RFC 9101) of a kind that is not taken.
    RequestNotSupported,
    /// A request object that does not hold.
    InvalidRequestObject,
    /// A `request_uri` of somebody else is not fetched.
    RequestUriNotSupported,
    /// Registration inside an authorization request is not taken.
    RegistrationNotSupported,
    /// No access token came with the request.
    MissingToken,
    /// The access token is not good: unknown, expired, revoked, not ours.
    InvalidToken,
    /// The access token does not reach so far.
    InsufficientScope,
}

impl ErrorCode {
    /// As it is written in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::MissingToken | Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

/// What a proof of possession may be signed with (RFC 9449, section 7.1).
const DPOP_ALGS: &str = r#"algs="ES256 EdDSA Ed25519 PS256""#;

/// A refusal. The description is one of our own fixed sentences: nothing of a request is ever echoed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    /// What is refused.
    pub code: ErrorCode,
    /// Why, for whoever writes the client.
    pub description: &'static str,
    /// The parameter that is at fault, where it is one.
    pub parameter: Option<&'static str>,
    /// The scheme of authentication that was tried, where the answer must name it.
    pub tried: Option<TriedScheme>,
}

/// A scheme of authentication (RFC 9110, section 11.1) that an answer must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriedScheme {
    /// A client tried HTTP Basic (RFC 6749, section 5.2).
    Basic,
    /// A token was shown, or should have been, with a proof of possession (RFC 9449, section 7.1).
    Dpop,
}

impl OAuthError {
    /// A refusal with this code, for this reason.
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description, parameter: None, tried: None }
    }

    /// `invalid_request`.
    pub const fn invalid_request(description: &'static str) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_client`.
    pub const fn invalid_client(description: &'static str) -> Self {
        Self::new(ErrorCode::InvalidClient, description)
    }

    /// `invalid_grant`.
    pub const fn invalid_grant(description: &'static str) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// The same, naming the parameter at fault.
    #[must_use]
    pub const fn of(mut self, parameter: &'static str) -> Self {
        self.parameter = Some(parameter);
        self
    }

    /// The same, for a client that tried HTTP Basic.
    #[must_use]
    pub const fn after_basic(mut self) -> Self {
        self.tried = Some(TriedScheme::Basic);
        self
    }

    /// The same, at a resource, about a token that must be shown with a proof of possession.
    #[must_use]
    pub const fn with_dpop(mut self) -> Self {
        self.tried = Some(TriedScheme::Dpop);
        self
    }

    /// The HTTP status of the answer at the pushed-request, token and userinfo endpoints.
    pub const fn status(&self) -> u16 {
        match self.code {
            ErrorCode::InvalidClient | ErrorCode::MissingToken | ErrorCode::InvalidToken => 401,
            ErrorCode::InsufficientScope => 403,
            // At a resource it is a challenge; at the token endpoint a bad request.
            ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce if self.tried.is_some() => 401,
            _ => 400,
        }
    }

    /// The `WWW-Authenticate` header of the answer, if it has one.
    pub fn www_authenticate(&self) -> Option<String> {
        use ErrorCode::{InsufficientScope, InvalidClient, InvalidDpopProof, InvalidToken, MissingToken, UseDpopNonce};
        let error = || format!(r#"error="{}", error_description="{}""#, self.code.as_str(), self.description);
        match (self.code, self.tried) {
            (InvalidClient, Some(TriedScheme::Basic)) => Some(r#"Basic realm="lionrock""#.to_owned()),
            // RFC 6750, section 3.1: who showed nothing is told the schemes and no error.
            (MissingToken, _) => Some(format!(r#"Bearer realm="lionrock", DPoP realm="lionrock", {DPOP_ALGS}"#)),
            (InvalidToken | InsufficientScope | InvalidDpopProof | UseDpopNonce, Some(TriedScheme::Dpop)) => {
                Some(format!(r#"DPoP realm="lionrock", {}, {DPOP_ALGS}"#, error()))
            }
            (InvalidToken | InsufficientScope, _) => Some(format!(r#"Bearer realm="lionrock", {}"#, error())),
            _ => None,
        }
    }

    /// `error_description`: the reason, after the name of the parameter at fault.
    pub fn described(&self) -> String {
        match self.parameter {
            Some(parameter) => format!("{parameter}: {}", self.description),
            None => self.description.to_owned(),
        }
    }

    /// The JSON body of the answer (RFC 6749, section 5.2).
    pub fn body(&self) -> Value {
        json!({ "error": self.code.as_str(), "error_description": self.described() })
    }
}

/// Why the provider did not do what it was asked: it refused, or something below it failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused; tell the client.
    #[error(transparent)]
    Refused(#[from] OAuthError),
    /// Failed; tell the operator, and the client only that it may try again.
    #[error(transparent)]
    Failed(#[from] crate::Error),
}

impl Error {
    /// Whether nothing was done because it takes waiting: see [`crate::Error::would_wait`].
    pub fn would_wait(&self) -> bool {
        matches!(self, Self::Failed(failed) if failed.would_wait())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_status_and_challenge() {
        use ErrorCode::*;
        let table = [
            (InvalidRequest, "invalid_request", 400, None),
            (InvalidClient, "invalid_client", 401, None),
            (InvalidGrant, "invalid_grant", 400, None),
            (UnauthorizedClient, "unauthorized_client", 400, None),
            (UnsupportedGrantType, "unsupported_grant_type", 400, None),
            (InvalidScope, "invalid_scope", 400, None),
            (InvalidTarget, "invalid_target", 400, None),
            (InvalidAuthorizationDetails, "invalid_authorization_details", 400, None),
            (InvalidDpopProof, "invalid_dpop_proof", 400, None),
            (UseDpopNonce, "use_dpop_nonce", 400, None),
            (
                MissingToken,
                "invalid_token",
                401,
                Some(r#"Bearer realm="lionrock", DPoP realm="lionrock", algs="ES256 EdDSA Ed25519 PS256""#),
            ),
            (
                InvalidToken,
                "invalid_token",
                401,
                Some(r#"Bearer realm="lionrock", error="invalid_token", error_description="why""#),
            ),
            (
                InsufficientScope,
                "insufficient_scope",
                403,
                Some(r#"Bearer realm="lionrock", error="insufficient_scope", error_description="why""#),
            ),
        ];
        for (code, name, status, challenge) in table {
            let error = OAuthError::new(code, "why");
            assert_eq!((error.code.as_str(), error.status()), (name, status));
            assert_eq!(error.www_authenticate().as_deref(), challenge);
        }
    }

    #[test]
    fn a_resource_challenges_whoever_must_prove_possession() {
        for code in [ErrorCode::InvalidToken, ErrorCode::InvalidDpopProof, ErrorCode::UseDpopNonce] {
            let error = OAuthError::new(code, "why").with_dpop();
            let challenge = format!(
                r#"DPoP realm="lionrock", error="{}", error_description="why", algs="ES256 EdDSA Ed25519 PS256""#,
                code.as_str()
            );
            assert_eq!((error.status(), error.www_authenticate()), (401, Some(challenge)));
        }
    }

    #[test]
    fn a_client_that_tried_basic_is_told_the_scheme() {
        let error = OAuthError::invalid_client("why").after_basic();
        assert_eq!((error.status(), error.www_authenticate().as_deref()), (401, Some(r#"Basic realm="lionrock""#)));
    }
}
