//! Where the browser is sent with the answer. Only to a URI that the client registered, compared as text.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url, form_urlencoded};

/// A registered redirect URI: absolute, without fragment, https, or http to this machine itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a text cannot be a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute URI with a host.
    #[error("a redirect URI is an absolute URL")]
    Malformed,
    /// It has a fragment (RFC 6749, section 3.1.2).
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// It carries a user name or password.
    #[error("a redirect URI has no user name")]
    Credentials,
    /// Not https, and not http to a loopback address.
    #[error("a redirect URI is https, or http to localhost")]
    Scheme,
}

impl RedirectUri {
    /// Reads a redirect URI.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let url = Url::parse(text).map_err(|_| RedirectUriError::Malformed)?;
        let host = url.host().ok_or(RedirectUriError::Malformed)?;
        // As text, not only as the parser repairs it: the text is what is compared and what goes into a header.
        let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>".contains(&b));
        if !is_plain || !text.starts_with(&format!("{}://", url.scheme())) {
            return Err(RedirectUriError::Malformed);
        }
        if url.fragment().is_some() {
            return Err(RedirectUriError::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::Credentials);
        }
        let here = is_loopback(&host) || matches!(host, Host::Domain("localhost"));
        match url.scheme() {
            "https" => Ok(Self(text.to_owned())),
            "http" if here => Ok(Self(text.to_owned())),
            _ => Err(RedirectUriError::Scheme),
        }
    }

    /// As it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, for the sector of pairwise subjects.
    pub fn host(&self) -> String {
        Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether a request that asks for `asked` means this URI: the same text; for a native app also the same
    /// loopback address at another port (RFC 8252, section 7.3).
    pub fn matches(&self, asked: &str, native: bool) -> bool {
        self.0 == asked || (native && same_but_for_port(&self.0, asked))
    }

    /// This URI with an answer's parameters after those it already has.
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> RedirectLocation {
        if parameters.is_empty() {
            return RedirectLocation(self.0.clone());
        }
        let separator = match self.0.find('?') {
            None => "?",
            Some(at) if at + 1 == self.0.len() => "",
            Some(_) => "&",
        };
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        RedirectLocation(format!("{}{separator}{query}", self.0))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    }
}

fn same_but_for_port(registered: &str, asked: &str) -> bool {
    let (Ok(_), Ok(mut one), Ok(mut other)) = (RedirectUri::parse(asked), Url::parse(registered), Url::parse(asked))
    else {
        return false;
    };
    let loopback = one.scheme() == "http" && one.host().is_some_and(|host| is_loopback(&host));
    loopback && one.set_port(None).is_ok() && other.set_port(None).is_ok() && one == other
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;
    fn try_from(text: String) -> Result<Self, RedirectUriError> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

/// Where the browser goes with the answer: send it with status 303 (never 307). May hold a code.
#[derive(Clone, PartialEq, Eq)]
pub struct RedirectLocation(String);

impl RedirectLocation {
    /// The value of the `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without the query, which may hold a code.
impl fmt::Debug for RedirectLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectLocation({}?…)", self.0.split('?').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_safe_uris_are_registered() {
        for good in
            ["https://rp.example/cb", "https://rp.example", "http://localhost:8091/cb", "http://127.0.0.1/cb?a=b"]
        {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        let bad = [
            ("/cb", RedirectUriError::Malformed),
            ("urn:example:cb", RedirectUriError::Malformed),
            ("https://rp.example/c b", RedirectUriError::Malformed),
            (" https://rp.example/cb", RedirectUriError::Malformed),
            ("https:rp.example/cb", RedirectUriError::Malformed),
            ("https://晨光.example/cb", RedirectUriError::Malformed),
            ("https://rp.example\\@evil.example/", RedirectUriError::Malformed),
            ("https://rp.example/cb#here", RedirectUriError::Fragment),
            ("https://user@rp.example/cb", RedirectUriError::Credentials),
            ("http://rp.example/cb", RedirectUriError::Scheme),
            ("http://localhost.evil.example/cb", RedirectUriError::Scheme),
            ("ftp://rp.example/cb", RedirectUriError::Scheme),
        ];
        for (text, why) in bad {
            assert_eq!(RedirectUri::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_redirect_uri_matches_to_the_letter() {
        let uri = RedirectUri::parse("https://rp.example/cb").unwrap();
        assert!(uri.matches("https://rp.example/cb", false));
        for other in [
            "https://rp.example/cb/",
            "https://RP.example/cb",
            "https://rp.example:443/cb",
            "https://rp.example/cb?x=1",
        ] {
            assert!(!uri.matches(other, true), "{other}");
        }
    }

    #[test]
    fn a_native_app_may_take_any_loopback_port() {
        let uri = RedirectUri::parse("http://127.0.0.1:1/cb").unwrap();
        assert!(uri.matches("http://127.0.0.1:50123/cb", true));
        assert!(!uri.matches("http://127.0.0.1:50123/cb", false));
        for other in
            ["http://127.0.0.1:5/other", "http://[::1]:5/cb", "https://127.0.0.1:5/cb", "http://127.0.0.1:5/cb#x"]
        {
            assert!(!uri.matches(other, true), "{other}");
        }
        assert!(!RedirectUri::parse("http://localhost:1/cb").unwrap().matches("http://localhost:2/cb", true));
    }

    #[test]
    fn the_answer_is_appended_to_the_query_that_is_there() {
        let location = |uri: &str| RedirectUri::parse(uri).unwrap().with_parameters(&[("state", "a b&c")]);
        assert_eq!(location("https://rp.example/cb").as_str(), "https://rp.example/cb?state=a+b%26c");
        assert_eq!(location("https://rp.example/cb?x=1").as_str(), "https://rp.example/cb?x=1&state=a+b%26c");
        assert_eq!(format!("{:?}", location("https://rp.example/cb")), "RedirectLocation(https://rp.example/cb?…)");
    }

    proptest! {
        /// Whatever a request says, its answer goes where the client registered, and the state comes back whole.
        #[test]
        fn an_answer_goes_nowhere_else(state in ".{0,80}", query in "[a-z]{0,5}(=[a-z]{0,5})?") {
            let uri = RedirectUri::parse(&format!("https://rp.example/cb?{query}")).unwrap();
            let location = uri.with_parameters(&[("state", &state)]);
            let url = Url::parse(location.as_str()).unwrap();
            prop_assert_eq!((url.host_str(), url.path()), (Some("rp.example"), "/cb"));
            let returned = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
            prop_assert_eq!(returned, state);
            prop_assert!(location.as_str().bytes().all(|b| b.is_ascii_graphic()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}", prefix in "(https?:/{0,3})?") {
            let _ = RedirectUri::parse(&format!("{prefix}{text}"));
        }
    }
}
