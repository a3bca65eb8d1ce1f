//! Request bodies: the right type, not too large, not too slow.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ContentType};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::stream;
use serde::Serialize;
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

/// Answers with a JSON object that takes about so many bytes.
///
/// # Errors
/// 500 when it cannot be written as JSON.
pub fn json_answer(object: &impl Serialize, bytes: usize) -> Result<HttpResponse, Problem> {
    let mut body = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut body, object).map_err(|wrong| Problem::internal(&wrong))?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
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
    parse(&bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Following where in the object one is takes longer than reading it; only who is refused needs to know.
    if let Ok(object) = serde_json::from_slice(bytes) {
        return Ok(object);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let object = serde_path_to_error::deserialize(&mut reader).map_err(|wrong| refusal(&wrong))?;
    reader.end().map_err(|_| Problem::bad_request("The body is a JSON object and nothing after it."))?;
    Ok(object)
}

/// Says which field is wrong and what is expected of it. What the caller wrote there is not told: it may be a number or a
/// name, and refusals are kept.
fn refusal(wrong: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let (path, inner) = (wrong.path().to_string(), wrong.inner());
    if !inner.is_data() {
        return Problem::bad_request(format!(
            "The body is not JSON: line {}, column {}.",
            inner.line(),
            inner.column()
        ));
    }
    let said = inner.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    if let Some(name) = said.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return Problem::bad_request("This field is missing.").field(field);
    }
    let detail = match said.rsplit_once("expected ") {
        Some((_, expected)) if expected.starts_with("struct ") => "An object is expected here.".to_owned(),
        Some((_, "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64")) => {
            "A whole number is expected here.".to_owned()
        }
        Some((_, expected)) => format!("This is expected here: {expected}."),
        None => "This is not what is expected here.".to_owned(),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let problem = Problem::bad_request(detail);
    if path != "." && path.len() <= 100 && path.chars().all(is_name) { problem.field(path) } else { problem }
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[serde(rename = "card")]
        _card: Card,
        #[serde(rename = "count")]
        _count: u8,
    }

    #[derive(Debug, Deserialize)]
    struct Card {
        #[serde(rename = "type")]
        _type: Kind,
        #[serde(rename = "id")]
        _id: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Identity,
        Passport,
    }

    fn refused(body: &str) -> (Option<String>, String) {
        let problem = parse::<Order>(body.as_bytes()).unwrap_err();
        (problem.field.map(String::from), problem.detail)
    }

    #[test]
    fn the_field_that_is_wrong_is_named_and_what_stood_there_is_not_told() {
        assert!(parse::<Order>(br#"{"card":{"type":"identity","id":"A123456(3)"},"count":1}"#).is_ok());
        for (body, field, expected) in [
            (r#"{"card":{"type":"A123456(3)","id":""},"count":1}"#, Some("card.type"), "`identity` or `passport`"),
            (r#"{"card":{"type":"identity"},"count":1}"#, Some("card.id"), "missing"),
            (r#"{"card":{"type":"identity","id":7},"count":1}"#, Some("card.id"), "a string"),
            (r#"{"card":{"type":"identity","id":""},"count":"A123456(3)"}"#, Some("count"), "A whole number"),
            (r#"{"count":1}"#, Some("card"), "missing"),
            (r#"{"colour":1}"#, Some("colour"), "`card` or `count`"),
            (r#"{"A123456(3)":1}"#, None, "`card` or `count`"),
            (r#"{"card":"A123456(3)","count":1}"#, Some("card"), "An object"),
            (r#"{"card":"#, None, "line 1"),
        ] {
            let (named, detail) = refused(body);
            assert_eq!(named.as_deref(), field, "{body}");
            assert!(detail.contains(expected), "{body}: {detail}");
            assert!(!detail.contains("A123456"), "{detail}");
        }
    }

    #[test]
    fn nothing_follows_the_object() {
        let (_, detail) = refused(r#"{"card":{"type":"passport","id":""},"count":1} {}"#);
        assert!(detail.contains("nothing after it"), "{detail}");
    }
}
