//! Discovery (OpenID Connect Discovery, section 3; RFC 8414; RFC 9126; RFC 9207). It says what is so and nothing else.

use serde_json::{Value, json};

use super::authorize::Prompt;
use super::claims::Claim;
use super::issuer::{Endpoint, Issuer};
use super::scope::Scope;

/// The document at `/.well-known/openid-configuration`.
pub fn discovery(issuer: &Issuer) -> Value {
    let mut claims = vec!["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash"];
    claims.extend(Claim::ALL.map(Claim::as_str));
    claims.extend(["email_verified", "phone_number_verified"]);
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint(Endpoint::Authorization),
        "pushed_authorization_request_endpoint": issuer.endpoint(Endpoint::PushedAuthorizationRequest),
        "token_endpoint": issuer.endpoint(Endpoint::Token),
        "userinfo_endpoint": issuer.endpoint(Endpoint::Userinfo),
        "jwks_uri": issuer.endpoint(Endpoint::Jwks),
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": Prompt::ALL.map(Prompt::as_str),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "ui_locales_supported": ["zh-Hant", "en"],
        "claims_locales_supported": ["zh-Hant", "en"],
    })
}
