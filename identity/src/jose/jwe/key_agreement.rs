//! Agreeing on a key (RFC 7518, section 4.6): elliptic-curve Diffie-Hellman with a key pair for this once, and the
//! one-step key derivation of NIST SP 800-56A with SHA-256.

use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::digest;
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

/// What both sides come to.
pub(super) struct Agreed {
    /// Our public key for this once, uncompressed.
    pub(super) ephemeral: Vec<u8>,
    /// The key that both know.
    pub(super) key: Zeroizing<[u8; 32]>,
}

/// Agrees with whoever has the private key of this point, for the use that `algorithm` names.
pub(super) fn agree(point: &[u8], algorithm: &str, random: &dyn SecureRandom) -> Option<Agreed> {
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, random).ok()?;
    let ephemeral = ours.compute_public_key().ok()?.as_ref().to_vec();
    let theirs = UnparsedPublicKey::new(&ECDH_P256, point);
    let key = agree_ephemeral(ours, &theirs, |shared| derive(shared, algorithm, b"", b"", 256)).ok()?;
    Some(Agreed { ephemeral, key })
}

/// The first `bits` of the derived key are meant; at most 256 (RFC 7518, section 4.6.2).
pub(super) fn derive(shared: &[u8], algorithm: &str, apu: &[u8], apv: &[u8], bits: u32) -> Zeroizing<[u8; 32]> {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(&1_u32.to_be_bytes());
    hash.update(shared);
    for part in [algorithm.as_bytes(), apu, apv] {
        hash.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.update(&bits.to_be_bytes());
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(hash.finish().as_ref());
    key
}
