//! Client authentication by the certificate of the connection (RFC 8705, section 2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::jose::Jwk;
use crate::oidc::certificate::{CertificateThumbprint, ClientCertificate};
use crate::oidc::client::CertificateSubject;
use crate::oidc::error::OAuthError;

const NONE_SHOWN: OAuthError =
    OAuthError::invalid_client("this client authenticates by its certificate: call the mtls_endpoint_aliases");

/// `tls_client_auth` (section 2.1): an authority that this installation trusts says that the client has this name.
pub(super) fn verify_subject(
    shown: Option<&ClientCertificate>,
    subject: &CertificateSubject,
) -> Result<(), OAuthError> {
    let vouched = shown.ok_or(NONE_SHOWN)?.vouched_for();
    let vouched = vouched.ok_or(OAuthError::invalid_client("no trusted authority issued this certificate"))?;
    if subject.is_borne_by(vouched) {
        Ok(())
    } else {
        Err(OAuthError::invalid_client("the certificate does not bear the registered name"))
    }
}

/// `self_signed_tls_client_auth` (section 2.2): the certificate is one of those among the client's keys.
pub(super) fn verify_registered(shown: Option<&ClientCertificate>, client_keys: &[Jwk]) -> Result<(), OAuthError> {
    let shown = shown.ok_or(NONE_SHOWN)?.thumbprint();
    if client_keys.iter().any(|key| holds(key, shown)) {
        Ok(())
    } else {
        Err(OAuthError::invalid_client("the certificate is not among the client's keys (x5c)"))
    }
}

/// Whether a key comes with this certificate (`x5c`, or its thumbprint in `x5t#S256`: RFC 7517, section 4).
fn holds(key: &Jwk, thumbprint: &CertificateThumbprint) -> bool {
    let leaf = key.common.x509_chain.as_ref().and_then(|chain| STANDARD.decode(chain.first()?).ok());
    leaf.is_some_and(|der| CertificateThumbprint::of(&der) == *thumbprint)
        || key.common.x509_sha256_fingerprint.as_deref() == Some(thumbprint.as_str())
}
