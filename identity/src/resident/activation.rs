//! Activation codes: what a resident is handed, on paper or as a link, to take possession of their identity.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::{Attributes, Refusal, ResidentId};
use crate::keys::Purpose;
use crate::secret::secret;

/// A code that is not used for this long expires.
pub const ACTIVATION_LIFETIME: Duration = Duration::from_hours(14 * 24);

/// A code may be shown this often before it is used: its link may be opened again, but not for ever.
pub(crate) const MOST_BEGINNINGS: i64 = 10;

/// How long a browser may take from showing the code to having a passkey.
pub(crate) const CONFIRMATION_LIFETIME: Duration = Duration::from_mins(30);

/// Crockford's alphabet: no I, L, O or U, so that nothing is mistaken for something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 128 bits of secret and 12 bits of checksum, five bits a character.
const LENGTH: usize = 28;

/// Characters between hyphens.
const GROUP: usize = 4;

secret! {
    /// What the cookie carries between showing a code and having a passkey.
    pub struct ActivationSecret: Purpose::Activation;
}

/// Somebody showed a code: what they have to confirm.
#[derive(Debug)]
pub struct Activation {
    /// Who they are about to be.
    pub resident: ResidentId,
    /// What they confirm.
    pub attributes: Attributes,
    /// For the cookie.
    pub secret: ActivationSecret,
}

/// A code of 128 secret bits, written so that a person can type it. Never printed.
#[derive(Clone)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct ActivationCode(Zeroizing<[u8; 16]>);

impl ActivationCode {
    pub(crate) fn new(random: [u8; 16]) -> Self {
        Self(Zeroizing::new(random))
    }

    /// The code to hand over: seven groups of four, such as `6GTK-…`.
    pub fn expose(&self) -> String {
        let bytes = self.with_checksum();
        let mut text = String::with_capacity(LENGTH + LENGTH / GROUP);
        for place in 0..LENGTH {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            let (byte, bit) = (place * 5 / 8, place * 5 % 8);
            let window = u16::from_be_bytes([bytes[byte], bytes[byte + 1]]);
            text.push(char::from(ALPHABET[usize::from(window >> (11 - bit) & 31)]));
        }
        text
    }

    /// The secret with its checksum behind it, in the upper twelve of the last sixteen bits: a mistyped code is
    /// told from a wrong one without asking the database.
    fn with_checksum(&self) -> Zeroizing<[u8; 18]> {
        let hash = digest(&SHA256, self.0.as_slice());
        let mut bytes = Zeroizing::new([0; 18]);
        bytes[..16].copy_from_slice(self.0.as_slice());
        bytes[16..].copy_from_slice(&hash.as_ref()[..2]);
        bytes[17] &= 0xf0;
        bytes
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FromStr for ActivationCode {
    type Err = Refusal;

    /// Reads a code as a person types it: any case, hyphens and spaces anywhere, O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let typed = text.chars().filter(|c| !matches!(c, '-' | ' '));
        let mut bytes = Zeroizing::new([0_u8; 18]);
        let mut place = 0;
        for character in typed {
            let character = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|symbol| char::from(*symbol) == character);
            let value =
                value.and_then(|v| u16::try_from(v).ok()).filter(|_| place < LENGTH).ok_or(Refusal::CodeMistyped)?;
            let (byte, bit) = (place * 5 / 8, place * 5 % 8);
            let [high, low] = (value << (11 - bit)).to_be_bytes();
            bytes[byte] |= high;
            bytes[byte + 1] |= low;
            place += 1;
        }
        let mut secret = [0; 16];
        secret.copy_from_slice(&bytes[..16]);
        let code = Self::new(secret);
        if place == LENGTH && code.with_checksum() == bytes { Ok(code) } else { Err(Refusal::CodeMistyped) }
    }
}

impl fmt::Debug for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActivationCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_seven_groups_of_four_and_never_printed() {
        let code = ActivationCode::new([0xa5; 16]);
        let text = code.expose();
        assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [4; 7]);
        assert_eq!(format!("{code:?}"), "ActivationCode(…)");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = ActivationCode::new([0; 16]);
        let text = code.expose();
        assert!(text.starts_with("0000-"));
        for typed in [text.replace('-', ""), text.replace('-', " "), text.to_lowercase(), text.replace('0', "o")] {
            assert_eq!(typed.parse::<ActivationCode>().unwrap(), code, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_code_survives_being_written(secret: [u8; 16]) {
            let code = ActivationCode::new(secret);
            prop_assert_eq!(code.expose().parse::<ActivationCode>().unwrap(), code);
        }

        #[test]
        fn whatever_is_typed_is_the_code_or_refused(text in "[0-9A-Za-z陳 -]{0,40}") {
            if let Ok(code) = text.parse::<ActivationCode>() {
                prop_assert_eq!(code.expose().len(), LENGTH + LENGTH / GROUP - 1);
            }
        }
    }

    /// Twelve bits of checksum: of 4,096 mistyped codes about one passes, and then it is an unknown code.
    #[test]
    fn a_mistyped_character_is_noticed() {
        let text = ActivationCode::new(*b"0123456789abcdef").expose();
        let missed = text.char_indices().filter(|(_, c)| *c != '-').filter(|(at, c)| {
            let mut typed = text.clone();
            typed.replace_range(*at..=*at, if *c == 'Z' { "Y" } else { "Z" });
            typed.parse::<ActivationCode>().is_ok()
        });
        assert_eq!(missed.count(), 0);
        assert!(text[1..].parse::<ActivationCode>().is_err());
        assert!(format!("{text}0").parse::<ActivationCode>().is_err());
    }
}
