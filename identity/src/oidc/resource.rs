//! Resource indicators (RFC 8707): which resource a token is for, so that one cannot show it to another. Pure.

use url::Url;

use super::client::Client;
use super::error::{ErrorCode, OAuthError};
use super::issuer::Issuer;
use super::parameters::Parameters;
use crate::jose::Audience;

const fn refuse(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, why).of("resource")
}

/// Whether a text can name a resource: an absolute URI without a fragment (section 2), of a reasonable length.
pub(crate) fn is_resource(text: &str) -> bool {
    text.len() <= 500
        && text.bytes().all(|b| b.is_ascii_graphic())
        && Url::parse(text).is_ok_and(|url| url.fragment().is_none())
}

/// The resources that a request asks for, each once. None is all right: then the token is for us.
///
/// # Errors
/// `invalid_target` for one that the client is not registered for.
pub(crate) fn asked(parameters: &Parameters, client: &Client) -> Result<Vec<String>, OAuthError> {
    let mut asked: Vec<String> = Vec::new();
    for (_, resource) in parameters.iter().filter(|(name, value)| *name == "resource" && !value.is_empty()) {
        if !client.resources.contains(resource) {
            return Err(refuse("the client is not registered for it"));
        }
        if !asked.iter().any(|one| one == resource) {
            asked.push(resource.to_owned());
        }
    }
    Ok(asked)
}

/// What a token is for when the authorization was for `granted`: the same, or those of them that are asked for now.
///
/// # Errors
/// `invalid_target` for one beyond.
pub(crate) fn narrowed(asked: &[String], granted: &[String]) -> Result<Vec<String>, OAuthError> {
    match (asked.is_empty(), granted.is_empty()) {
        (true, _) => Ok(granted.to_vec()),
        // Nothing was said at first: the client may still choose among those that it is registered for.
        (false, true) => Ok(asked.to_vec()),
        (false, false) if asked.iter().all(|one| granted.contains(one)) => Ok(asked.to_vec()),
        (false, false) => Err(refuse("the authorization was not for it")),
    }
}

/// The `aud` of a token for these resources.
pub(crate) fn audience(resources: &[String], issuer: &Issuer) -> Audience {
    match resources {
        [] => Audience::One(issuer.as_str().to_owned()),
        [one] => Audience::One(one.clone()),
        several => Audience::Several(several.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{ISSUER, RelyingParty, issuer, parameters};

    const ONE: &str = "https://api.example/one";
    const TWO: &str = "https://api.example/two";

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_client_asks_for_the_resources_that_it_is_registered_for() {
        let client = RelyingParty::new("shop", SigningAlgorithm::Es256).client();
        let client = Client { resources: owned(&[ONE, TWO]).into_iter().collect(), ..client };
        let ask = |names: &[&str]| {
            asked(&parameters(&names.iter().map(|name| ("resource", *name)).collect::<Vec<_>>()), &client)
        };
        assert_eq!(ask(&[TWO, ONE, TWO]).unwrap(), owned(&[TWO, ONE]));
        assert!(ask(&[]).unwrap().is_empty());
        for wrong in ["https://api.example", "https://api.example/one#x", "one"] {
            let error = ask(&[ONE, wrong]).unwrap_err();
            assert_eq!(
                (error.code.as_str(), error.status(), error.parameter),
                ("invalid_target", 400, Some("resource"))
            );
        }
    }

    #[test]
    fn less_can_be_asked_for_later_and_never_more() {
        let both = owned(&[ONE, TWO]);
        assert_eq!(narrowed(&[], &both).unwrap(), both);
        assert_eq!(narrowed(&owned(&[TWO]), &both).unwrap(), owned(&[TWO]));
        assert_eq!(narrowed(&owned(&[TWO]), &[]).unwrap(), owned(&[TWO]));
        assert_eq!(narrowed(&owned(&[TWO]), &owned(&[ONE])).unwrap_err().code.as_str(), "invalid_target");
    }

    #[test]
    fn a_token_is_for_what_was_asked_or_else_for_us() {
        assert_eq!(audience(&[], &issuer()), Audience::One(ISSUER.to_owned()));
        assert_eq!(audience(&owned(&[ONE]), &issuer()), Audience::One(ONE.to_owned()));
        assert_eq!(audience(&owned(&[ONE, TWO]), &issuer()), Audience::Several(owned(&[ONE, TWO])));
    }

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        assert!(is_resource(ONE) && is_resource("urn:city:meters"));
        for wrong in ["", "api", "/api", "https://api.example/#x", "https://api.example/a b"] {
            assert!(!is_resource(wrong), "{wrong}");
        }
    }
}
