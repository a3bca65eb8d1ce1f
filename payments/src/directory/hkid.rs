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
    use super::normal as read;

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
}
