//! A number or an address that can be paid, in its one normal form.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of proxy; the code is ISO 20022's (`CdtrAcct/Prxy/Tp/Cd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProxyKind {
    /// A mobile number.
    #[serde(rename = "MBNO")]
    Mobile,
    /// An e-mail address.
    #[serde(rename = "EMAL")]
    Email,
}

impl ProxyKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Mobile, Self::Email];

    /// The ISO 20022 external code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "MBNO",
            Self::Email => "EMAL",
        }
    }

    /// The kind with this ISO 20022 external code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A proxy in normal form. Two spellings of the same number or address are equal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proxy {
    kind: ProxyKind,
    value: String,
}

/// Why a text is not a proxy of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a telephone number.
    #[error("a mobile number is written +852-91234567, or as eight digits")]
    Mobile,
    /// Not an e-mail address.
    #[error("an e-mail address is written name@example.hk")]
    Email,
}

/// The longest text that is looked at: longer than any spelling of a number or an address.
const MAX_TEXT: usize = 320;

impl Proxy {
    /// Reads what a person or a bank writes and brings it into normal form.
    pub fn parse(kind: ProxyKind, text: &str) -> Result<Self, ProxyError> {
        let (value, error) = match kind {
            ProxyKind::Mobile => (normal_mobile(text), ProxyError::Mobile),
            ProxyKind::Email => (normal_email(text), ProxyError::Email),
        };
        value.map(|value| Self { kind, value }).ok_or(error)
    }

    /// What [`Self::value`] gave before, as the database kept it.
    pub(crate) const fn from_normal_form(kind: ProxyKind, value: String) -> Self {
        Self { kind, value }
    }

    /// Reads either kind: what holds an `@` is an address.
    pub fn parse_any(text: &str) -> Result<Self, ProxyError> {
        let kind = if text.contains(['@', '＠']) { ProxyKind::Email } else { ProxyKind::Mobile };
        Self::parse(kind, text)
    }

    /// What kind it is.
    pub const fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// The normal form: `+852-91234567` (the schema's PhoneNumber), or the address in lower case.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Says the kind only: a number or an address identifies a person and never reaches a log.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.kind.code())
    }
}

/// Chinese keyboards give these wide forms of ASCII (Unicode block Halfwidth and Fullwidth Forms).
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// `+852-91234567`. Without a country code it is Hong Kong's; other countries are written with `+` (ITU E.164).
fn normal_mobile(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT {
        return None;
    }
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
        return is_hong_kong_mobile(&digits).then(|| format!("+852-{digits}"));
    }
    let (country, national) = digits.split_at_checked(country_code_length(&digits))?;
    // When the writer says where the country code ends, it must be right: `+85-291234567` is a mistake.
    if country_ends.is_some_and(|end| end < country.len()) {
        return None;
    }
    let plausible = match country {
        "852" => is_hong_kong_mobile(national),
        // Countries whose mobile numbers do begin with a zero after the country code.
        "225" | "241" | "242" => national.len() >= 6,
        // Elsewhere a zero is the domestic prefix: taking it would give one number two spellings.
        _ => national.len() >= 6 && !national.starts_with('0'),
    };
    plausible.then(|| format!("+{country}-{national}"))
}

fn is_hong_kong_mobile(digits: &str) -> bool {
    digits.len() == 8 && digits.starts_with(|c| ('4'..='9').contains(&c))
}

/// How many digits the country code has, from the zones that ITU E.164 assigns.
fn country_code_length(digits: &str) -> usize {
    const TWO_DIGITS: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if TWO_DIGITS.contains(&two) => 2,
        _ => 3,
    }
}

/// An address in lower case, without comments, quotes or a bare host: RFC 5321's Mailbox as people have it.
fn normal_email(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let address: String = text.trim().chars().map(narrow).map(|c| c.to_ascii_lowercase()).collect();
    let (local, domain) = address.split_once('@')?;
    let atom = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let top = domain.rsplit_once('.')?.1;
    let valid = address.len() <= 254
        && local.len() <= 64
        && local.split('.').all(atom)
        && domain.split('.').all(label)
        && top.bytes().any(|b| b.is_ascii_alphabetic());
    valid.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mobile(text: &str) -> Option<String> {
        Proxy::parse(ProxyKind::Mobile, text).ok().map(|proxy| proxy.value)
    }

    fn email(text: &str) -> Option<String> {
        Proxy::parse(ProxyKind::Email, text).ok().map(|proxy| proxy.value)
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
        ] {
            assert_eq!(mobile(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_lower_case_and_plain() {
        assert_eq!(email(" Chan.Tai-Man+fps@Example.HK ").as_deref(), Some("chan.tai-man+fps@example.hk"));
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@b.hk",
            "a@b",
            "a@@b.hk",
            "a b@c.hk",
            "a..b@c.hk",
            ".a@c.hk",
            "a@-c.hk",
            "a@c..hk",
            "a@[10.0.0.1]",
            "a@10.0.0.1",
            "\"a b\"@c.hk",
            "陳@c.hk",
        ] {
            assert_eq!(email(text), None, "{text}");
        }
    }

    #[test]
    fn a_proxy_is_not_shown_by_debug() {
        let proxy = Proxy::parse(ProxyKind::Mobile, "91234567").unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(MBNO)");
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own_normal_form(text in "\\+?[0-9 ()-]{0,20}|[a-zA-Z0-9.+@-]{0,40}") {
            for kind in ProxyKind::ALL {
                if let Ok(proxy) = Proxy::parse(kind, &text) {
                    prop_assert_eq!(Proxy::parse(kind, proxy.value()), Ok(proxy));
                }
            }
        }

        #[test]
        fn separators_never_make_another_number(digits in "[4-9][0-9]{7}", gap in 0..8_usize, separator in "[ .()-]") {
            let mut spelt = digits.clone();
            spelt.insert_str(gap, &separator);
            let expected = format!("+852-{digits}");
            prop_assert_eq!(mobile(&spelt), Some(expected));
        }
    }
}
