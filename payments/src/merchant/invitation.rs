//! Invitations: a code that makes whoever shows it, signed in, one of those who work for a merchant.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::Role;

/// Crockford's alphabet: no I, L, O or U, so that nothing is mistaken for something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits a character.
const LENGTH: usize = 24;
const GROUP: usize = 4;

/// A code of 120 secret bits, written so that a person can type it. It works once, and never prints.
pub struct InvitationCode(Zeroizing<[u8; 15]>);

/// The text is not an invitation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invitation is six groups of four letters and digits")]
pub struct MistypedCode;

impl InvitationCode {
    /// From random bits.
    pub fn new(random: [u8; 15]) -> Self {
        Self(Zeroizing::new(random))
    }

    /// The code to hand over: six groups of four, such as `6GTK-…`.
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
        for place in 0..LENGTH {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            let (byte, bit) = (place * 5 / 8, place * 5 % 8);
            let next = self.0.get(byte + 1).copied().unwrap_or(0);
            let window = u16::from_be_bytes([self.0[byte], next]);
            text.push(char::from(ALPHABET[usize::from(window >> (11 - bit) & 31)]));
        }
        text
    }

    /// What the database keeps. A code has too many bits for its hash to be searched.
    pub fn digest(&self) -> Vec<u8> {
        digest(&SHA256, self.0.as_slice()).as_ref().to_vec()
    }

    /// How long an invitation to this role works.
    pub const fn lasts(role: Role) -> Duration {
        match role {
            Role::Owner => Duration::from_hours(14 * 24),
            Role::Cashier => Duration::from_hours(2 * 24),
        }
    }
}

impl FromStr for InvitationCode {
    type Err = MistypedCode;

    /// Reads a code as a person types it: any case, hyphens and spaces anywhere, O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<Self, MistypedCode> {
        let mut bytes = Zeroizing::new([0_u8; 16]);
        let mut place = 0;
        for character in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let character = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|symbol| char::from(*symbol) == character);
            let value = value.and_then(|v| u16::try_from(v).ok()).filter(|_| place < LENGTH).ok_or(MistypedCode)?;
            let (byte, bit) = (place * 5 / 8, place * 5 % 8);
            let [high, low] = (value << (11 - bit)).to_be_bytes();
            bytes[byte] |= high;
            bytes[byte + 1] |= low;
            place += 1;
        }
        if place != LENGTH {
            return Err(MistypedCode);
        }
        let mut secret = [0; 15];
        secret.copy_from_slice(&bytes[..15]);
        Ok(Self::new(secret))
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_survives_being_written(secret: [u8; 15]) {
            let code = InvitationCode::new(secret);
            let text = code.expose();
            prop_assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [4; 6]);
            prop_assert_eq!(text.to_lowercase().parse::<InvitationCode>().unwrap().digest(), code.digest());
        }

        #[test]
        fn whatever_is_typed_is_a_code_or_refused(text in "[0-9A-Za-z陳 -]{0,40}") {
            let _ = text.parse::<InvitationCode>();
        }
    }

    #[test]
    fn a_code_never_prints() {
        assert_eq!(format!("{:?}", InvitationCode::new([7; 15])), "InvitationCode(…)");
    }
}
