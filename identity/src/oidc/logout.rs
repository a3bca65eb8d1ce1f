//! Signing out at a relying party's wish (OpenID Connect RP-Initiated Logout): whether the session ends at once or the
//! resident is asked, and where the browser goes. Pure.

use super::client::Client;
use super::parameters::Parameters;
use super::redirect_uri::RedirectLocation;

/// What a browser brings to the end-session endpoint (section 2). A parameter that is given twice counts as not given.
#[derive(Debug, Clone, Default)]
pub struct LogoutRequest {
    /// The id_token that the relying party was given, expired or not.
    pub(crate) hint: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    state: Option<String>,
    /// The languages that the relying party would like.
    pub ui_locales: Option<String>,
}

impl LogoutRequest {
    /// Reads a query or a form.
    pub fn read(parameters: &Parameters) -> Self {
        let text = |name| parameters.get_only(name).map(str::to_owned);
        Self {
            hint: text("id_token_hint"),
            client_id: text("client_id"),
            redirect_uri: text("post_logout_redirect_uri"),
            state: text("state"),
            ui_locales: text("ui_locales"),
        }
    }
}

/// Whom an id_token that holds was about, and for which client.
#[derive(Debug, Clone)]
pub(crate) struct Hint {
    pub(crate) client: Client,
    pub(crate) subject: String,
}

/// Who is signed in at the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedIn<'a> {
    /// Nobody.
    Nobody,
    /// Somebody whom the client of the hint knows by this subject, if it knows them.
    Somebody(Option<&'a str>),
}

/// What comes of a wish to sign out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoutStep {
    /// The session has ended, or there was none: send the browser there, with status 303.
    Redirect(RedirectLocation),
    /// The session has ended, or there was none: say so.
    SignedOut(Option<Objection>),
    /// Ask the resident, who is signed in. They answer with the form token of their session.
    Ask(Option<Objection>),
}

/// What was not as the relying party should have sent it, for the page to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// The address to go to afterwards is not registered.
    RedirectUri,
    /// The id_token is not one of ours, or for another client than the request names.
    Hint,
}

/// Decides. The browser goes on to the relying party only with an id_token that holds and a URI that is registered to
/// the letter: otherwise anybody could sign residents out unasked, or send them from here to wherever they like.
pub(crate) fn decide(request: &LogoutRequest, hint: Option<&Hint>, signed_in: SignedIn<'_>) -> LogoutStep {
    let (location, objection) = match target(request, hint) {
        Ok(location) => (location, None),
        Err(objection) => (None, Some(objection)),
    };
    let is_theirs = match (signed_in, hint) {
        (SignedIn::Nobody, _) => true,
        (SignedIn::Somebody(subject), Some(hint)) => subject == Some(hint.subject.as_str()),
        (SignedIn::Somebody(_), None) => false,
    };
    match location {
        _ if objection.is_some() && signed_in == SignedIn::Nobody => LogoutStep::SignedOut(objection),
        _ if objection.is_some() || !is_theirs => LogoutStep::Ask(objection),
        Some(location) => LogoutStep::Redirect(location),
        None => LogoutStep::SignedOut(None),
    }
}

