//! Mobile numbers of any country (ITU E.164).
//!
//! Hong Kong's are known by the first digit, as its numbering plan assigns them. Everywhere else a number must be one
//! that the country has given to mobile telephones: in some countries the same telephone can be written with and
//! without a digit that only domestic callers or callers from abroad dial, and only one of these is its number.

use phonenumber::{Mode, Type};

use super::narrow;

/// `+852-91234567`. Without a country code it is Hong Kong's; other countries are written with `+`.
pub(super) fn normal(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(16);
    let mut international = false;
    let mut country_ends = None;
    for c in text.trim().chars().map(narrow) {
        match c {
            '0'..='9' if digits.len() < 15 => digits.push(c),
            '+' if digits.is_empty() && !international => international = true,
            '-' => country_ends = country_ends.or(Some(digits.len())),
            ' ' | '.' | '(' | ')' => {}
            _ => return None,
        }
    }
    if !international {
        return is_hong_kongs(&digits).then(|| format!("+852-{digits}"));
    }
    if let Some(national) = digits.strip_prefix("852") {
        // When the writer says where the country code ends, it must be right: `+85-291234567` is a mistake.
        let misplaced = country_ends.is_some_and(|end| end < 3);
        return (is_hong_kongs(national) && !misplaced).then(|| format!("+852-{national}"));
    }
    abroad(&digits, country_ends)
}

/// Hong Kong's mobile numbers have eight digits and begin with 4 to 9.
fn is_hong_kongs(digits: &str) -> bool {
    digits.len() == 8 && digits.starts_with(|c| ('4'..='9').contains(&c))
}

/// Ivory Coast, Gabon and the Congo.
const MOBILE_BEGINS_WITH_ZERO: [u16; 3] = [225, 241, 242];

fn abroad(digits: &str, country_ends: Option<usize>) -> Option<String> {
    let written = format!("+{digits}");
    let number = phonenumber::parse(None, &written).ok()?;
    let mobile = match number.number_type(&phonenumber::metadata::DATABASE) {
        Type::Mobile | Type::FixedLineOrMobile | Type::PersonalNumber => true,
        // The tables are asked without leading zeros, so that these countries' mobile numbers have no type there.
        Type::Unknown => MOBILE_BEGINS_WITH_ZERO.contains(&number.code().value()),
        _ => false,
    };
    // Only the number itself is taken: what the tables would first have to correct is a second spelling of it.
    let exact = number.format().mode(Mode::E164).to_string() == written;
    let country = number.code().value().to_string();
    let national = digits.strip_prefix(&country)?;
    let misplaced = country_ends.is_some_and(|end| end < country.len());
    (mobile && exact && !misplaced && number.is_valid()).then(|| format!("+{country}-{national}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{ProxyKind, read};

    fn mobile(text: &str) -> Option<String> {
        read(ProxyKind::Mobile, text)
    }

    #[test]
    fn every_spelling_of_a_number_is_the_same_proxy() {
        for text in [
            "91234567",
            "9123 4567",
            "9123-4567",
            "+852-91234567",
            "+85291234567",
            "+852 9123 4567",
            "９１２３４５６７",
        ] {
            assert_eq!(mobile(text).as_deref(), Some("+852-91234567"), "{text}");
        }
        for (text, normal) in [
            ("+65 9876 5432", "+65-98765432"),
            ("+1 (415) 555-0132", "+1-4155550132"),
            ("+8613812345678", "+86-13812345678"),
            ("+44 7911 123456", "+44-7911123456"),
            ("+853-66123456", "+853-66123456"),
            ("+2250701020304", "+225-0701020304"),
            ("+54 9 11 2345 6789", "+54-91123456789"),
            ("+886 912 345 678", "+886-912345678"),
        ] {
            assert_eq!(mobile(text).as_deref(), Some(normal), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_mobile_number_is_refused() {
        for text in [
            "",
            "+",
            "1234567",
            "912345678",
            "21234567",
            "+852-21234567",
            "+852-9123456",
            "+44 07911 123456",
            "9123456a",
            "+85-291234567",
            "91234567+",
            "++85291234567",
            "+1234567890123456",
            "tel:91234567",
            "+999 123456789",
            "+65 6123 4567",       // a fixed line
            "+52 1 55 1234 5678",  // the 1 was dropped from the plan: a second spelling
            "+54 11 15 2345 6789", // as dialled inside Argentina
        ] {
            assert_eq!(mobile(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn separators_never_make_another_number(digits in "[4-9][0-9]{7}", gap in 0..8_usize, separator in "[ .()-]") {
            let mut spelt = digits.clone();
            spelt.insert_str(gap, &separator);
            let expected = format!("+852-{digits}");
            prop_assert_eq!(mobile(&spelt), Some(expected));
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "\\+?\\PC{0,24}|\\+[0-9]{1,15}") {
            let _ = mobile(&text);
        }
    }
}
