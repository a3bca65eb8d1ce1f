//! TLS by rustls on ring: server settings, and who stands at the other end of a connection.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use anyhow::Context;
use ring::digest;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// A certificate's SHA-256 thumbprint (RFC 8705, `x5t#S256`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thumbprint(pub [u8; 32]);

impl Thumbprint {
    /// The thumbprint of a DER certificate.
    pub fn of(certificate: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, certificate).as_ref());
        Self(bytes)
    }
}

/// The certificate that the peer of this connection proved to hold.
#[derive(Clone, Copy)]
pub struct PeerCertificate(pub Thumbprint);

/// The cryptography of every TLS connection.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A PEM chain and key as rustls takes them.
pub fn identity(chain: &[u8], key: &[u8]) -> anyhow::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>().context("certificate")?;
    anyhow::ensure!(!chain.is_empty(), "there is no certificate in the PEM file");
    Ok((chain, PrivateKeyDer::from_pem_slice(key).context("private key")?))
}

/// Certificates as trust anchors.
pub fn roots(pem: &[u8]) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    anyhow::ensure!(!roots.is_empty(), "there is no certificate in the PEM file");
    Ok(roots)
}

/// For the public listener: server certificate only.
pub fn public_server(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let read = |path: &Path| std::fs::read(path).with_context(|| path.display().to_string());
    let (chain, key) = identity(&read(certificate)?, &read(key)?)?;
    Ok(ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?)
}

/// For the participants' listener: no handshake is completed without a client certificate of `client_ca`.
pub fn participants_server(chain: &[u8], key: &[u8], client_ca: &[u8]) -> anyhow::Result<ServerConfig> {
    let verifier = WebPkiClientVerifier::builder_with_provider(roots(client_ca)?.into(), provider()).build()?;
    let (chain, key) = identity(chain, key)?;
    Ok(ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?)
}

/// Remembers the peer's certificate with the connection; handlers find it by `req.conn_data()`.
pub fn remember_peer(connection: &dyn Any, data: &mut Extensions) {
    if let Some(tls) = connection.downcast_ref::<TlsStream<TcpStream>>() {
        let (_, session) = tls.get_ref();
        if let Some(leaf) = session.peer_certificates().and_then(|chain| chain.first()) {
            data.insert(PeerCertificate(Thumbprint::of(leaf)));
        }
    }
}

/// A client that trusts `roots` and, when it has one, shows its own certificate.
pub fn client(
    roots: RootCertStore,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> anyhow::Result<rustls::ClientConfig> {
    let builder = rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    Ok(match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    })
}
