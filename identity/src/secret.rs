//! Secrets that someone outside carries, such as cookies: 32 random bytes, kept here only as a keyed hash.

/// Declares a newtype over 32 secret bytes, written in base64url, erased when dropped, never printed, and
/// recognised by its keyed hash.
macro_rules! secret {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident: $purpose:expr;) => {
        $(#[$doc])*
        #[derive(Clone)]
        $visibility struct $name(::zeroize::Zeroizing<[u8; 32]>);

        impl $name {
            pub(crate) fn new(random: [u8; 32]) -> Self {
                Self(::zeroize::Zeroizing::new(random))
            }

            /// Reads what [`Self::expose`] wrote; nothing else is one of these.
            $visibility fn parse(text: &str) -> Option<Self> {
                $crate::secret::decode(text).map(Self)
            }

            /// The secret itself in base64url, to hand to the one it is for.
            $visibility fn expose(&self) -> String {
                $crate::secret::encode(&self.0)
            }

            /// What the database knows it by.
            pub(crate) fn keyed_hash(&self, keys: &$crate::IdentityKeys) -> Vec<u8> {
                keys.keyed_hash($purpose, self.0.as_slice()).to_vec()
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}
pub(crate) use secret;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    let written = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut_slice()).ok()?;
    (written == 32).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use crate::IdentityKeys;
    use crate::keys::Purpose;

    secret! {
        /// For these tests.
        struct Sample: Purpose::Session;
    }

    #[test]
    fn a_secret_survives_its_text_and_is_never_printed() {
        let secret = Sample::new([9; 32]);
        let text = secret.expose();
        assert_eq!(text.len(), 43);
        assert_eq!(Sample::parse(&text).unwrap().expose(), text);
        assert_eq!(format!("{secret:?}"), "Sample(…)");
        let (mine, other) = (IdentityKeys::from_master(&[1; 32]), IdentityKeys::from_master(&[2; 32]));
        assert_ne!(secret.keyed_hash(&mine), secret.keyed_hash(&other));
    }

    #[test]
    fn what_is_not_a_secret_is_not_taken_for_one() {
        for bad in ["", "short", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43), &"A".repeat(4096)] {
            assert!(Sample::parse(bad).is_none(), "{bad}");
        }
    }
}
