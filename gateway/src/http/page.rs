//! What pages without a signed-in resident have in common: the reader's language and text size, and rendering.

use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse};

use crate::http::request_id;
use crate::pages::{Lang, Page};

/// What every page needs from its request.
pub(crate) fn context(request: &HttpRequest) -> Page {
    let chosen = |key: &str| {
        let query = url::form_urlencoded::parse(request.query_string().as_bytes());
        let asked = query.into_iter().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
        asked.or_else(|| request.cookie(key).map(|cookie| cookie.value().to_owned()))
    };
    let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Page {
        lang: Lang::negotiate(chosen("lang").as_deref(), accepted),
        large_text: chosen("text").as_deref() == Some("large"),
        path: request.path().to_owned(),
        request_id: request_id(request),
        csrf: None,
    }
}

/// A page as a response. Nothing of it may be kept by a cache.
pub(crate) fn render(status: StatusCode, html: Result<String, askama::Error>) -> HttpResponse {
    match html {
        Ok(html) => HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(failed) => {
            tracing::error!(%failed, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Middleware: keeps a language or text size that the reader chose.
pub(crate) async fn remember_choices(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let query = request.query_string().to_owned();
    let mut response = next.call(request).await?;
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if matches!((key.as_ref(), value.as_ref()), ("lang", "en" | "zh-Hant") | ("text", "large" | "normal")) {
            let mut cookie = Cookie::build(key.into_owned(), value.into_owned()).path("/").finish();
            cookie.set_http_only(true);
            cookie.set_same_site(SameSite::Lax);
            cookie.set_max_age(Duration::days(365));
            response.response_mut().add_cookie(&cookie)?;
        }
    }
    Ok(response)
}
