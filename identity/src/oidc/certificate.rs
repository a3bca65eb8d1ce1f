//! Certificates of clients (RFC 8705): what a client showed on its connection, and what its tokens are bound to.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::{Deserialize, Serialize};

/// The SHA-256 thumbprint of a certificate, by which tokens are bound to it: `x5t#S256` (RFC 8705, section 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CertificateThumbprint(String);

impl CertificateThumbprint {
    /// The thumbprint of a certificate in DER.
    pub fn of(der: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, der)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The certificate that a client showed when it opened the connection, whose private key it proved to have.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    der: Vec<u8>,
    thumbprint: CertificateThumbprint,
    is_vouched_for: bool,
}

impl ClientCertificate {
    /// A certificate in DER; `is_vouched_for` says whether it comes of an authority that this installation trusts to
    /// name clients, and is valid now.
    pub fn new(der: Vec<u8>, is_vouched_for: bool) -> Self {
        Self { thumbprint: CertificateThumbprint::of(&der), der, is_vouched_for }
    }

    /// What tokens are bound to.
    pub fn thumbprint(&self) -> &CertificateThumbprint {
        &self.thumbprint
    }

    /// The names in it, if an authority stands behind them.
    pub(crate) fn vouched_for(&self) -> Option<&[u8]> {
        self.is_vouched_for.then_some(self.der.as_slice())
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({})", self.thumbprint.as_str())
    }
}
