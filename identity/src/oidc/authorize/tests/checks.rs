//! Every check refuses what it must, with its code, and leaves the rest alone.

use crate::jose::SigningAlgorithm;
use crate::oidc::authorize::{AuthorizationRequest, PageError, error_response, identify, success_response};
use crate::oidc::client::Client;
use crate::oidc::testing::{CHALLENGE, RelyingParty, changed, issuer, parameters, registered};
use crate::oidc::{OAuthError, RedirectUri};

const URI: &str = "https://shop.example/cb";

const GOOD: [(&str, &str); 7] = [
    ("client_id", "shop"),
    ("redirect_uri", URI),
    ("response_type", "code"),
    ("scope", "openid profile"),
    ("state", "st"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn shop() -> Client {
    RelyingParty::new("shop", SigningAlgorithm::Es256).client()
}

fn public() -> Client {
    let mut metadata = shop().to_metadata();
    metadata["token_endpoint_auth_method"] = "none".into();
    metadata["jwks"] = serde_json::Value::Null;
    registered(&metadata)
}

fn check(client: &Client, pairs: &[(&str, &str)]) -> Result<AuthorizationRequest, OAuthError> {
    let subject_of = |hint: &str| hint.strip_prefix("ours:").map(str::to_owned);
    AuthorizationRequest::check(&parameters(pairs), client, RedirectUri::parse(URI).unwrap(), &subject_of)
}

/// The code and the parameter with which the good request, so changed, is refused.
fn refused(client: &Client, changes: &[(&str, &str)]) -> (&'static str, &'static str) {
    let error = check(client, &changed(&GOOD, changes)).unwrap_err();
    (error.code.as_str(), error.parameter.unwrap_or_default())
}

#[test]
fn a_good_request_is_kept_whole() {
    let (state, nonce) = ("s".repeat(1_500), "n".repeat(384));
    let request =
        check(&shop(), &changed(&GOOD, &[("state", &state), ("nonce", &nonce), ("max_age", "10000")])).unwrap();
    assert_eq!(request.state, Some(state));
    assert_eq!(request.nonce, Some(nonce));
    assert_eq!(request.max_age, Some(10_000));
    let kept = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizationRequest>(&kept).unwrap(), request);
}

#[test]
fn what_may_be_absent_is_absent() {
    let least = [("response_type", "code"), ("scope", "openid")];
    let request = check(&shop(), &least).unwrap();
    assert_eq!((request.state, request.nonce, request.code_challenge, request.max_age), (None, None, None, None));
}

#[test]
fn what_is_unknown_or_only_a_wish_is_ignored() {
    let wishes = [
        ("display", "popup"),
        ("ui_locales", "fr-CA zh-Hant"),
        ("claims_locales", "se"),
        ("acr_values", "1 2"),
        ("login_hint", "somebody"),
        ("extra", "foobar"),
        ("max_age", "99999999999999999999"),
        ("prompt", "login"),
        ("scope", "email openid address offline_access"),
    ];
    for wish in wishes {
        assert!(check(&shop(), &changed(&GOOD, &[wish])).is_ok(), "{wish:?}");
    }
}

#[test]
fn each_check_refuses_with_its_code() {
    let table = [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", ""), "invalid_scope"),
        (("scope", "profile"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
        (("max_age", "-1"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("claims", "{"), "invalid_request"),
        (("id_token_hint", "somebody else's"), "invalid_request"),
        (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
        (("request_uri", "https://shop.example/request.jwt"), "request_uri_not_supported"),
        (("registration", "{}"), "registration_not_supported"),
    ];
    for (change, code) in table {
        assert_eq!(refused(&shop(), &[change]), (code, change.0), "{change:?}");
    }
}

#[test]
fn a_scope_beyond_the_registration_is_refused() {
    let mut metadata = shop().to_metadata();
    metadata["scope"] = "openid profile".into();
    assert_eq!(refused(&registered(&metadata), &[("scope", "openid hkid")]), ("invalid_scope", "scope"));
}

#[test]
fn a_parameter_given_twice_is_refused() {
    let twice = [&GOOD[..], &[("nonce", "a"), ("nonce", "b")]].concat();
    let error = check(&shop(), &twice).unwrap_err();
    assert_eq!((error.code.as_str(), error.parameter), ("invalid_request", Some("nonce")));
}

#[test]
fn pkce_is_required_of_public_clients_only() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(refused(&public(), &without), ("invalid_request", "code_challenge"));
    assert!(check(&public(), &GOOD).is_ok());
    assert!(check(&shop(), &changed(&GOOD, &without)).is_ok());
}

#[test]
fn the_answer_can_be_bound_to_one_subject() {
    let hinted = check(&shop(), &changed(&GOOD, &[("id_token_hint", "ours:abc")])).unwrap();
    assert_eq!(hinted.subject, Some(["abc".to_owned()].into()));
    let claims = r#"{"id_token":{"sub":{"value":"xyz"}}}"#;
    assert_eq!(
        check(&shop(), &changed(&GOOD, &[("claims", claims)])).unwrap().subject,
        Some(["xyz".to_owned()].into())
    );
    let both = [("claims", claims), ("id_token_hint", "ours:abc")];
    assert_eq!(refused(&shop(), &both), ("invalid_request", "id_token_hint"));
}

#[test]
fn without_a_registered_redirect_uri_there_is_only_a_page() {
    for uri in ["", "https://evil.example/cb", "https://shop.example/cb/", "https://shop.example/cb?x", "javascript:1"]
    {
        let pairs = changed(&GOOD, &[("redirect_uri", uri)]);
        assert_eq!(identify(&parameters(&pairs), &shop()).unwrap_err(), PageError::RedirectUri, "{uri}");
    }
    let twice = [&GOOD[..], &[("redirect_uri", "https://evil.example/cb")]].concat();
    assert_eq!(identify(&parameters(&twice), &shop()).unwrap_err(), PageError::RedirectUri);
    assert_eq!(identify(&parameters(&GOOD), &shop()).unwrap().as_str(), URI);
}

#[test]
fn every_answer_names_the_issuer_and_returns_the_state() {
    let request = check(&shop(), &GOOD).unwrap();
    let location = success_response(&issuer(), &request, "c0de");
    assert_eq!(location.as_str(), "https://shop.example/cb?code=c0de&state=st&iss=https%3A%2F%2Fid.lionrock.example");
    let error = OAuthError::invalid_request("why").of("nonce");
    let location = error_response(&issuer(), &request.redirect_uri, None, &error);
    assert_eq!(
        location.as_str(),
        "https://shop.example/cb?error=invalid_request&error_description=nonce%3A+why&iss=https%3A%2F%2Fid.lionrock.example"
    );
}

#[test]
fn a_login_hint_is_kept_where_it_can_be_a_user_name_and_there_is_a_field_for_it() {
    let hinted =
        |client: &Client, hint: &str| check(client, &changed(&GOOD, &[("login_hint", hint)])).unwrap().login_hint;
    let mut with_passwords = shop();
    with_passwords.sign_in_methods = crate::authenticator::SignInMethod::ALL.into();
    assert_eq!(hinted(&with_passwords, "taiman@example.hk").as_deref(), Some("taiman@example.hk"));
    for no_name in ["two words", &"x".repeat(65), "bell\u{7}"] {
        assert_eq!(hinted(&with_passwords, no_name), None, "{no_name}");
    }
    assert_eq!(hinted(&shop(), "taiman"), None);
}
