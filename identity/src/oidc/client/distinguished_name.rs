//! Distinguished names as text (RFC 4514) and in certificates, compared as names rather than as letters.
//!
//! `CN=shop,O=Morning Light,C=HK` is how clients register and how `openssl x509 -subject -nameopt RFC2253` prints;
//! in the certificate the order is the other way round and the spelling of types is a number.

use x509_parser::x509::X509Name;

/// Attribute types by the names that are in use (RFC 4514, section 3; RFC 4519).
const TYPES: [(&str, &str); 13] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
];

/// One attribute: its type as a dotted number, and its value as it is compared.
type Attribute = (String, String);

/// A name: the most specific part first, each part one or more attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistinguishedName(Vec<Vec<Attribute>>);

impl DistinguishedName {
    /// Reads a name as text. `None` when it is not one, or has no part at all.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts = split(text, &[',', ';']).into_iter().map(|part| {
            let attributes = split(part, &['+']).into_iter().map(attribute);
            attributes.collect::<Option<Vec<_>>>().map(sorted)
        });
        parts.collect::<Option<Vec<_>>>().map(Self)
    }

    /// The name in a certificate. `None` when a value of it is no text.
    pub(crate) fn of(name: &X509Name<'_>) -> Option<Self> {
        let mut parts = Vec::new();
        for part in name.iter_rdn() {
            let attributes = part.iter().map(|attribute| {
                let value = attribute.as_str().ok()?;
                Some((attribute.attr_type().to_id_string(), folded(value)))
            });
            parts.push(sorted(attributes.collect::<Option<Vec<_>>>()?));
        }
        parts.reverse();
        Some(Self(parts))
    }
}

fn sorted(mut attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.sort();
    attributes
}

/// As `caseIgnoreMatch` compares: without regard to case and to how many spaces there are.
fn folded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Splits at separators that are neither escaped nor quoted.
fn split<'a>(text: &'a str, separators: &[char]) -> Vec<&'a str> {
    let (mut parts, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        if !escaped && separators.contains(&character) {
            parts.push(&text[from..at]);
            from = at + character.len_utf8();
        }
        escaped = character == '\\' && !escaped;
    }
    parts.push(&text[from..]);
    parts
}

fn attribute(text: &str) -> Option<Attribute> {
    let (kind, value) = text.split_once('=')?;
    let kind = kind.trim();
    let known = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, number)| *number);
    let is_number = kind.contains('.') && kind.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number = known.or_else(|| Some(kind).filter(|_| is_number))?;
    let value = folded(&unescaped(value.trim_start())?);
    (!value.is_empty()).then(|| (number.to_owned(), value))
}

/// Undoes `\,` and `\2C` (RFC 4514, section 2.4). Values in hexadecimal BER (`#…`) are not read.
fn unescaped(value: &str) -> Option<String> {
    if value.starts_with('#') {
        return None;
    }
    let (mut bytes, mut rest) = (Vec::new(), value.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let pair = rest.get(..2).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let hex = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let (byte, used) = match hex {
            Some(byte) => (byte, 2),
            None => (*rest.first()?, 1),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let [one, other] = [one, other].map(|text| DistinguishedName::parse(text).unwrap());
        one == other
    }

    #[test]
    fn names_are_compared_as_names() {
        assert!(same("CN=shop,O=Morning Light,C=HK", "cn=Shop, o=Morning  light ,C=hk"));
        assert!(same("CN=a\\,b\\+c", "2.5.4.3=a\\2Cb\\2bc"));
        assert!(same("CN=\u{6668}\u{5149}", "CN=\\E6\\99\\A8\\E5\\85\\89"));
        assert!(same("CN=a+UID=1,O=b", "UID=1+CN=a,O=b"));
        for other in [
            "O=Morning Light,CN=shop,C=HK",
            "CN=shop,O=Morning Light",
            "CN=shop2,O=Morning Light,C=HK",
            "CN=shop+O=Morning Light,C=HK",
        ] {
            assert!(!same("CN=shop,O=Morning Light,C=HK", other), "{other}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_read() {
        for bad in ["", "shop", "CN=", "shoe=43", "CN=a,,O=b", "CN=a\\", "CN=#0403", "CN=\\FF"] {
            assert_eq!(DistinguishedName::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r"(CN=|O=|[,+\\;# a-zA-Z0-9晨]){0,12}") {
            let _ = DistinguishedName::parse(&text);
        }
    }
}
