//! What an authorization still needs: sign-in, consent, or nothing. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use store::Timestamp;

use super::AuthorizationRequest;
use crate::authenticator::Assurance;
use crate::consent::{Consent, is_covered};
use crate::oidc::error::{ErrorCode, OAuthError};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The resident signs in.
    SignIn,
    /// The resident is asked to agree.
    Consent,
    /// The client gets its code.
    Done,
    /// The client gets this error.
    Refuse(OAuthError),
}

/// The sign-in of whoever sits at the browser.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// When they last proved who they are.
    pub auth_time: Timestamp,
    /// How far that can be trusted.
    pub acr: Assurance,
    /// Whether they did so in a way that this client takes.
    pub is_method_taken: bool,
    /// How this client knows them, if it has met them.
    pub subject: Option<&'a str>,
    /// What they agreed to before.
    pub remembered: Option<&'a Consent>,
}

/// Decides, for a request that came at `begun`.
pub fn decide(request: &AuthorizationRequest, begun: Timestamp, signed_in: Option<Standing<'_>>) -> Decision {
    let quiet = request.prompts.none;
    let refuse = |code, why| Decision::Refuse(OAuthError::new(code, why));
    if request.acr.is_out_of_reach() {
        let why = "nobody can sign in at this client at a level of acr that it needs";
        return refuse(ErrorCode::UnmetAuthenticationRequirements, why);
    }
    let Some(signed_in) = signed_in else {
        return if quiet { refuse(ErrorCode::LoginRequired, "nobody is signed in") } else { Decision::SignIn };
    };
    if !signed_in.is_method_taken {
        let why = "the sign-in was not of a kind that this client takes";
        return if quiet { refuse(ErrorCode::LoginRequired, why) } else { Decision::SignIn };
    }
    if !request.acr.is_met_by(signed_in.acr) {
        let why = "the sign-in is below the acr that this client needs";
        return if quiet { refuse(ErrorCode::LoginRequired, why) } else { Decision::SignIn };
    }
    let just_signed_in = signed_in.auth_time >= begun;
    // What is only wished for is asked for once, and never an error.
    if !just_signed_in && !quiet && request.acr.wishes_more_than(signed_in.acr) {
        return Decision::SignIn;
    }
    if !just_signed_in && is_stale(request, begun, signed_in.auth_time) {
        return if quiet { refuse(ErrorCode::LoginRequired, "the sign-in is too old") } else { Decision::SignIn };
    }
    let is_meant = |subjects: &BTreeSet<String>| signed_in.subject.is_some_and(|subject| subjects.contains(subject));
    if !request.subject.as_ref().is_none_or(is_meant) {
        let why = "somebody else is signed in";
        return if quiet || just_signed_in { refuse(ErrorCode::LoginRequired, why) } else { Decision::SignIn };
    }
    match (covers(request, signed_in.remembered), quiet) {
        // What is authorized in detail is authorized this once.
        (true, _) if !request.prompts.consent && request.details.is_empty() => Decision::Done,
        (_, true) => refuse(ErrorCode::ConsentRequired, "the resident has not agreed to this"),
        _ => Decision::Consent,
    }
}

/// Whether the sign-in is older than the client accepts.
fn is_stale(request: &AuthorizationRequest, begun: Timestamp, auth_time: Timestamp) -> bool {
    let too_old = |seconds: u32| begun.since(auth_time) > Duration::from_secs(u64::from(seconds));
    request.prompts.login || request.max_age.is_some_and(too_old)
}

/// Whether the resident need not be asked: they agreed to the same or more before. An optional attribute that
/// they have not agreed to is worth asking about, but no reason to refuse a client that may show no page.
fn covers(request: &AuthorizationRequest, remembered: Option<&Consent>) -> bool {
    is_covered(&request.extent(!request.prompts.none), remembered)
}
