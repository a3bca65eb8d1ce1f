//! Sign-in, consent, or done: every prompt, age and memory.

use std::time::Duration;

use store::Timestamp;

use crate::authenticator::{Assurance, SignInMethod};
use crate::consent::{Consent, ConsentId};
use crate::jose::SigningAlgorithm;
use crate::oidc::authorize::{AuthorizationRequest, Decision, Standing, decide};
use crate::oidc::testing::{NOW, RelyingParty, parameters};
use crate::resident::ResidentId;

fn request(extra: &[(&str, &str)]) -> AuthorizationRequest {
    let mut shop = RelyingParty::new("shop", SigningAlgorithm::Es256).client();
    shop.sign_in_methods = SignInMethod::ALL.into();
    let pairs = [&[("response_type", "code"), ("scope", "openid profile")], extra].concat();
    let redirect_uri = shop.redirect_uris[0].clone();
    let subject_of = |hint: &str| Some(hint.to_owned());
    AuthorizationRequest::check(&parameters(&pairs), &shop, redirect_uri, &subject_of).unwrap()
}

fn consent(request: &AuthorizationRequest) -> Consent {
    Consent {
        id: ConsentId::new(NOW, &[1; 10]),
        resident: ResidentId::new(NOW, &[2; 10]),
        client_id: "shop".to_owned(),
        granted: request.extent(false),
        granted_at: NOW,
        changed_at: NOW,
    }
}

fn ago(seconds: u64) -> Timestamp {
    NOW - Duration::from_secs(seconds)
}

fn signed_in(auth_time: Timestamp, remembered: Option<&Consent>) -> Standing<'_> {
    let acr = Assurance::Substantial;
    Standing { auth_time, acr, is_method_taken: true, subject: Some("me"), remembered }
}

fn error(decision: Decision) -> &'static str {
    match decision {
        Decision::Refuse(error) => error.code.as_str(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_resident_signs_in_then_agrees_then_it_is_done() {
    let request = request(&[]);
    let consent = consent(&request);
    assert_eq!(decide(&request, NOW, None), Decision::SignIn);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(60), None))), Decision::Consent);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::Done);
}

#[test]
fn prompt_none_never_shows_a_page() {
    let request = request(&[("prompt", "none")]);
    let consent = consent(&request);
    assert_eq!(error(decide(&request, NOW, None)), "login_required");
    assert_eq!(error(decide(&request, NOW, Some(signed_in(ago(60), None)))), "consent_required");
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::Done);
}

#[test]
fn prompt_login_asks_again_once() {
    let request = request(&[("prompt", "login")]);
    let consent = consent(&request);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(1), Some(&consent)))), Decision::SignIn);
    let after = NOW + Duration::from_secs(20);
    assert_eq!(decide(&request, NOW, Some(signed_in(after, Some(&consent)))), Decision::Done);
}

#[test]
fn prompt_consent_asks_whatever_is_remembered() {
    let request = request(&[("prompt", "consent")]);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(1), Some(&consent(&request))))), Decision::Consent);
}

#[test]
fn max_age_counts_from_the_request_and_a_fresh_sign_in_always_counts() {
    let request = request(&[("max_age", "10")]);
    let consent = consent(&request);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(10), Some(&consent)))), Decision::Done);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(11), Some(&consent)))), Decision::SignIn);
    assert_eq!(decide(&request, NOW, Some(signed_in(NOW, Some(&consent)))), Decision::Done);
    let quiet = self::request(&[("max_age", "10"), ("prompt", "none")]);
    assert_eq!(error(decide(&quiet, NOW, Some(signed_in(ago(11), Some(&consent))))), "login_required");
}

