//! Relying parties: who they are and what they may ask, from metadata of the shape of RFC 7591.

mod certificate_subject;
mod distinguished_name;
pub(crate) mod keys;
mod logout;
mod metadata;
pub(crate) mod published_keys;
pub(crate) mod registration;
pub(crate) mod secret;
pub(crate) mod sector;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jsonwebtoken::Algorithm;
use url::Url;

pub use certificate_subject::CertificateSubject;
pub use keys::ClientKeys;
pub use logout::Logout;
pub use metadata::MetadataError;
pub use secret::{ClientSecret, SecretDigest};

use super::authorization_details::DetailType;
use super::claims::Claim;
use super::lifetimes;
use super::redirect_uri::RedirectUri;
use super::scope::Scopes;
use super::token::GrantType;
use crate::authenticator::SignInMethod;
use crate::jose::{ContentEncryption, SigningAlgorithm};

/// A `client_id`: up to 200 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Takes a text, if it can be a `client_id`.
    pub fn parse(text: &str) -> Option<Self> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        (visible && (1..=200).contains(&text.len())).then(|| Self(text.to_owned()))
    }

    /// A `client_id` as it stands in the database.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rules under which a client is registered. A client can use nothing that its profile does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityProfile {
    /// The FAPI 2.0 Security Profile, for whoever touches money or verified attributes: requests only pushed, PKCE,
    /// signed client authentication, tokens bound to a key.
    Fapi2,
    /// Ordinary web sign-in: OpenID Connect with the code flow.
    Oidc,
}

impl SecurityProfile {
    /// As it is written in metadata.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fapi2 => "fapi2",
            Self::Oidc => "oidc",
        }
    }

    /// How long an access token lives.
    pub const fn access_token_lifetime(self) -> Duration {
        match self {
            Self::Fapi2 => lifetimes::FAPI2_ACCESS_TOKEN,
            Self::Oidc => lifetimes::ACCESS_TOKEN,
        }
    }
}

/// How a client proves who it is at the endpoints that it calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthenticationMethod {
    /// An assertion signed with one of its keys (RFC 7523; OpenID Connect Core, section 9), by this algorithm only
    /// where it says so.
    PrivateKeyJwt(Option<Algorithm>),
    /// A secret in the `Authorization` header (RFC 6749, section 2.3.1).
    ClientSecretBasic(SecretDigest),
    /// A secret in the form.
    ClientSecretPost(SecretDigest),
    /// The certificate of its connection, issued to this name by an authority that is trusted (RFC 8705, section 2.1).
    TlsClientAuth(CertificateSubject),
    /// A certificate that is among its keys, whoever issued it (RFC 8705, section 2.2).
    SelfSignedTlsClientAuth,
    /// Not at all: a public client, such as an app on the resident's own machine. PKCE is required of it.
    None,
}

impl ClientAuthenticationMethod {
    /// As it is written in metadata.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::PrivateKeyJwt(_) => "private_key_jwt",
            Self::ClientSecretBasic(_) => "client_secret_basic",
            Self::ClientSecretPost(_) => "client_secret_post",
            Self::TlsClientAuth(_) => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// What is kept of its secret, if it has one.
    pub(crate) const fn secret_digest(&self) -> Option<&SecretDigest> {
        match self {
            Self::ClientSecretBasic(digest) | Self::ClientSecretPost(digest) => Some(digest),
            Self::PrivateKeyJwt(_) | Self::TlsClientAuth(_) | Self::SelfSignedTlsClientAuth | Self::None => None,
        }
    }
}

/// What a client authenticates with when its metadata does not say (RFC 7591, section 2).
const DEFAULT_METHOD: &str = "client_secret_basic";

/// A text in the two languages of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localized {
    /// English, and the text without a language tag.
    pub en: String,
    /// Traditional Chinese; English where there is none.
    pub zh_hant: String,
}

