//! Requests that are too large are refused, and their connection is closed: whatever follows on it is not read.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LENGTH, HeaderMap};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::StreamExt;

use super::hang_up::HangUp;

/// The request line and headers together, in bytes. Far above what browsers and clients of ours send.
const HEADER_LIMIT: usize = 32 * 1024;

/// A body in bytes: a form or a JSON document is small; a WebAuthn attestation is the largest.
pub const BODY_LIMIT: usize = 64 * 1024;

/// So much of a body that is too large is read all the same, and so long: a client that is still sending when its
/// connection ends would not see the answer.
const READ_ON: usize = 2 * 1024 * 1024;
const READ_ON_FOR: Duration = Duration::from_secs(2);

/// Middleware: 431 for headers that are too large (RFC 6585, section 5); 413, whoever answers it, ends the connection.
pub async fn bounded(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let line = request.uri().path_and_query().map_or(0, |place| place.as_str().len());
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if line + headers > HEADER_LIMIT {
        HangUp::after_answer(request.request());
        let refused = HttpResponse::build(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
            .insert_header((CACHE_CONTROL, "no-store"))
            .force_close()
            .finish();
        return Ok(request.into_response(refused));
    }
    if content_length(request.headers()).is_some_and(|length| length > BODY_LIMIT) {
        // Who reads the body refuses it by the length that was announced.
        read_on(request.take_payload()).await;
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        HangUp::after_answer(response.request());
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn read_on(mut body: Payload) {
    let reading = async {
        let mut left = READ_ON;
        while let Some(Ok(part)) = body.next().await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                return;
            }
        }
    };
    let _ = timeout(READ_ON_FOR, reading).await;
}
