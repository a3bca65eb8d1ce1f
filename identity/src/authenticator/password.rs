//! Passwords, for relying parties whose residents cannot use anything better: the lowest level of assurance.
//!
//! Kept as Argon2id (RFC 9106) with the parameters that OWASP recommends, under a pepper: without this
//! installation's master key nobody can even begin to guess.

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use store::Timestamp;
use zeroize::Zeroizing;

use super::Assurance;
use crate::Error;

/// What a sign-in by password proves (RFC 8176).
pub const PASSWORD_AMR: [&str; 1] = ["pwd"];

/// What a sign-in by password is worth.
pub const PASSWORD_ASSURANCE: Assurance = Assurance::Low;

/// The shortest password, in characters (NIST SP 800-63B, section 5.1.1.2).
const SHORTEST: usize = 8;
/// The longest, in characters: a hash is not a place to send a novel to.
const LONGEST: usize = 128;

/// A password as its owner typed it. Erased when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// What somebody typed, right or wrong.
    pub fn typed(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// A password that is fit to be kept.
    ///
    /// # Errors
    /// [`PasswordRefusal::Unfit`].
    pub fn chosen(text: String) -> Result<Self, PasswordRefusal> {
        let password = Self::typed(text);
        let fits = (SHORTEST..=LONGEST).contains(&password.0.chars().count());
        if fits { Ok(password) } else { Err(PasswordRefusal::Unfit) }
    }

    /// Hashes it with this salt, as a PHC string.
    pub(crate) fn hash(&self, salt: &[u8; 16], pepper: &[u8; 32]) -> Result<String, Error> {
        const FAILED: Error = Error::Cryptography("hashing a password");
        let salt = SaltString::encode_b64(salt).map_err(|_| FAILED)?;
        let hash = argon2(pepper)?.hash_password(self.0.as_bytes(), &salt).map_err(|_| FAILED)?;
        Ok(hash.to_string())
    }

    /// Whether it is the one that was hashed to `kept`. Without one it is not, which takes just as long to say.
    pub(crate) fn is_kept_as(&self, kept: Option<&str>, pepper: &[u8; 32]) -> Result<bool, Error> {
        let Some(kept) = kept else { return self.hash(&[0; 16], pepper).map(|_| false) };
        let kept = PasswordHash::new(kept).map_err(|_| Error::Damaged("password"))?;
        Ok(argon2(pepper)?.verify_password(self.0.as_bytes(), &kept).is_ok())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Argon2id with OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
fn argon2(pepper: &[u8; 32]) -> Result<Argon2<'_>, Error> {
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, Params::default())
        .map_err(|_| Error::Cryptography("hashing a password"))
}

/// The name that goes with a password: 1 to 64 visible characters, in whatever case. Kept as a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    /// Takes what somebody typed, if it can be a user name.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let visible = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        (visible && (1..=64).contains(&text.chars().count())).then(|| Self(text.to_lowercase()))
    }

    /// The name itself.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without the name: it may be an address.
impl std::fmt::Debug for UserName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserName(…)")
    }
}

/// Why something about a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordRefusal {
    /// Nobody signs in by password here: the installation or the relying party does not allow it, or nobody waits.
    #[error("password: signing in by password is not allowed here")]
    NotAllowed,
    /// Unknown, wrong, or of somebody who may not sign in: which of these is nobody's business.
    #[error("password: the user name or the password is wrong")]
    Wrong,
    /// There were too many attempts.
    #[error("password: too many attempts; wait until {until}")]
    TooMany {
        /// When the next one is looked at.
        until: Timestamp,
    },
    /// A password has 8 to 128 characters.
    #[error("password: 8 to 128 characters")]
    Unfit,
    /// Not a user name.
    #[error("user_name: 1 to 64 characters without spaces")]
    UserName,
    /// Somebody else has this user name.
    #[error("user_name: somebody else has it")]
    UserNameTaken,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEPPER: [u8; 32] = [7; 32];

    #[test]
    fn only_the_same_password_under_the_same_pepper_is_right() {
        let hash = Password::typed("correct horse".to_owned()).hash(&[1; 16], &PEPPER).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let is_right = |text: &str, pepper| Password::typed(text.to_owned()).is_kept_as(Some(&hash), pepper).unwrap();
        assert!(is_right("correct horse", &PEPPER));
        assert!(!is_right("correct horse ", &PEPPER));
        assert!(!is_right("correct horse", &[8; 32]));
        assert!(!Password::typed("correct horse".to_owned()).is_kept_as(None, &PEPPER).unwrap());
    }

    #[test]
    fn a_password_is_long_enough_and_never_printed() {
        for (text, fits) in [("1234567", false), ("12345678", true), ("密碼密碼密碼密碼", true)] {
            assert_eq!(Password::chosen(text.to_owned()).is_ok(), fits, "{text}");
        }
        assert_eq!(Password::chosen("x".repeat(129)).unwrap_err(), PasswordRefusal::Unfit);
        assert_eq!(format!("{:?}", Password::typed("secret".to_owned())), "Password(…)");
    }

    #[test]
    fn a_user_name_is_the_same_in_any_case() {
        assert_eq!(UserName::parse(" TaiMan@Example.hk "), UserName::parse("taiman@example.hk"));
        for bad in ["", "  ", "a b", "a\u{0}", &"x".repeat(65)] {
            assert!(UserName::parse(bad).is_none(), "{bad:?}");
        }
    }
}