/// A registered relying party. Only [`Client::from_metadata`] makes one, so a client that exists is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // each is a yes or no of the metadata
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// The rules it is under.
    pub profile: SecurityProfile,
    /// Its name, for residents.
    pub name: Localized,
    /// What it wants residents' attributes for, in its own words.
    pub purpose: Option<Localized>,
    /// Where answers may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it authenticates.
    pub authentication: ClientAuthenticationMethod,
    /// Its public keys, for whatever it signs and whatever is encrypted to it.
    pub keys: ClientKeys,
    /// The sector of its pairwise subjects (OpenID Connect Core, section 8.1): clients of one sector know a
    /// resident by the same `sub`, clients of two sectors cannot compare notes. Fixed at registration.
    pub sector: String,
    /// Where the sector says that this client belongs to it.
    pub sector_identifier_uri: Option<Url>,
    /// The scopes it may ask for.
    pub scopes: Scopes,
    /// The grants it may exchange for tokens.
    pub grants: BTreeSet<GrantType>,
    /// The scopes it may ask for by itself, with nobody signed in (`client_credentials`). What they mean is a matter
    /// of the resource that takes its tokens.
    pub machine_scopes: BTreeSet<String>,
    /// The types of authorization details that it may ask for (RFC 9396, section 10).
    pub authorization_details_types: BTreeSet<DetailType>,
    /// The resources that it may ask tokens for, beside us (RFC 8707).
    pub resources: BTreeSet<String>,
    /// The claims it may ask for one by one, beside those of its scopes.
    pub claims: BTreeSet<Claim>,
    /// What its id_tokens are signed with.
    pub id_token_algorithm: SigningAlgorithm,
    /// How its id_tokens are encrypted after they are signed, if they are.
    pub id_token_encryption: Option<ContentEncryption>,
    /// What the answers of the userinfo endpoint are signed with, if they are.
    pub userinfo_algorithm: Option<SigningAlgorithm>,
    /// How those answers are encrypted after they are signed, if they are.
    pub userinfo_encryption: Option<ContentEncryption>,
    /// Whether its access tokens are always bound to a key of its own (`dpop_bound_access_tokens`: RFC 9449,
    /// section 5.2). Without it, they are when it sends a proof.
    pub needs_dpop: bool,
    /// Whether its access tokens are always bound to the certificate of its connection
    /// (`tls_client_certificate_bound_access_tokens`: RFC 8705, section 3.4).
    pub is_certificate_bound: bool,
    /// Whether its authorization requests must come through the pushed-request endpoint (RFC 9126, section 6).
    pub must_push_requests: bool,
    /// Whether its proofs at our pushed-request and token endpoints must carry a nonce of ours.
    pub needs_dpop_nonce: bool,
    /// How it takes part when a resident signs out.
    pub logout: Logout,
    /// The ways of signing in that it takes.
    pub sign_in_methods: BTreeSet<SignInMethod>,
}

/// A client that was just registered.
#[derive(Debug, Clone)]
pub struct Registered {
    /// As it was stored.
    pub client: Client,
    /// The secret that was made for it, if it gave none and needs one. It is not kept: tell it now.
    pub made_secret: Option<ClientSecret>,
}

impl Client {
    /// Whether it cannot keep a secret.
    pub fn is_public(&self) -> bool {
        matches!(self.authentication, ClientAuthenticationMethod::None)
    }

    /// The registered redirect URI that `asked` means, with the port of the request for a native app.
    pub fn redirect_uri(&self, asked: &str) -> Option<RedirectUri> {
        let registered = self.redirect_uris.iter().any(|uri| uri.matches(asked, self.is_public()));
        if registered { RedirectUri::parse(asked).ok() } else { None }
    }

    /// Whether its authorization requests must have a `code_challenge`.
    pub fn needs_pkce(&self) -> bool {
        self.profile == SecurityProfile::Fapi2 || self.is_public()
    }

    /// Every claim that it may ask for.
    pub fn allowed_claims(&self) -> BTreeSet<Claim> {
        self.scopes.claims().union(&self.claims).copied().collect()
    }
}

/// Why a client was not registered.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Its metadata.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// No client has this `client_id`.
    #[error("client_id: {0} is not registered")]
    Unknown(ClientId),
    /// Somebody else registered or changed it in this very moment.
    #[error("client_id: {0} was changed by somebody else in this moment; look at it and try again")]
    Meanwhile(ClientId),
    /// Something below failed.
    #[error(transparent)]
    Failed(#[from] crate::Error),
}
