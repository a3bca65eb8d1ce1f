//! Sealing what must not be read in the database: AES-256-GCM (NIST SP 800-38D) with a fresh random nonce.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::Error;

/// Seals `plain` under `key`, bound to `context`: what was sealed in one place does not open in another.
/// The result is the nonce, the cipher text and the tag.
pub(crate) fn seal(key: &[u8; 32], nonce: [u8; NONCE_LEN], context: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut sealed = plain.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
        .map_err(|_| Error::Cryptography("sealing"))?;
    sealed.splice(0..0, nonce);
    Ok(sealed)
}

/// Opens what [`seal`] made. `what` names it in the error.
pub(crate) fn open(
    key: &[u8; 32],
    context: &[u8],
    sealed: &[u8],
    what: &'static str,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Error::Damaged(what))?;
    let mut body = Zeroizing::new(body.to_vec());
    let plain = cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut body)
        .map_err(|_| Error::Damaged(what))?
        .len();
    body.truncate(plain);
    Ok(body)
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| Error::Cryptography("sealing key"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_sealed_opens_only_whole_and_in_its_place(plain: Vec<u8>, at: proptest::sample::Index, bit in 0u8..8) {
            let (key, nonce) = ([3; 32], [5; NONCE_LEN]);
            let sealed = seal(&key, nonce, b"here", &plain).unwrap();
            prop_assert_eq!(&*open(&key, b"here", &sealed, "test").unwrap(), &plain);
            prop_assert!(open(&key, b"there", &sealed, "test").is_err());
            prop_assert!(open(&[4; 32], b"here", &sealed, "test").is_err());
            let mut touched = sealed.clone();
            touched[at.index(sealed.len())] ^= 1 << bit;
            prop_assert!(open(&key, b"here", &touched, "test").is_err());
        }
    }
}
