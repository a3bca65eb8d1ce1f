//! Signed checkpoints: what the end of the log was at a moment, in a form that can be kept elsewhere.
//!
//! Whoever holds the database can rewrite it whole, with every hash after. Whoever holds an older checkpoint then
//! sees it: the log no longer contains the batch that was signed. A checkpoint is a compact JSON web signature
//! (RFC 7515) with Ed25519 (RFC 8037), so any library can check it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::BusinessDay;
use super::canonical::Digest;
use super::chain::Batch;

/// `typ` of the signature's header.
const TYPE: &str = "lionrock-checkpoint";

/// The end of the log at one moment: the last row of a batch and the batch's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last row.
    pub sequence: i64,
    /// The hash of the batch that ends with it.
    pub hash: Digest,
    /// When that batch was recorded.
    pub recorded: Timestamp,
    /// The business day that the batch closed, if it closed one.
    pub closed: Option<BusinessDay>,
}

impl Checkpoint {
    /// The checkpoint of a batch.
    pub const fn of(batch: &Batch, closed: Option<BusinessDay>) -> Self {
        Self { sequence: batch.last, hash: batch.hash, recorded: batch.recorded, closed }
    }
}

/// Why something is not a checkpoint to rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a compact JSON web signature of a checkpoint.
    #[error("this is not a signed checkpoint")]
    Malformed,
    /// Signed by another key.
    #[error("the checkpoint was signed by another key")]
    OtherKey,
    /// The signature does not fit.
    #[error("the checkpoint's signature is wrong")]
    Signature,
    /// Not an Ed25519 key.
    #[error("this is not an Ed25519 key")]
    Key,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    sequence: i64,
    hash: String,
    recorded: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<BusinessDay>,
}

/// The key that signs checkpoints. It is no part of the database.
#[derive(Clone)]
pub struct CheckpointKey(Arc<Ed25519KeyPair>);

impl CheckpointKey {
    /// Reads a PKCS#8 document, with or without the public key.
    pub fn from_pkcs8(document: &[u8]) -> Result<Self, CheckpointError> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(document)
            .map(|pair| Self(Arc::new(pair)))
            .map_err(|_| CheckpointError::Key)
    }

    /// What others check its signatures with.
    pub fn public(&self) -> CheckpointPublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        CheckpointPublicKey(bytes)
    }

    /// Signs a checkpoint. The same checkpoint always gives the same text.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let header = Header { alg: "EdDSA".to_owned(), kid: self.public().key_id(), typ: TYPE.to_owned() };
        let payload = Payload {
            sequence: checkpoint.sequence,
            hash: checkpoint.hash.to_string(),
            recorded: checkpoint.recorded.to_string(),
            closed: checkpoint.closed,
        };
        let signed = format!("{}.{}", encoded(&header), encoded(&payload));
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// What checks the signatures of a [`CheckpointKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointPublicKey([u8; 32]);

/// A public key as JSON (RFC 7517, RFC 8037), as it is published and read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointJwk {
    kty: String,
    crv: String,
    x: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    alg: String,
    #[serde(default, rename = "use")]
    usage: String,
}

impl CheckpointPublicKey {
    /// The thumbprint of its JSON form (RFC 7638), by which signatures name it.
    pub fn key_id(&self) -> String {
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(self.0));
        URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, members.as_bytes()))
    }

    /// As JSON.
    pub fn to_jwk(self) -> CheckpointJwk {
        CheckpointJwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: URL_SAFE_NO_PAD.encode(self.0),
            kid: self.key_id(),
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
        }
    }

    /// From JSON.
    pub fn from_jwk(jwk: &CheckpointJwk) -> Result<Self, CheckpointError> {
        let bytes = URL_SAFE_NO_PAD.decode(&jwk.x).ok().and_then(|bytes| bytes.try_into().ok());
        match (jwk.kty.as_str(), jwk.crv.as_str(), bytes) {
            ("OKP", "Ed25519", Some(bytes)) => Ok(Self(bytes)),
            _ => Err(CheckpointError::Key),
        }
    }

    /// Reads a checkpoint that its key signed.
    pub fn verify(&self, text: &str) -> Result<Checkpoint, CheckpointError> {
        let malformed = || CheckpointError::Malformed;
        let (signed, signature) = text.trim().rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let header: Header = decoded(header)?;
        if header.alg != "EdDSA" || header.typ != TYPE {
            return Err(CheckpointError::Malformed);
        }
        if header.kid != self.key_id() {
            return Err(CheckpointError::OtherKey);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed())?;
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| CheckpointError::Signature)?;
        let payload: Payload = decoded(payload)?;
        let hash = hex::decode(&payload.hash).ok().and_then(|bytes| Digest::from_slice(&bytes));
        Ok(Checkpoint {
            sequence: payload.sequence,
            hash: hash.ok_or_else(malformed)?,
            recorded: Timestamp::parse_rfc3339(&payload.recorded).ok_or_else(malformed)?,
            closed: payload.closed,
        })
    }
}

/// Plain structs of texts and numbers always have a JSON form.
fn encoded(part: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, CheckpointError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| CheckpointError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| CheckpointError::Malformed)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn key() -> CheckpointKey {
        let document = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        CheckpointKey::from_pkcs8(document.as_ref()).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        let recorded = Timestamp::from_micros(1_795_320_000_123_456);
        Checkpoint { sequence: 7, hash: Digest::default(), recorded, closed: Some(BusinessDay::of(recorded)) }
    }

    #[test]
    fn what_was_signed_is_read_again_and_nothing_else() {
        let key = key();
        let signed = key.sign(&checkpoint());
        assert_eq!(key.public().verify(&signed), Ok(checkpoint()));
        let [header, payload, signature] = signed.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let other = key.sign(&Checkpoint { sequence: 8, ..checkpoint() });
        let other_payload = other.split('.').nth(1).unwrap();
        for forged in [format!("{header}.{other_payload}.{signature}"), format!("{header}.{payload}.AAAA")] {
            assert_eq!(key.public().verify(&forged), Err(CheckpointError::Signature), "{forged}");
        }
        for nothing in ["", "a.b.c", header, &format!("{payload}.{payload}.{signature}")] {
            assert_eq!(key.public().verify(nothing), Err(CheckpointError::Malformed), "{nothing}");
        }
        assert_eq!(super::tests::key().public().verify(&signed), Err(CheckpointError::OtherKey));
    }

    #[test]
    fn a_public_key_survives_its_json() {
        let public = key().public();
        let json = serde_json::to_string(&public.to_jwk()).unwrap();
        assert_eq!(CheckpointPublicKey::from_jwk(&serde_json::from_str(&json).unwrap()), Ok(public));
        let private = json.replace("OKP", "EC");
        assert_eq!(CheckpointPublicKey::from_jwk(&serde_json::from_str(&private).unwrap()), Err(CheckpointError::Key));
    }
}
