//! TLS for relying parties that show a certificate (RFC 8705): everybody may, and proves to have its private key. Who it
//! belongs to is judged per client, by its thumbprint or by its name and the authority behind it.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use anyhow::Context;
use identity::oidc::ClientCertificate;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};

use super::tls;
use crate::clock;

/// The certificate that a relying party showed on this connection.
pub type ShownCertificate = Arc<ClientCertificate>;

/// Settings for the listener: no handshake is completed without a client certificate, whoever issued it.
pub fn server(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let read = |path: &Path| std::fs::read(path).with_context(|| path.display().to_string());
    let (chain, key) = tls::identity(&read(certificate)?, &read(key)?)?;
    Ok(ServerConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(Possession(tls::provider())))
        .with_single_cert(chain, key)?)
}

/// The authorities that are trusted to name clients.
#[derive(Clone, Default)]
pub struct ClientAuthorities(Option<Arc<dyn ClientCertVerifier>>);

impl ClientAuthorities {
    /// Reads them from a PEM file; without one there are none.
    pub fn read(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let pem = std::fs::read(path).with_context(|| path.display().to_string())?;
        let roots = tls::roots(&pem).with_context(|| path.display().to_string())?;
        Ok(Self(Some(WebPkiClientVerifier::builder_with_provider(roots.into(), tls::provider()).build()?)))
    }

    fn vouch_for(&self, chain: &[CertificateDer<'_>], now: Duration) -> bool {
        let (Some(authorities), Some((leaf, others))) = (&self.0, chain.split_first()) else { return false };
        authorities.verify_client_cert(leaf, others, UnixTime::since_unix_epoch(now)).is_ok()
    }

    /// Remembers the peer's certificate with the connection; handlers find it by `req.conn_data()`.
    pub fn remember_peer(&self, connection: &dyn Any, data: &mut Extensions) {
        let Some(tls) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
        let Some(chain) = tls.get_ref().1.peer_certificates() else { return };
        if let Some(leaf) = chain.first() {
            let now = Duration::from_secs(clock::now().seconds().unsigned_abs());
            data.insert(ShownCertificate::new(ClientCertificate::new(leaf.to_vec(), self.vouch_for(chain, now))));
        }
    }
}

/// Takes every certificate whose private key the client has.
#[derive(Debug)]
struct Possession(Arc<CryptoProvider>);

impl ClientCertVerifier for Possession {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
