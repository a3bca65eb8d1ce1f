//! Encrypting content, so that who changes it is found out (RFC 7518, section 5).

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::ContentEncryption;

/// Encrypted content.
pub(super) struct Sealed {
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

/// A key for one token.
pub(super) fn make_key(encryption: ContentEncryption, random: &dyn SecureRandom) -> Option<Zeroizing<Vec<u8>>> {
    let length = match encryption {
        ContentEncryption::A256Gcm => 32,
        ContentEncryption::A256CbcHs512 => 64,
    };
    let mut key = Zeroizing::new(vec![0; length]);
    random.fill(&mut key).ok()?;
    Some(key)
}

/// Encrypts under a key that encrypts nothing else, with a random initialisation vector.
pub(super) fn seal(
    encryption: ContentEncryption,
    key: &[u8],
    content: &[u8],
    header: &[u8],
    random: &dyn SecureRandom,
) -> Option<Sealed> {
    match encryption {
        ContentEncryption::A256Gcm => {
            let mut iv = [0; 12];
            random.fill(&mut iv).ok()?;
            gcm(key, iv, content, header)
        }
        ContentEncryption::A256CbcHs512 => {
            let mut iv = [0; 16];
            random.fill(&mut iv).ok()?;
            cbc_hs512(key, iv, content, header)
        }
    }
}

fn gcm(key: &[u8], iv: [u8; 12], content: &[u8], header: &[u8]) -> Option<Sealed> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let mut ciphertext = content.to_vec();
    let nonce = Nonce::assume_unique_for_key(iv);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(header), &mut ciphertext).ok()?;
    Some(Sealed { iv: iv.to_vec(), ciphertext, tag: tag.as_ref().to_vec() })
}

/// Section 5.2.2.1: the first half of the key authenticates, the second encrypts; the tag is half an HMAC.
pub(super) fn cbc_hs512(key: &[u8], iv: [u8; 16], content: &[u8], header: &[u8]) -> Option<Sealed> {
    let (authenticates, encrypts) = (key.get(..32)?, key.get(32..64)?);
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(encrypts, &iv).ok()?;
    let mut ciphertext = vec![0; content.len() / 16 * 16 + 16];
    cipher.encrypt_padded_b2b::<Pkcs7>(content, &mut ciphertext).ok()?;
    let header_bits = u64::try_from(header.len()).ok()?.checked_mul(8)?.to_be_bytes();
    let mut tag = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA512, authenticates));
    for part in [header, &iv, &ciphertext, &header_bits] {
        tag.update(part);
    }
    let tag = tag.sign().as_ref()[..32].to_vec();
    Some(Sealed { iv: iv.to_vec(), ciphertext, tag })
}
