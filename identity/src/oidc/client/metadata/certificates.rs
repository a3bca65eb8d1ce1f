//! The certificates of a client (RFC 8705): by which name they are known, and whether its tokens are bound to them.

use super::members::{Metadata, refuse};
use super::{ClientAuthenticationMethod, MetadataError};
use crate::oidc::client::certificate_subject::{self, CertificateSubject};

impl Metadata<'_> {
    /// `tls_client_auth` names its subject in exactly one way (section 2.1.2).
    pub(super) fn certificate_subject(&self) -> Result<ClientAuthenticationMethod, MetadataError> {
        let mut named = Vec::new();
        for member in certificate_subject::MEMBERS {
            if let Some(text) = self.text(member)? {
                let subject =
                    CertificateSubject::parse(member, text).ok_or_else(|| refuse(member, "it cannot be read"))?;
                named.push((member, subject));
            }
        }
        match named.pop() {
            None => Err(refuse(certificate_subject::MEMBERS[0], "tls_client_auth needs the name in the certificate")),
            Some((member, _)) if !named.is_empty() => Err(refuse(member, "the name is given in one way only")),
            Some((_, subject)) => Ok(ClientAuthenticationMethod::TlsClientAuth(subject)),
        }
    }

    /// Whether tokens are bound to the certificate of the connection (section 3.4).
    pub(super) fn is_certificate_bound(&self) -> Result<bool, MetadataError> {
        self.flag("tls_client_certificate_bound_access_tokens")
    }
}
