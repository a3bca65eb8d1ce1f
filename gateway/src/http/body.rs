//! Request bodies: the right type, not too large, not too slow.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::stream;
use serde::de::DeserializeOwned;

use crate::error::Problem;

/// The media type of ISO 20022 messages here.
pub const XML: &str = "application/xml";
/// The largest ISO 20022 message: a thousand transactions of about a kilobyte.
const XML_LIMIT: usize = 1024 * 1024;
/// The largest JSON body.
const JSON_LIMIT: usize = 16 * 1024;
/// How long a body may take to arrive whole.
const PATIENCE: Duration = Duration::from_secs(10);

/// A long body is handed to its connection in pieces of so many bytes, rather than copied into it whole.
const PIECE: usize = 32 * 1024;

/// Sends a text.
pub fn in_pieces(text: String) -> impl MessageBody {
    let mut rest = Bytes::from(text);
    let length = rest.len() as u64;
    let piece = move || (!rest.is_empty()).then(|| Ok::<_, Infallible>(rest.split_to(PIECE.min(rest.len()))));
    SizedStream::new(length, stream::iter(std::iter::from_fn(piece)))
}

/// Reads an ISO 20022 message.
///
/// # Errors
/// 415 for another media type, 413 when it is too large, 408 when it is too slow, 400 when it breaks off.
pub async fn xml(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    read(request, payload, XML, XML_LIMIT).await
}

/// Reads a JSON object.
///
/// # Errors
/// As [`xml`]; and 400 when it is not the object that is expected, naming the field.
pub async fn json<T: DeserializeOwned>(request: &HttpRequest, payload: Payload) -> Result<T, Problem> {
    let bytes = read(request, payload, "application/json", JSON_LIMIT).await?;
    // serde's message quotes what it read, which may be a number or a name: only where it is, is told.
    serde_json::from_slice(&bytes).map_err(|wrong| {
        Problem::bad_request(format!(
            "The body is not the JSON object that is expected here: line {}, column {}.",
            wrong.line(),
            wrong.column()
        ))
    })
}

async fn read(request: &HttpRequest, payload: Payload, media_type: &str, limit: usize) -> Result<Bytes, Problem> {
    let refuse = |status, detail: String| Err(Problem { detail, ..Problem::from_status(status) });
    if !request.content_type().eq_ignore_ascii_case(media_type) || request.headers().contains_key(CONTENT_ENCODING) {
        let problem = refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Send {media_type}, not compressed."));
        return problem.map_err(|problem| problem.field(CONTENT_TYPE.as_str()));
    }
    match timeout(PATIENCE, payload.to_bytes_limited(limit)).await {
        Err(_too_slow) => refuse(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.".to_owned()),
        Ok(Err(_too_large)) => refuse(StatusCode::PAYLOAD_TOO_LARGE, format!("The body may have {limit} bytes.")),
        Ok(Ok(Err(_broken))) => Err(Problem::bad_request("The body broke off.")),
        Ok(Ok(Ok(bytes))) => Ok(bytes),
    }
}
