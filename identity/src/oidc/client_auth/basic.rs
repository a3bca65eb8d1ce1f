//! HTTP Basic authentication of a client (RFC 6749, section 2.3.1; RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::oidc::client::{ClientId, ClientSecret};

/// Reads an `Authorization` header: the client and its secret, each form-encoded before they were joined.
pub(super) fn read(header: &str) -> Option<(ClientId, ClientSecret)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (id, secret) = std::str::from_utf8(&joined).ok()?.split_once(':')?;
    Some((ClientId::parse(&form_decoded(id)?)?, ClientSecret::parse(&form_decoded(secret)?)?))
}

fn form_decoded(text: &str) -> Option<Zeroizing<String>> {
    // A form whose only field has no name: what follows the sign is the text, whatever it holds.
    let form = Zeroizing::new(format!("={}", text.replace('&', "%26")));
    let decoded = url::form_urlencoded::parse(form.as_bytes()).next()?;
    Some(Zeroizing::new(decoded.1.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Option<(String, String)> {
        super::read(header).map(|(id, secret)| (id.to_string(), secret.expose().to_owned()))
    }

    fn basic(joined: &str) -> String {
        format!("Basic {}", STANDARD.encode(joined))
    }

    #[test]
    fn name_and_secret_are_form_decoded() {
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(read(&basic("shop:correct-horse")), pair("shop", "correct-horse"));
        assert_eq!(read(&basic("https%3A%2F%2Fshop:a%2Bb%25c&d=efg")), pair("https://shop", "a+b%c&d=efg"));
        assert_eq!(read(&basic("shop:with:a:colon")), pair("shop", "with:a:colon"));
        assert_eq!(
            read(&basic("shop:correct-horse").to_lowercase().replace("basic", "bAsIc")),
            None,
            "base64 has case"
        );
        assert!(read(&basic("shop:correct-horse").replace("Basic", "bAsIc")).is_some());
    }

    #[test]
    fn anything_else_is_not_read() {
        for wrong in ["", "Basic", "Basic !", "Bearer abc", &basic("shop"), &basic("shop:"), &basic(":correct-horse")] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