/// Where the browser may go on to, if it was asked for and may be.
fn target(request: &LogoutRequest, hint: Option<&Hint>) -> Result<Option<RedirectLocation>, Objection> {
    let Some(hint) = hint else {
        return if request.hint.is_some() { Err(Objection::Hint) } else { Ok(None) };
    };
    if request.client_id.as_deref().is_some_and(|named| named != hint.client.id.as_str()) {
        return Err(Objection::Hint);
    }
    let Some(asked) = &request.redirect_uri else { return Ok(None) };
    let registered = hint.client.logout.redirect_uri(asked).ok_or(Objection::RedirectUri)?;
    let state: Vec<_> = request.state.as_deref().map(|state| ("state", state)).into_iter().collect();
    Ok(Some(registered.with_parameters(&state)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{RelyingParty, parameters, registered};
    use serde_json::json;

    const BYE: &str = "https://shop.example/bye?x=1";

    fn hint() -> Hint {
        let mut metadata = RelyingParty::new("shop", SigningAlgorithm::Es256).metadata();
        metadata["post_logout_redirect_uris"] = json!([BYE]);
        Hint { client: registered(&metadata), subject: "s".to_owned() }
    }

    fn request(pairs: &[(&str, &str)]) -> LogoutRequest {
        LogoutRequest::read(&parameters(pairs))
    }

    const HINTED: (&str, &str) = ("id_token_hint", "x");
    const THEIRS: SignedIn<'_> = SignedIn::Somebody(Some("s"));

    #[test]
    fn a_good_wish_is_granted_and_the_browser_goes_on_with_its_state() {
        let asked = request(&[HINTED, ("post_logout_redirect_uri", BYE), ("state", "a b"), ("client_id", "shop")]);
        for signed_in in [THEIRS, SignedIn::Nobody] {
            let LogoutStep::Redirect(location) = decide(&asked, Some(&hint()), signed_in) else { panic!() };
            assert_eq!(location.as_str(), "https://shop.example/bye?x=1&state=a+b");
        }
        let stateless = request(&[HINTED, ("post_logout_redirect_uri", BYE)]);
        let LogoutStep::Redirect(location) = decide(&stateless, Some(&hint()), THEIRS) else { panic!() };
        assert_eq!(location.as_str(), BYE, "nothing is added to it");
    }

    #[test]
    fn without_an_address_the_resident_is_told_here() {
        for asked in [request(&[HINTED]), request(&[HINTED, ("state", "s")])] {
            assert_eq!(decide(&asked, Some(&hint()), THEIRS), LogoutStep::SignedOut(None));
        }
    }

    #[test]
    fn without_a_hint_that_holds_the_resident_is_asked_and_sent_nowhere() {
        for (pairs, objection) in [
            (&[][..], None),
            (&[("state", "s")], None),
            (&[("client_id", "shop"), ("post_logout_redirect_uri", BYE)], None),
            (&[HINTED, ("post_logout_redirect_uri", BYE)], Some(Objection::Hint)),
            (&[HINTED, HINTED, ("post_logout_redirect_uri", BYE)], None),
        ] {
            assert_eq!(
                decide(&request(pairs), None, SignedIn::Somebody(None)),
                LogoutStep::Ask(objection),
                "{pairs:?}"
            );
            assert_eq!(decide(&request(pairs), None, SignedIn::Nobody), LogoutStep::SignedOut(objection), "{pairs:?}");
        }
    }

    #[test]
    fn an_address_that_is_not_registered_to_the_letter_is_not_gone_to() {
        for wrong in ["https://evil.example/", "https://shop.example/bye", "https://shop.example/bye?x=1&y=2"] {
            let asked = request(&[HINTED, ("post_logout_redirect_uri", wrong)]);
            let objection = Some(Objection::RedirectUri);
            assert_eq!(decide(&asked, Some(&hint()), THEIRS), LogoutStep::Ask(objection), "{wrong}");
            assert_eq!(decide(&asked, Some(&hint()), SignedIn::Nobody), LogoutStep::SignedOut(objection), "{wrong}");
        }
    }

    #[test]
    fn a_client_speaks_for_itself_and_for_its_own_resident() {
        let as_another = request(&[HINTED, ("client_id", "bank"), ("post_logout_redirect_uri", BYE)]);
        assert_eq!(decide(&as_another, Some(&hint()), THEIRS), LogoutStep::Ask(Some(Objection::Hint)));
        let asked = request(&[HINTED, ("post_logout_redirect_uri", BYE)]);
        for somebody_else in [SignedIn::Somebody(Some("t")), SignedIn::Somebody(None)] {
            assert_eq!(decide(&asked, Some(&hint()), somebody_else), LogoutStep::Ask(None));
        }
    }
}
