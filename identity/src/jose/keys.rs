//! Keys that sign tokens: made by ring, named by their thumbprint, published as JSON web keys (RFC 7517).

use std::fmt;
use std::str::FromStr;

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use super::jws::thumbprint;
use super::provider::install_provider;
use super::rsa_key;
use crate::Error;

/// The algorithms this provider signs with (RFC 7518, section 3.1; RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256: what access tokens carry.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA with SHA-256, padded as in PKCS#1 1.5: what every OpenID client knows (OpenID Connect Core, section 15.1).
    Rs256,
    /// RSA with SHA-256 and PSS.
    Ps256,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// Whether making a key takes so long that it is better done in the background.
    pub const fn is_slow_to_make(self) -> bool {
        matches!(self, Self::Rs256 | Self::Ps256)
    }

    /// The registered name (`alg`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// As jsonwebtoken names it.
    pub const fn jwa(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
        }
    }

    pub(super) fn from_jwa(algorithm: Algorithm) -> Option<Self> {
        Self::ALL.into_iter().find(|ours| ours.jwa() == algorithm)
    }
}

impl FromStr for SigningAlgorithm {
    type Err = ();
    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|ours| ours.as_str() == name).ok_or(())
    }
}

/// A key pair as ring holds it, parsed once.
pub(super) enum KeyPair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
}

impl KeyPair {
    pub(super) fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Option<Self> {
        match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
                    .ok()
                    .map(Self::Es256)
            }
            // OpenSSL writes PKCS#8 version 1, without the public key: ring takes it only "unchecked".
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok().map(Self::EdDsa),
            SigningAlgorithm::Rs256 => Self::rsa(pkcs8, &RSA_PKCS1_SHA256),
            SigningAlgorithm::Ps256 => Self::rsa(pkcs8, &RSA_PSS_SHA256),
        }
    }

    fn rsa(pkcs8: &[u8], padding: &'static dyn RsaEncoding) -> Option<Self> {
        RsaKeyPair::from_pkcs8(pkcs8).ok().map(|pair| Self::Rsa(Box::new(pair), padding))
    }

    pub(super) fn public_key(&self) -> &[u8] {
        match self {
            Self::Es256(pair) => pair.public_key().as_ref(),
            Self::EdDsa(pair) => pair.public_key().as_ref(),
            Self::Rsa(pair, _) => pair.public_key().as_ref(),
        }
    }

    fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Es256(_) => DecodingKey::from_ec_der(self.public_key()),
            Self::EdDsa(_) => DecodingKey::from_ed_der(self.public_key()),
            Self::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                DecodingKey::from_rsa_raw_components(&public.n, &public.e)
            }
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Es256(pair) => pair.sign(&SystemRandom::new(), message).ok().map(|s| s.as_ref().to_vec()),
            Self::EdDsa(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Self::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(*padding, &SystemRandom::new(), message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

/// A private key that signs, with its public half ready to publish. Never printed.
pub struct SigningKey {
    algorithm: SigningAlgorithm,
    pair: KeyPair,
    kid: String,
    jwk: Jwk,
}

impl SigningKey {
    /// Makes a new key and gives it with its PKCS#8 form (RFC 5958), for safekeeping.
    pub fn generate(
        algorithm: SigningAlgorithm,
        random: &dyn SecureRandom,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), Error> {
        let bytes = |document: ring::pkcs8::Document| Zeroizing::new(document.as_ref().to_vec());
        let pkcs8 = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random).ok().map(bytes)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(random).ok().map(bytes),
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => rsa_key::generate(random),
        };
        let pkcs8 = pkcs8.ok_or(Error::Cryptography("making a key"))?;
        Ok((Self::from_pkcs8(algorithm, &pkcs8)?, pkcs8))
    }

    /// Reads a key from PKCS#8.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it is not a private key of this algorithm.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, Error> {
        const WHAT: Error = Error::Damaged("signing key");
        install_provider();
        let pair = KeyPair::from_pkcs8(algorithm, pkcs8).ok_or(WHAT)?;
        let mut jwk = Jwk::from_decoding_key(&pair.decoding_key(), Some(algorithm.jwa())).map_err(|_| WHAT)?;
        let kid = thumbprint(&jwk).ok_or(WHAT)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_algorithm = Some(KeyAlgorithm::from(algorithm.jwa()));
        Ok(Self { algorithm, pair, kid, jwk })
    }

    /// Its name: the SHA-256 thumbprint of its public half (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// Its public half, with `kid`, `use` and `alg`.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.pair.sign(message).ok_or(Error::Cryptography("signing"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm.as_str(), self.kid)
    }
}
