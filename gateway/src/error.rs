//! What an API says when it refuses: RFC 9457 problem details, the mapping from errors to HTTP in one file.

use std::fmt;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::Serialize;

/// A refusal on an API, as `application/problem+json` (RFC 9457).
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The last part of the problem's type URI, stable for programs.
    pub kind: &'static str,
    /// The problem in a few words, the same for every occurrence.
    pub title: &'static str,
    /// What is wrong this time. Never holds a secret or personal data.
    pub detail: String,
    /// Which field of the request is at fault.
    pub field: Option<Box<str>>,
    /// An ISO 20022 reason code, where one fits.
    pub reason: Option<Box<str>>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
    /// How to say who one is, where that is more than `Bearer` (RFC 9110, section 11.6.1).
    pub challenge: Option<Box<str>>,
}

/// Type URIs of problems begin with this.
const TYPE_BASE: &str = "https://lionrock.example/problems/";

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    request_id: &'a str,
}

impl Problem {
    /// A problem with a status, a stable kind, and what is wrong this time.
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            field: None,
            reason: None,
            retry_after: None,
            challenge: None,
        }
    }

    /// 400: the request, or one field of it, cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be understood", detail)
    }

    /// 403: who asks may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// 404: nothing there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Nothing is found here", detail)
    }

    /// 503: not now; nothing was taken.
    pub fn unavailable(detail: impl Into<String>, retry_after: u32) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available now", detail);
        problem.retry_after = Some(retry_after);
        problem
    }

    /// 500: a fault of ours; the cause goes to the log, not to the caller.
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side",
            "The request was not carried out; the request id leads to the cause in our log.",
        )
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into().into_boxed_str());
        self
    }

    /// Adds an ISO 20022 reason code.
    #[must_use]
    pub fn reason(mut self, reason: impl fmt::Display) -> Self {
        self.reason = Some(reason.to_string().into_boxed_str());
        self
    }

    /// A problem for a bare status, such as the framework's own 404, 405, 413 and 415.
    pub fn from_status(status: StatusCode) -> Self {
        let (kind, title) = match status {
            StatusCode::UNAUTHORIZED => ("unauthorized", "Who are you?"),
            StatusCode::NOT_FOUND => ("not-found", "Nothing is found here"),
            StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "This method is not allowed here"),
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "The request is too large"),
            StatusCode::TOO_MANY_REQUESTS => ("too-many", "Too many requests came from here"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported-media-type", "This content type is not taken here"),
            status if status.is_server_error() => ("internal", "Something went wrong on our side"),
            _ => ("bad-request", "The request cannot be understood"),
        };
        Self::new(status, kind, title, "")
    }

    /// The response, with the request's id so that both sides can find it again.
    pub fn response(&self, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED || self.challenge.is_some() {
            response.insert_header((header::WWW_AUTHENTICATE, self.challenge.as_deref().unwrap_or("Bearer")));
        }
        let body = Body {
            r#type: format!("{TYPE_BASE}{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.field.as_deref(),
            reason: self.reason.as_deref(),
            request_id,
        };
        response
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("application/problem+json")
            .body(serde_json::to_string(&body).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl std::error::Error for Problem {}

impl actix_web::ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The middleware [`crate::http::problems`] writes the body again with the request's id.
    fn error_response(&self) -> HttpResponse {
        self.response("")
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        if error.may_pass() {
            tracing::error!(cause = ?error, "the database is in the way");
            return Self::unavailable("The database is not available now; send the same again later.", 2);
        }
        Self::internal(&error)
    }
}

impl From<identity::Error> for Problem {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Store(failed) => failed.into(),
            other => Self::internal(&other),
        }
    }
}

/// A blocking call whose thread pool was shut down: the program is stopping.
impl From<actix_web::error::BlockingError> for Problem {
    fn from(_: actix_web::error::BlockingError) -> Self {
        Self::unavailable("The service is stopping.", 5)
    }
}