#[test]
fn somebody_else_must_sign_in_and_then_is_refused() {
    let request = request(&[("id_token_hint", "another")]);
    let consent = consent(&request);
    assert_eq!(decide(&request, NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::SignIn);
    assert_eq!(error(decide(&request, NOW, Some(signed_in(NOW, Some(&consent))))), "login_required");
    let quiet = self::request(&[("id_token_hint", "another"), ("prompt", "none")]);
    assert_eq!(error(decide(&quiet, NOW, Some(signed_in(ago(60), Some(&consent))))), "login_required");
    let mine = self::request(&[("id_token_hint", "me"), ("prompt", "none")]);
    assert_eq!(decide(&mine, NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::Done);
}

#[test]
fn more_than_was_agreed_to_is_asked_for() {
    let consent = consent(&request(&[]));
    let more = request(&[("claims", r#"{"userinfo":{"hkid":{"essential":true}}}"#)]);
    assert_eq!(decide(&more, NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::Consent);
    let optional = [("claims", r#"{"userinfo":{"hkid":null}}"#)];
    assert_eq!(decide(&request(&optional), NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::Consent);
    let quiet = request(&[optional[0], ("prompt", "none")]);
    assert_eq!(decide(&quiet, NOW, Some(signed_in(ago(60), Some(&consent)))), Decision::Done);
}

#[test]
fn a_sign_in_that_the_client_does_not_take_is_as_good_as_none() {
    let weak = Standing { is_method_taken: false, ..signed_in(NOW, None) };
    assert_eq!(decide(&request(&[]), NOW, Some(weak)), Decision::SignIn);
    assert_eq!(error(decide(&request(&[("prompt", "none")]), NOW, Some(weak))), "login_required");
}

/// The claims parameter that needs this level.
fn needing(acr: Assurance) -> String {
    format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{acr}"}}}}}}"#)
}

#[test]
fn a_level_that_is_needed_is_asked_for_until_it_is_there() {
    let substantial = needing(Assurance::Substantial);
    let request = request(&[("claims", &substantial)]);
    let consent = consent(&request);
    let by_passkey = signed_in(ago(60), Some(&consent));
    assert_eq!(decide(&request, NOW, Some(by_passkey)), Decision::Done);
    let by_password = Standing { acr: Assurance::Low, ..by_passkey };
    assert_eq!(decide(&request, NOW, Some(by_password)), Decision::SignIn);
    let just_now = Standing { auth_time: NOW, ..by_password };
    assert_eq!(decide(&request, NOW, Some(just_now)), Decision::SignIn, "a password again does not help");
    let quiet = self::request(&[("claims", &substantial), ("prompt", "none")]);
    assert_eq!(error(decide(&quiet, NOW, Some(by_password))), "login_required");
}

#[test]
fn a_level_that_nobody_reaches_is_refused_before_anybody_signs_in() {
    let request = request(&[("claims", &needing(Assurance::High))]);
    assert_eq!(error(decide(&request, NOW, None)), "unmet_authentication_requirements");
    assert_eq!(error(decide(&request, NOW, Some(signed_in(NOW, None)))), "unmet_authentication_requirements");
}

#[test]
fn a_level_that_is_wished_for_is_asked_for_once() {
    let wish = ("acr_values", Assurance::Substantial.as_str());
    let request = request(&[wish]);
    let consent = consent(&request);
    let by_password = Standing { acr: Assurance::Low, ..signed_in(ago(60), Some(&consent)) };
    assert_eq!(decide(&request, NOW, Some(by_password)), Decision::SignIn);
    assert_eq!(decide(&request, NOW, Some(Standing { auth_time: NOW, ..by_password })), Decision::Done);
    let quiet = self::request(&[wish, ("prompt", "none")]);
    assert_eq!(decide(&quiet, NOW, Some(by_password)), Decision::Done, "and never an error");
}

#[test]
fn one_of_some_subjects_is_enough() {
    let one_of = |text: &str| request(&[("claims", text), ("prompt", "none")]);
    let us = one_of(r#"{"id_token":{"sub":{"values":["me","another"]}}}"#);
    let consent = consent(&us);
    let ours = Some(signed_in(ago(60), Some(&consent)));
    assert_eq!(decide(&us, NOW, ours), Decision::Done);
    for nobody in [r#"{"id_token":{"sub":{"values":["x","y"]}}}"#, r#"{"userinfo":{"sub":{"value":7}}}"#] {
        assert_eq!(error(decide(&one_of(nobody), NOW, ours)), "login_required", "{nobody}");
    }
}
