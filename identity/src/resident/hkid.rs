//! Hong Kong identity card numbers: one or two letters, six digits, and a check digit in brackets.

use std::fmt;
use std::str::FromStr;

use zeroize::ZeroizeOnDrop;

use super::Refusal;

/// An HKID number whose check digit is right. Never printed.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Hkid(String);

impl Hkid {
    /// The number in its normal form, such as `A123456(3)`: for the resident, and for relying parties that may have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// For the holder's own eyes on a page: letters and the first three digits, the rest hidden.
    pub fn masked(&self) -> String {
        let shown = self.0.len().saturating_sub("456(3)".len());
        self.0.chars().enumerate().map(|(i, c)| if i < shown || !c.is_ascii_alphanumeric() { c } else { '*' }).collect()
    }
}

impl FromStr for Hkid {
    type Err = Refusal;

    /// Takes the number as people write it: small or capital letters, with or without brackets and spaces.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        const REFUSAL: Refusal = Refusal::Field {
            field: "hkid",
            expected: "letters, six digits and the right check digit, such as A123456(3)",
        };
        let bare: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '（' | '）'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let letters = bare.bytes().take_while(u8::is_ascii_uppercase).count();
        let (prefix, rest) = bare.split_at(letters);
        if !(1..=2).contains(&letters) || rest.len() != 7 || !rest.is_ascii() {
            return Err(REFUSAL);
        }
        let (digits, check) = rest.split_at(6);
        if !digits.bytes().all(|b| b.is_ascii_digit()) || check_digit(prefix, digits) != check.chars().next() {
            return Err(REFUSAL);
        }
        Ok(Self(format!("{prefix}{digits}({check})")))
    }
}

/// The digit that makes the weighted sum divisible by eleven: weights 9 and 8 for the letters (A is 10, a
/// missing first one is 36), 7 to 2 for the digits, 1 for the check digit; ten is written A.
fn check_digit(letters: &str, digits: &str) -> Option<char> {
    let padding = std::iter::repeat_n(36, 2_usize.checked_sub(letters.len())?);
    let values = padding.chain((letters.chars().chain(digits.chars())).filter_map(|c| c.to_digit(36)));
    let sum: u32 = values.zip((2..=9).rev()).map(|(value, weight)| value * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => Some('A'),
        digit => char::from_digit(digit, 10),
    }
}

impl fmt::Debug for Hkid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hkid(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_masked_form_hides_half_of_the_number_and_the_check_digit() {
        let masked = |text: &str| text.parse::<Hkid>().unwrap().masked();
        assert_eq!(masked("A123456(3)"), "A123***(*)");
        assert_eq!(masked("AB987654(3)"), "AB987***(*)");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, normal) in [
            ("A123456(3)", "A123456(3)"),
            ("a1234563", "A123456(3)"),
            (" A 123456 ( 3 ) ", "A123456(3)"),
            ("Ａ123456(3)", ""),
            ("C123456（9）", "C123456(9)"),
            ("AB987654(3)", "AB987654(3)"),
            ("G123456(A)", "G123456(A)"),
            ("g123456a", "G123456(A)"),
        ] {
            let read = text.parse::<Hkid>().map(|hkid| hkid.expose().to_owned());
            assert_eq!(read.unwrap_or_default(), normal, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "",
            "A",
            "A123456",
            "A123456()",
            "A123456(4)",
            "123456(3)",
            "ABC123456(3)",
            "A12345(3)",
            "A1234567(3)",
            "A12345X(3)",
            "A123456(3)(3)",
            "A123456(陳)",
            "陳123456(3)",
        ] {
            assert!(text.parse::<Hkid>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_is_never_printed() {
        let hkid: Hkid = "A123456(3)".parse().unwrap();
        assert_eq!(format!("{hkid:?}"), "Hkid(…)");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_noticed(letters in "[A-Z]{1,2}", digits in "[0-9]{6}", at in 0usize..7, other in 0u32..11) {
            let check = check_digit(&letters, &digits).unwrap();
            let right = format!("{letters}{digits}{check}");
            let hkid: Hkid = right.parse().unwrap();
            prop_assert_eq!(hkid.expose(), format!("{letters}{digits}({check})"));
            let place = letters.len() + at;
            let other = char::from_digit(other, 11).unwrap().to_ascii_uppercase();
            let mut wrong = right.clone();
            wrong.replace_range(place..=place, other.encode_utf8(&mut [0; 4]));
            prop_assert_eq!(wrong.parse::<Hkid>().is_ok(), wrong == right);
        }
    }
}
