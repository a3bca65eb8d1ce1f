//! Addresses on the web that somebody else gives us and that we hand on or call: a bank's app link, a merchant's own
//! server, the page to which a payer goes back.

use url::{Host, Url};

/// The longest address that is taken, in characters.
pub const MAX_LENGTH: usize = 500;

/// Why a text is no address that we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAWebAddress {
    /// Longer than [`MAX_LENGTH`].
    #[error("an address has at most 500 characters")]
    TooLong,
    /// Not an absolute URL with a host, or one with characters that a URL does not have.
    #[error("an address is an absolute URL, such as https://shop.example/")]
    Malformed,
    /// Not https. Plain http is for this machine itself.
    #[error("an address is https, or http to localhost")]
    Scheme,
    /// It carries a user name or a password.
    #[error("an address has no user name")]
    Credentials,
    /// It has a fragment, which is the page's own to use.
    #[error("an address has no fragment")]
    Fragment,
}

/// Reads an address that browsers are sent to: https, or http to this machine itself.
pub(crate) fn for_browsers(text: &str) -> Result<Url, NotAWebAddress> {
    let url = absolute(text)?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let encrypted = url.scheme() == "https" || (url.scheme() == "http" && here);
    if encrypted { Ok(url) } else { Err(NotAWebAddress::Scheme) }
}

/// Reads an address that this program calls: https or http. Whether it may be called is seen when it is.
pub(crate) fn for_servers(text: &str) -> Result<Url, NotAWebAddress> {
    let url = absolute(text)?;
    if matches!(url.scheme(), "https" | "http") { Ok(url) } else { Err(NotAWebAddress::Scheme) }
}

/// An absolute URL with a host and nothing that could mislead.
fn absolute(text: &str) -> Result<Url, NotAWebAddress> {
    if text.len() > MAX_LENGTH {
        return Err(NotAWebAddress::TooLong);
    }
    let url = Url::parse(text).map_err(|_| NotAWebAddress::Malformed)?;
    // As text, not only as the parser repairs it: the text is what is kept and given to others.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>".contains(&byte));
    if !is_plain || !url.has_host() || !text.starts_with(&format!("{}://", url.scheme())) {
        return Err(NotAWebAddress::Malformed);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotAWebAddress::Credentials);
    }
    if url.fragment().is_some() { Err(NotAWebAddress::Fragment) } else { Ok(url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_called_by_https_or_http() {
        for right in ["https://shop.example/hook", "http://10.0.0.7:8099/hook", "http://127.0.0.1:1/"] {
            assert!(for_servers(right).is_ok(), "{right}");
        }
        for wrong in ["ftp://shop.example/", "shop.example/hook", "https://user@shop.example/", ""] {
            assert!(for_servers(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_browser_is_sent_to_https_or_to_this_machine() {
        for right in ["https://bank.example/", "https://bank.example/a?b=c", "http://localhost:8093/", "http://[::1]/"]
        {
            assert!(for_browsers(right).is_ok(), "{right}");
        }
        for (wrong, why) in [
            ("http://bank.example/", NotAWebAddress::Scheme),
            ("http://localhost.bank.example/", NotAWebAddress::Scheme),
            ("javascript:alert(1)", NotAWebAddress::Malformed),
            ("ftp://bank.example/", NotAWebAddress::Scheme),
            ("//bank.example/", NotAWebAddress::Malformed),
            ("https:bank.example", NotAWebAddress::Malformed),
            ("https://bank.example\\@evil.example/", NotAWebAddress::Malformed),
            ("https://user@bank.example/", NotAWebAddress::Credentials),
            ("https://bank.example/#part", NotAWebAddress::Fragment),
            ("https://bank.example/ a", NotAWebAddress::Malformed),
        ] {
            assert_eq!(for_browsers(wrong), Err(why), "{wrong}");
        }
        let long = format!("https://bank.example/{}", "a".repeat(MAX_LENGTH));
        assert_eq!(for_browsers(&long), Err(NotAWebAddress::TooLong));
    }
}
