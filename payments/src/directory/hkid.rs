//! Hong Kong identity card numbers: one or two letters, six digits, and a check digit in brackets.

use super::proxy::narrow;

/// `A123456(3)`, from however people write it; nothing when the check digit is wrong.
pub(super) fn normal(text: &str) -> Option<String> {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '(' | ')');
    let bare: String = text.chars().map(narrow).filter(kept).map(|c| c.to_ascii_uppercase()).collect();
    let letters = bare.bytes().take_while(u8::is_ascii_uppercase).count();
    let (prefix, rest) = bare.split_at(letters);
    if !(1..=2).contains(&letters) || rest.len() != 7 || !rest.is_ascii() {
        return None;
    }
    let (digits, check) = rest.split_at(6);
    let right = digits.bytes().all(|b| b.is_ascii_digit()) && check_digit(prefix, digits) == check.chars().next();
    right.then(|| format!("{prefix}{digits}({check})"))
}

/// Weights 9 and 8 for the letters (A is 10; a missing first one counts 36), 7 to 2 for the digits, 1 for the check
/// digit: the sum is divisible by eleven, and ten is written A.
fn check_digit(letters: &str, digits: &str) -> Option<char> {
    let missing = std::iter::repeat_n(36, 2_usize.checked_sub(letters.len())?);
    let values = missing.chain(letters.chars().chain(digits.chars()).filter_map(|c| c.to_digit(36)));
    let sum: u32 = values.zip((2..=9).rev()).map(|(value, weight)| value * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => Some('A'),
        digit => char::from_digit(digit, 10),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::normal as read;
    use super::*;

    #[test]
    fn every_spelling_of_a_card_is_the_same_number() {
        for (text, normal) in [
            ("A123456(3)", "A123456(3)"),
            (" a 1234563", "A123456(3)"),
            ("Ａ１２３４５６（３）", "A123456(3)"),
            ("Z683365(A)", "Z683365(A)"),
            ("AB987654(3)", "AB987654(3)"),
        ] {
            assert_eq!(read(text).as_deref(), Some(normal), "{text}");
        }
        for text in ["", "A123456(4)", "A12345(3)", "1234563", "ABC123456(3)", "陳123456(3)", "A12345六(3)"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_has_one_check_digit_and_one_normal_form(letters in "[A-Z]{1,2}", digits in "[0-9]{6}", wide: bool) {
            let checks: Vec<char> = ('0'..='9').chain(['A']).collect();
            let right = checks.iter().filter_map(|check| read(&format!("{letters}{digits}{check}")));
            let right: Vec<String> = right.collect();
            prop_assert_eq!(right.len(), 1, "one digit fits");
            let normal = &right[0];
            prop_assert_eq!(read(normal), Some(normal.clone()), "the normal form is its own");
            let spelt: String = normal.to_lowercase().chars().flat_map(|c| [c, ' ']).collect();
            let widened = |c: char| if c == ' ' { '\u{3000}' } else { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) };
            let spelt: String = if wide { spelt.chars().map(widened).collect() } else { spelt };
            prop_assert_eq!(read(&spelt), Some(normal.clone()));
        }

        #[test]
        fn one_wrong_character_is_noticed(letter in "[A-Z]", digits in "[0-9]{6}", at in 0..7_usize, by in 1..10_u32) {
            let body = format!("{letter}{digits}");
            let check = check_digit(&letter, &digits).unwrap();
            let wrong: String = body.chars().enumerate().map(|(i, c)| match c.to_digit(10) {
                Some(digit) if i == at => char::from_digit((digit + by) % 10, 10).unwrap(),
                None if i == at => char::from(b'A' + u8::try_from((u32::from(c) - 65 + by) % 26).unwrap()),
                _ => c,
            }).collect();
            // Eleven divides no single weighted difference but that of letters eleven apart.
            prop_assume!(at > 0 || (u32::from(letter.as_bytes()[0]) + 11 - u32::from(wrong.as_bytes()[0])) % 11 != 0);
            prop_assert_eq!(read(&format!("{wrong}{check}")), None);
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "\\PC{0,20}") {
            let _ = read(&text);
        }
    }
}
