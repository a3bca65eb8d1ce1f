//! The framework's own refusals, such as a body that is too large, as clients of OAuth expect them.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json;

/// Middleware of `/oauth`: an error that nothing below it has worded becomes an OAuth error body (RFC 6749,
/// section 5.2) with the status it has.
pub(in super::super) async fn oauth_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    // A method that an endpoint does not take is refused without a word.
    let silent = status == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(CONTENT_TYPE);
    if response.response().error().is_none() && !silent {
        return Ok(response);
    }
    let (error, description) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("invalid_request", "the request is too large"),
        StatusCode::METHOD_NOT_ALLOWED => ("invalid_request", "this endpoint does not take this method"),
        StatusCode::TOO_MANY_REQUESTS => ("temporarily_unavailable", "too many requests: wait a moment"),
        status if status.is_server_error() => ("server_error", "the request was not carried out"),
        _ => ("invalid_request", "the request cannot be understood"),
    };
    let body = json!({ "error": error, "error_description": description });
    let mut answer = HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body);
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    Ok(response.into_response(answer))
}
