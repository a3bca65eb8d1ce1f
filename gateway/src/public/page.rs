//! Answering with a page, and errors that are as kind as success.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, LOCATION, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;
use identity::session::Session;
use serde_json::json;

use super::cookies::{self, Name};
use super::refusal::{PageError, ScriptError, Words};
use crate::http::request_id;
use crate::pages::message::Message;
use crate::pages::{Lang, Page};
use crate::server::Gateway;

/// What every page needs from its request: language, text size, and for a signed-in resident the form token.
pub(super) fn context(request: &HttpRequest, session: Option<&Session>) -> Page {
    let query = request.query_string().as_bytes();
    let chosen = |key: &str| url::form_urlencoded::parse(query).find(|(k, _)| k == key).map(|(_, v)| v.into_owned());
    let cookie = |name: Name| cookies::read(request, name, false);
    let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let gateway = request.app_data::<web::Data<Gateway>>();
    Page {
        lang: Lang::negotiate(chosen("lang").or_else(|| cookie(Name::Language)).as_deref(), accepted),
        large_text: chosen("text").or_else(|| cookie(Name::Text)).as_deref() == Some("large"),
        path: place(request),
        request_id: request_id(request),
        csrf: session.zip(gateway).map(|(session, gateway)| gateway.identity.csrf_token(session)),
    }
}

/// The same, in the language that a relying party would like, unless the visitor chose one.
pub(super) fn context_for(request: &HttpRequest, session: Option<&Session>, ui_locales: Option<&str>) -> Page {
    let mut page = context(request, session);
    let has_chosen =
        cookies::read(request, Name::Language, false).is_some() || request.query_string().contains("lang=");
    if let Some(lang) = ui_locales.filter(|_| !has_chosen).and_then(Lang::first_of) {
        page.lang = lang;
    }
    page
}

/// Path and query of this request, but for the choice of language and text size.
fn place(request: &HttpRequest) -> String {
    let kept: Vec<(String, String)> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .filter(|(key, _)| key != "lang" && key != "text")
        .collect();
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    if query.is_empty() { request.path().to_owned() } else { format!("{}?{query}", request.path()) }
}

/// A page that was rendered; nothing of it may be kept by a cache.
pub(super) fn render(html: Result<String, askama::Error>) -> Result<HttpResponse, PageError> {
    let html = html.map_err(|failed| PageError::Failed(failed.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// 303 to another page of ours.
pub(super) fn see_other(place: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, place)).finish()
}

/// For every address that leads nowhere.
pub(super) async fn nothing_here() -> Result<HttpResponse, PageError> {
    Err(PageError::NothingHere)
}

/// Middleware of the pages: remembers a language or text size that was chosen, and words every error kindly.
pub(super) async fn kind_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if status.is_client_error() || status.is_server_error() || response.response().error().is_some() {
        let request = response.request().clone();
        let answer = match response.response().error() {
            Some(error) => match (error.as_error::<PageError>(), error.as_error::<ScriptError>()) {
                (Some(PageError::SignInFirst), _) => see_other("/sign-in"),
                (Some(error), _) => message(&request, error),
                (_, Some(ScriptError(error))) => for_script(&request, error),
                _ => message(&request, &PageError::Status(status)),
            },
            None => message(&request, &PageError::Status(status)),
        };
        let allow = response.headers().get(ALLOW).cloned();
        response = response.into_response(answer);
        if let Some(allow) = allow {
            response.headers_mut().insert(ALLOW, allow);
        }
    }
    remember_choices(&mut response);
    Ok(response)
}

/// An error as a page: what happened, what to do, and the request's id.
fn message(request: &HttpRequest, error: &PageError) -> HttpResponse {
    let page = context(request, None);
    let Words { headline, sentences, link } = error.words(&page);
    let html = Message { page, headline, sentences, link }.render();
    failed(error).content_type("text/html; charset=utf-8").body(html.unwrap_or_default())
}

/// How every error begins.
fn failed(error: &PageError) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(error.status());
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Some(seconds) = error.retry_after() {
        response.insert_header((RETRY_AFTER, seconds));
    }
    response
}

/// An error for the page's own script, which shows `detail` where the resident is looking.
fn for_script(request: &HttpRequest, error: &PageError) -> HttpResponse {
    let page = context(request, None);
    let Words { headline, sentences, .. } = error.words(&page);
    failed(error).content_type("application/problem+json").body(
        json!({ "title": headline, "detail": sentences.join(" "), "status": error.status().as_u16(),
            "request_id": page.request_id })
        .to_string(),
    )
}

fn remember_choices(response: &mut ServiceResponse<BoxBody>) {
    let query = response.request().query_string().to_owned();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let choice = match (key.as_ref(), value.as_ref()) {
            ("lang", "en" | "zh-Hant") => Some(Name::Language),
            ("text", "large" | "normal") => Some(Name::Text),
            _ => None,
        };
        if let Some(name) = choice {
            let _ = response.response_mut().add_cookie(&cookies::make(name, value.into_owned(), false));
        }
    }
}
