//! E-mail addresses: RFC 5321's Mailbox as people have it, with internationalised domains (RFC 5890).
//!
//! The part before the `@` is read without regard to capitals. The standard lets a mail server tell them apart, but
//! none that people use does, and whoever could register `Chan@…` beside `chan@…` would be paid by mistake. Dots and
//! `+tags` stay: what they mean is each provider's own affair.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::narrow;

/// The address in lower case, its domain as the domain name system has it (A-labels), without comments or quotes.
pub(super) fn normal(text: &str) -> Option<String> {
    let narrowed: String = text.trim().chars().map(narrow).collect();
    let (local, domain) = narrowed.split_once('@')?;
    let local = local.to_ascii_lowercase();
    // Names are mapped before they are compared (UTS #46): capitals, wide letters, marks put together in two ways.
    let domain =
        Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify).ok()?;
    let atom = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    let top = domain.rsplit_once('.')?.1;
    let valid = local.len() <= 64
        && local.len() + 1 + domain.len() <= 254
        && local.split('.').all(atom)
        && top.bytes().any(|b| b.is_ascii_alphabetic());
    valid.then(|| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{ProxyKind, read};

    fn email(text: &str) -> Option<String> {
        read(ProxyKind::Email, text)
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
            "a@c.hk.",
            "a@c_d.hk",
            "a@[10.0.0.1]",
            "a@10.0.0.1",
            "\"a b\"@c.hk",
            "陳@c.hk",
            "a@xn--a.hk",
            "a@\u{202e}b.hk",
        ] {
            assert_eq!(email(text), None, "{text}");
        }
    }

    #[test]
    fn a_domain_in_any_script_has_one_spelling() {
        for text in ["chan@例子.香港", "CHAN@xn--fsqu00a.xn--j6w193g", "chan@例子。香港", "chan＠例子．香港"]
        {
            assert_eq!(email(text).as_deref(), Some("chan@xn--fsqu00a.xn--j6w193g"), "{text}");
        }
        let (composed, decomposed) = (email("a@caf\u{e9}.fr"), email("a@cafe\u{301}.fr"));
        assert!(composed.is_some());
        assert_eq!(composed, decomposed);
    }

    proptest! {
        #[test]
        fn capitals_of_a_domain_in_unicode_make_no_other_address(name in "[a-zà-öø-ÿα-ρτ-ω]{1,12}") {
            let upper = name.to_uppercase();
            prop_assume!(upper.to_lowercase() == name);
            prop_assert_eq!(email(&format!("a@{upper}.hk")), email(&format!("a@{name}.hk")));
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "\\PC{0,30}@\\PC{0,30}") {
            let _ = email(&text);
        }
    }
}
