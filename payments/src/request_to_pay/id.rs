//! What a request to pay is known by.

use std::fmt;
use std::str::FromStr;

/// Twenty characters fit a QR code's reference label (62-05 takes 25), and a message's `InstrId` (35).
const LENGTH: usize = 20;
/// Bits that a character carries.
const BITS: u32 = 5;
/// Digits and capital letters without I, L, O and U, which are mistaken for others or spell words (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A request's identifier: twenty digits and capital letters, 100 random bits. Whoever has it may read the request, so
/// it cannot be guessed; whoever pays by it is held to what was asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId([u8; LENGTH]);

/// This text is no request's identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request to pay is known by twenty digits and capital letters")]
pub struct NotARequestId;

impl RequestId {
    /// An identifier out of random bytes; the last four bits are not needed.
    pub fn from_random(random: &[u8; 13]) -> Self {
        let mut number = random.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte)) >> 4;
        let mut text = [0; LENGTH];
        for place in text.iter_mut().rev() {
            let digit = usize::try_from(number % (1 << BITS)).unwrap_or_default();
            *place = ALPHABET.get(digit).copied().unwrap_or_default();
            number >>= BITS;
        }
        Self(text)
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for RequestId {
    type Err = NotARequestId;

    fn from_str(text: &str) -> Result<Self, NotARequestId> {
        let characters: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NotARequestId)?;
        let known = characters.iter().all(|character| ALPHABET.contains(character));
        if known { Ok(Self(characters)) } else { Err(NotARequestId) }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_random_number_has_its_own_text(one: [u8; 13], other: [u8; 13]) {
            let (a, b) = (RequestId::from_random(&one), RequestId::from_random(&other));
            prop_assert_eq!(a.as_str().parse(), Ok(a));
            let mut same = one[..12] == other[..12];
            same &= one[12] >> 4 == other[12] >> 4;
            prop_assert_eq!(a == b, same);
        }

        #[test]
        fn what_is_read_is_written_again(text in ".{0,24}") {
            if let Ok(id) = text.parse::<RequestId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn letters_that_are_mistaken_for_others_are_not_read() {
        assert!("0123456789ABCDEFGHJK".parse::<RequestId>().is_ok());
        for wrong in
            ["0123456789ABCDEFGHJI", "0123456789abcdefghjk", "0123456789ABCDEFGHJ", "0123456789ABCDEFGHJKM", ""]
        {
            assert_eq!(wrong.parse::<RequestId>(), Err(NotARequestId), "{wrong}");
        }
    }
}
