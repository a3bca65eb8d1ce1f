//! FPS IDs: numbers that the directory issues, one for one account at one participant, and never twice.
//!
//! The last digit of an issued number is Luhn's check digit (ISO/IEC 7812-1, annex B), so that a mistyped digit most
//! likely leads nowhere. Readers do not ask for it: numbers without one are in use.

use super::narrow;

/// How long an issued FPS ID is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FpsIdLength {
    /// Seven digits: short enough for a shop's window. There are 900,000 of them.
    Seven,
    /// Nine digits: ninety million.
    Nine,
}

/// Seven or nine digits; blanks and hyphens between them are dropped.
pub(super) fn normal(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(9);
    for c in text.trim().chars().map(narrow) {
        match c {
            '0'..='9' if digits.len() < 9 => digits.push(c),
            ' ' | '-' => {}
            _ => return None,
        }
    }
    matches!(digits.len(), 7 | 9).then_some(digits)
}

/// A number out of a random one, with its check digit. None begins with zero: people leave that out.
pub(super) fn from_random(length: FpsIdLength, random: u64) -> String {
    let first = match length {
        FpsIdLength::Seven => 100_000,
        FpsIdLength::Nine => 10_000_000,
    };
    let number = first + random % (first * 9);
    let digits = number.to_string();
    let check = (10 - weighted(&format!("{digits}0")) % 10) % 10;
    format!("{digits}{check}")
}

/// Luhn's sum: from the right every second digit counts twice, and twice seven is one and four.
fn weighted(digits: &str) -> u32 {
    let values = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
    values.map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Proxy, ProxyKind, read};
    use super::*;

    #[test]
    fn an_fps_id_is_seven_or_nine_digits_whatever_the_last_one_is() {
        for (text, normal) in [("1234567", Some("1234567")), ("166 123 456", Some("166123456")), ("12345678", None)] {
            assert_eq!(read(ProxyKind::FpsId, text).as_deref(), normal, "{text}");
        }
        for text in ["", "123456", "1234567890", "123456a", "+1234567"] {
            assert_eq!(read(ProxyKind::FpsId, text), None, "{text}");
        }
    }

    #[test]
    fn the_check_digit_is_luhns() {
        assert_eq!(weighted("79927398713") % 10, 0, "the standard's own example");
        assert_eq!(from_random(FpsIdLength::Seven, 0), "1000009");
        assert_eq!(from_random(FpsIdLength::Nine, 89_999_999), "999999998");
    }

    proptest! {
        #[test]
        fn an_issued_number_reads_as_itself_and_one_wrong_digit_is_noticed(random: u64, at in 0..7_usize, by in 1..10_u32) {
            for (length, digits) in [(FpsIdLength::Seven, 7), (FpsIdLength::Nine, 9)] {
                let issued = Proxy::new_fps_id(length, random);
                prop_assert_eq!(issued.value().len(), digits);
                prop_assert_eq!(weighted(issued.value()) % 10, 0);
                prop_assert_eq!(Proxy::parse(ProxyKind::FpsId, issued.value()), Ok(issued.clone()));
                let wrong: String = issued.value().chars().enumerate().map(|(i, c)| {
                    let digit = c.to_digit(10).unwrap();
                    char::from_digit(if i == at { (digit + by) % 10 } else { digit }, 10).unwrap()
                }).collect();
                prop_assert_ne!(weighted(&wrong) % 10, 0);
            }
        }
    }
}
