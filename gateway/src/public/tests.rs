//! What the public listener answers, from outside: kind pages, OAuth bodies, nothing without its token.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, LOCATION, SET_COOKIE};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};

use super::{Settings, configure};
use crate::cli::{ConfigPath, Installation};
use crate::http;
use crate::server::Gateway;

/// One request to a fresh installation: status, headers that matter, body.
async fn ask(request: TestRequest) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lionrock.toml");
    let text = "[database]\nurl = 'sqlite:x.db'\n[public]\nlisten = '127.0.0.1:0'\nissuer = 'http://localhost:8080'\n";
    std::fs::write(&path, text).unwrap();
    let installation = Installation::open_unmigrated(&ConfigPath { path }).unwrap();
    installation.db.migrate().unwrap();
    let gateway = Gateway::open(&installation).unwrap();
    let app = init_service(
        App::new()
            .app_data(web::Data::from(gateway.clone()))
            .app_data(web::Data::new(Settings::new(&installation.config.public)))
            .configure(configure)
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe)),
    )
    .await;
    let response = call_service(&app, request.to_request()).await;
    let header =
        |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (status, location, kind, cookie) =
        (response.status(), header(LOCATION), header(CONTENT_TYPE), header(SET_COOKIE));
    let body = read_body(response).await;
    gateway.switch.stop();
    Answer { status, location, kind, cookie, body: String::from_utf8(body.to_vec()).unwrap() }
}

struct Answer {
    status: StatusCode,
    location: String,
    kind: String,
    cookie: String,
    body: String,
}

fn form(uri: &str, body: &str) -> TestRequest {
    let kind = (CONTENT_TYPE, "application/x-www-form-urlencoded");
    TestRequest::post().uri(uri).insert_header(kind).set_payload(body.to_owned())
}

#[actix_web::test]
async fn an_address_that_leads_nowhere_is_answered_kindly_in_the_visitors_language() {
    for (language, sentence) in [("en-GB", "There is no page here"), ("zh-HK", "這裏沒有頁面")] {
        let answer = ask(TestRequest::get().uri("/nowhere").insert_header((ACCEPT_LANGUAGE, language))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.kind.starts_with("text/html") && answer.body.contains(sentence), "{}", answer.body);
    }
}

#[actix_web::test]
async fn a_chosen_language_is_remembered() {
    let answer = ask(TestRequest::get().uri("/?lang=en")).await;
    assert!(answer.body.contains("<html lang=\"en\""));
    assert!(answer.cookie.starts_with("lang=en"), "{}", answer.cookie);
}

#[actix_web::test]
async fn who_is_not_signed_in_is_sent_to_sign_in() {
    let answer = ask(TestRequest::get().uri("/me")).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in"));
}

#[actix_web::test]
async fn a_form_of_somebody_who_is_not_signed_in_leads_to_sign_in() {
    for uri in ["/sign-out", "/me/consents/x/revoke", "/me/passkeys/x/remove", "/me/sessions/x/revoke"] {
        let answer = ask(form(uri, "csrf=guessed")).await;
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in"), "{uri}");
    }
}

#[actix_web::test]
async fn a_mistyped_code_is_answered_beside_the_field_and_never_repeated() {
    let answer = ask(form("/activate", "code=6GTK-<b>ZZZZ")).await;
    assert!(answer.body.contains("name=\"code\"") && answer.body.contains("aria-invalid"), "{}", answer.body);
    assert!(!answer.body.contains("6GTK"), "what was typed is a secret");
}

#[actix_web::test]
async fn a_script_is_answered_with_a_sentence_in_json() {
    let json = (CONTENT_TYPE, "application/json");
    let request = TestRequest::post().uri("/sign-in/passkey").insert_header(json).set_payload(r#"{"credential":{}}"#);
    let answer = ask(request).await;
    assert_eq!((answer.status, answer.kind.as_str()), (StatusCode::BAD_REQUEST, "application/problem+json"));
    assert!(answer.body.contains("request_id"), "{}", answer.body);
}

#[actix_web::test]
async fn clients_get_oauth_errors_whatever_goes_wrong() {
    let large = "x".repeat(http::BODY_LIMIT + 1);
    for (request, status, error) in [
        (form("/oauth/token", "grant_type=password"), StatusCode::UNAUTHORIZED, "invalid_client"),
        (form("/oauth/par", &large), StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
        (TestRequest::get().uri("/oauth/userinfo"), StatusCode::UNAUTHORIZED, "invalid_token"),
        (TestRequest::put().uri("/oauth/par"), StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
    ] {
        let answer = ask(request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.kind.starts_with("application/json") && answer.body.contains(error), "{}", answer.body);
    }
}

#[actix_web::test]
async fn signing_out_unasked_leads_to_no_other_site() {
    let evil =
        "/oauth/logout?post_logout_redirect_uri=https://evil.example/&client_id=x&id_token_hint=x.y.z&ui_locales=en";
    let answer = ask(TestRequest::get().uri(evil)).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::OK, ""));
    assert!(answer.body.contains("You are signed out") && !answer.body.contains("evil"), "{}", answer.body);
    let answer = ask(form("/oauth/logout", "state=a%26b&x=https://evil.example/")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.location.starts_with("/oauth/logout?state=a%26b&"), "{}", answer.location);
}

#[actix_web::test]
async fn a_bad_client_is_never_redirected() {
    let answer = ask(TestRequest::get().uri("/oauth/authorize?client_id=x&redirect_uri=https://evil.example")).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::BAD_REQUEST, ""));
    assert!(answer.kind.starts_with("text/html") && !answer.body.contains("href=\"https://evil"), "{}", answer.body);
}

#[actix_web::test]
async fn no_url_comes_from_the_host_header() {
    let elsewhere = |uri: &str| TestRequest::get().uri(uri).insert_header((HOST, "evil.example"));
    let discovery = ask(elsewhere("/.well-known/openid-configuration")).await;
    assert!(discovery.body.contains(r#""issuer":"http://localhost:8080""#), "{}", discovery.body);
    assert!(!discovery.body.contains("evil.example"));
    let redirected = ask(elsewhere("/me")).await;
    assert_eq!(redirected.location, "/sign-in");
}
