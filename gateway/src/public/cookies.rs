//! The cookies of the public listener: which there are, and how they are set.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpRequest, HttpResponseBuilder};

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The signed-in session.
    Session,
    /// Binds a sign-in or a consent that is under way to this browser.
    Browser,
    /// An activation under way.
    Activation,
    /// A passkey ceremony under way.
    Ceremony,
    /// The chosen language.
    Language,
    /// Large text.
    Text,
}

impl Name {
    /// Over https the `__Host-` prefix keeps other hosts and paths of the domain from setting ours (RFC 6265bis).
    fn text(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-lionrock-session",
            (Self::Session, false) => "lionrock-session",
            (Self::Browser, true) => "__Host-lionrock-browser",
            (Self::Browser, false) => "lionrock-browser",
            (Self::Activation, true) => "__Host-lionrock-activation",
            (Self::Activation, false) => "lionrock-activation",
            (Self::Ceremony, true) => "__Host-lionrock-ceremony",
            (Self::Ceremony, false) => "lionrock-ceremony",
            (Self::Language, _) => "lang",
            (Self::Text, _) => "text",
        }
    }

    /// How long the browser keeps it; `None` until it is closed.
    const fn lifetime(self) -> Option<Duration> {
        match self {
            Self::Session => Some(Duration::hours(12)),
            Self::Browser | Self::Activation | Self::Ceremony => None,
            Self::Language | Self::Text => Some(Duration::days(365)),
        }
    }
}

/// The value of a cookie that the browser sent.
pub(super) fn read(request: &HttpRequest, name: Name, https: bool) -> Option<String> {
    request.cookie(name.text(https)).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// A cookie to set.
pub(super) fn make(name: Name, value: String, https: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build(name.text(https), value)
        .path("/")
        .http_only(true)
        .secure(https)
        // Lax, not Strict: a resident comes from a relying party's site and is still signed in.
        .same_site(SameSite::Lax)
        .finish();
    cookie.set_max_age(name.lifetime());
    cookie
}

/// Takes a cookie away from the browser.
pub(super) fn remove(response: &mut HttpResponseBuilder, name: Name, https: bool) {
    response.cookie(removal(name, https));
}

/// The cookie that takes one away.
pub(super) fn removal(name: Name, https: bool) -> Cookie<'static> {
    let mut cookie = make(name, String::new(), https);
    cookie.make_removal();
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_secret_cookie_belongs_to_this_host_alone() {
        for name in [Name::Session, Name::Browser, Name::Activation, Name::Ceremony] {
            let cookie = make(name, "x".to_owned(), true);
            assert!(cookie.name().starts_with("__Host-"), "{name:?}");
            assert_eq!((cookie.secure(), cookie.http_only(), cookie.path()), (Some(true), Some(true), Some("/")));
            assert_eq!(cookie.domain(), None);
        }
    }
}
