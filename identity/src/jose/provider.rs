//! jsonwebtoken's cryptography, done by ring: it brings none of its own and panics when none is installed.

use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, ThumbprintHash};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::keys::{KeyPair, SigningAlgorithm};

/// Installs ring as the cryptography of jsonwebtoken for this process. Calling it again does nothing.
///
/// [`Identity::open`](crate::Identity::open) calls it; programs that use jsonwebtoken without it call it first.
pub fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Another provider that is there already was installed by the program on purpose.
        let _ = PROVIDER.install_default();
    });
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ec_pub_components_from_private_key: |pkcs8, algorithm| match algorithm {
            Algorithm::ES256 => {
                let pair = KeyPair::from_pkcs8(SigningAlgorithm::Es256, pkcs8).ok_or(ErrorKind::InvalidEcdsaKey)?;
                let point = pair.public_key();
                // An uncompressed point (SEC 1, section 2.3.3): 0x04, then x and y of 32 bytes each.
                Ok((EllipticCurve::P256, point[1..33].to_vec(), point[33..].to_vec()))
            }
            _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
        },
        ed_pub_components_from_private_key: |pkcs8, _| {
            let pair = KeyPair::from_pkcs8(SigningAlgorithm::EdDsa, pkcs8).ok_or(ErrorKind::InvalidEddsaKey)?;
            Ok(pair.public_key().to_vec())
        },
        compute_digest: |data, hash| match hash {
            ThumbprintHash::SHA256 => Ok(ring::digest::digest(&ring::digest::SHA256, data).as_ref().to_vec()),
            _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
        },
    },
};

struct RingSigner(Algorithm, KeyPair);

impl Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        self.1.sign(message).ok_or_else(signature::Error::new)
    }
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature is jsonwebtoken's
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let ours = SigningAlgorithm::from_jwa(*algorithm).ok_or(ErrorKind::UnsupportedAlgorithm)?;
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let pair = KeyPair::from_pkcs8(ours, key.as_bytes()).ok_or(ErrorKind::InvalidKeyFormat)?;
    Ok(Box::new(RingSigner(*algorithm, pair)))
}

/// Whether this key made this signature. The key is as somebody wrote it down: whatever is wrong with it, it did not.
pub(super) fn is_signature_by(key: &Jwk, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    match (algorithm, &key.algorithm) {
        (Algorithm::ES256, AlgorithmParameters::EllipticCurve(ec)) if ec.curve == EllipticCurve::P256 => {
            // An uncompressed point (SEC 1, section 2.3.3): 0x04, then x and y of 32 bytes each.
            let point = [&[4][..], &decoded(&ec.x), &decoded(&ec.y)].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
        }
        (Algorithm::EdDSA, AlgorithmParameters::OctetKeyPair(okp)) if okp.curve == EllipticCurve::Ed25519 => {
            UnparsedPublicKey::new(&ED25519, decoded(&okp.x)).verify(message, signature).is_ok()
        }
        (Algorithm::RS256 | Algorithm::PS256, AlgorithmParameters::RSA(rsa)) => {
            let padding =
                if algorithm == Algorithm::RS256 { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
            let key = RsaPublicKeyComponents { n: decoded(&rsa.n), e: decoded(&rsa.e) };
            key.verify(padding, message, signature).is_ok()
        }
        _ => false,
    }
}

struct RingVerifier(Algorithm, DecodingKey);

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let checked = match (self.0, self.1.kind()) {
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signed)
            }
            (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signed)
            }
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signed)
            }
            (Algorithm::PS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signed)
            }
            _ => Err(ring::error::Unspecified),
        };
        checked.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature is jsonwebtoken's
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let family = match algorithm {
        Algorithm::ES256 => AlgorithmFamily::Ec,
        Algorithm::EdDSA => AlgorithmFamily::Ed,
        Algorithm::RS256 | Algorithm::PS256 => AlgorithmFamily::Rsa,
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    if key.family() != family {
        return Err(Error::from(ErrorKind::InvalidKeyFormat));
    }
    Ok(Box::new(RingVerifier(*algorithm, key.clone())))
}
