//! The OpenID provider: OpenID Connect Core with the code flow, pushed requests (RFC 9126), PKCE (RFC 7636),
//! `private_key_jwt` or client secrets, proof of possession (DPoP, RFC 9449), and `iss` in every answer (RFC 9207),
//! under the profile that each client is registered for: `fapi2` or `oidc`.
//!
//! Everything here is a pure function of its inputs; `store/oidc` keeps what must be kept and draws what must be
//! random, and offers the whole as methods of [`crate::Identity`]. One check is one function, and the order of
//! the checks stands in one place: [`authorize::AuthorizationRequest::check`] for authorization requests.

pub(crate) mod access_token;
pub mod authorization_details;
pub mod authorize;
pub mod back_channel_logout;
mod bearer;
pub(crate) mod certificate;
pub mod claims;
pub mod client;
mod client_auth;
mod discovery;
pub mod documents;
pub(crate) mod dpop;
mod error;
pub(crate) mod id_token;
pub(crate) mod introspection;
mod issuer;
pub mod lifetimes;
pub mod locale;
pub mod logout;
pub(crate) mod par;
mod parameters;
mod pkce;
mod redirect_uri;
pub(crate) mod request_object;
pub(crate) mod resource;
mod scope;
pub(crate) mod sid;
mod subject;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod token;
pub(crate) mod userinfo;

pub use bearer::{Scheme, ShownToken, shown_token};
pub use certificate::{CertificateThumbprint, ClientCertificate};
pub use client_auth::{AssertionId, ClientCredentials, EndpointRequest, Method, Proof, SecretPlace};
pub use discovery::discovery;
pub use dpop::KeyThumbprint;
pub use error::{Error, ErrorCode, OAuthError, TriedScheme};
pub use issuer::{Endpoint, Issuer};
pub use par::PushedResponse;
pub use parameters::Parameters;
pub use pkce::CodeChallenge;
pub use redirect_uri::{RedirectLocation, RedirectUri, RedirectUriError};
pub use scope::{Scope, Scopes};
pub use subject::Subject;
pub use token::{GrantType, TokenResponse};
pub use userinfo::UserinfoResponse;
