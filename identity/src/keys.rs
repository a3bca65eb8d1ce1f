//! The keys of this crate, all derived from one master secret, each for one purpose.

use std::fmt;

use ring::{hkdf, hmac};
use zeroize::Zeroizing;

/// What a derived key is for. Two purposes never share a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Wraps the data key of each resident.
    Attributes,
    /// Wraps the private keys that sign tokens.
    SigningKeys,
    /// Finds a resident by HKID number.
    Hkid,
    /// Recognises activation codes and the browser sessions they begin.
    Activation,
    /// Recognises the secrets of WebAuthn ceremonies.
    Ceremony,
    /// Recognises session cookies.
    Session,
    /// Makes the form token that belongs to a session.
    FormToken,
    /// Recognises what the OpenID provider hands out: codes, request URIs, interactions, opaque tokens.
    Token,
    /// Recognises the secrets of clients.
    ClientSecret,
    /// Recognises the nonces that we give for proofs of possession.
    DpopNonce,
    /// Makes the name of a session for one relying party.
    SessionAtClient,
    /// Makes the refresh token that follows another.
    RefreshToken,
    /// The pepper of passwords.
    Password,
    /// Finds a password by its user name.
    UserName,
    /// Recognises accounts and addresses whose attempts at passwords are counted.
    SignInTally,
    /// Seals what is expected of the answer to a sign-in, while the browser keeps it.
    SignInCeremony,
}

const PURPOSES: [(Purpose, &str); 16] = [
    (Purpose::Attributes, "attribute wrapping"),
    (Purpose::SigningKeys, "signing key wrapping"),
    (Purpose::Hkid, "HKID lookup"),
    (Purpose::Activation, "activation lookup"),
    (Purpose::Ceremony, "ceremony lookup"),
    (Purpose::Session, "session lookup"),
    (Purpose::FormToken, "form token"),
    (Purpose::Token, "token lookup"),
    (Purpose::ClientSecret, "client secret"),
    (Purpose::DpopNonce, "DPoP nonce"),
    (Purpose::SessionAtClient, "session at a client"),
    (Purpose::RefreshToken, "refresh token succession"),
    (Purpose::Password, "password pepper"),
    (Purpose::UserName, "user name lookup"),
    (Purpose::SignInTally, "sign-in tally"),
    (Purpose::SignInCeremony, "sign-in ceremony"),
];

/// Separates this crate's keys from those that others derive from the same master secret.
const SALT: &[u8] = b"lionrock identity v1";

/// This installation's keys for identity. Erased from memory when dropped, never printed.
pub struct IdentityKeys(Zeroizing<[[u8; 32]; PURPOSES.len()]>);

impl IdentityKeys {
    /// Derives every key from the master secret by HKDF-SHA256 (RFC 5869), one label a purpose.
    ///
    /// # Panics
    /// When HKDF refuses, which it cannot for keys this short: never are keys used that were not derived.
    pub fn from_master(master: &[u8; 32]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(master);
        let mut keys = Zeroizing::new([[0; 32]; PURPOSES.len()]);
        for ((purpose, label), key) in PURPOSES.iter().zip(keys.iter_mut()) {
            debug_assert_eq!(*purpose as usize, PURPOSES.iter().position(|(_, l)| l == label).unwrap_or(usize::MAX));
            // Thirty-two bytes are far below the limit of HKDF: this cannot fail, and must never leave zeros behind.
            let filled = root.expand(&[label.as_bytes()], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(key));
            assert!(filled.is_ok(), "HKDF refused to fill 32 bytes");
        }
        Self(keys)
    }

    pub(crate) fn secret(&self, purpose: Purpose) -> &[u8; 32] {
        &self.0[purpose as usize]
    }

    /// HMAC-SHA256 of `value` under the key of `purpose`: how secrets and guessable values are looked up.
    pub(crate) fn keyed_hash(&self, purpose: Purpose, value: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret(purpose));
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&key, value).as_ref());
        hash
    }

    /// Whether `hash` is the keyed hash of `value`, found out in constant time: the one place where secrets are compared.
    #[allow(clippy::disallowed_methods)] // this is that place
    pub(crate) fn is_keyed_hash(&self, purpose: Purpose, value: &[u8], hash: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret(purpose));
        hmac::verify(&key, value, hash).is_ok()
    }
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let keys = IdentityKeys::from_master(&[7; 32]);
        let secrets: std::collections::BTreeSet<_> = PURPOSES.iter().map(|(p, _)| *keys.secret(*p)).collect();
        assert_eq!(secrets.len(), PURPOSES.len());
        assert!(!secrets.contains(&[0; 32]));
    }

    #[test]
    fn keys_depend_on_the_master_and_are_never_printed() {
        let one = IdentityKeys::from_master(&[1; 32]);
        assert_ne!(one.secret(Purpose::Hkid), IdentityKeys::from_master(&[2; 32]).secret(Purpose::Hkid));
        assert_eq!(one.secret(Purpose::Hkid), IdentityKeys::from_master(&[1; 32]).secret(Purpose::Hkid));
        assert_eq!(format!("{one:?}"), "IdentityKeys(…)");
    }
}
