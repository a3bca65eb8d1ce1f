//! Every request gets an id, and one log line that says what was asked by its route, never by its content.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use ring::rand::{SecureRandom, SystemRandom};

/// The id of one request: sixteen hexadecimal digits, in the log, in `X-Request-Id`, and on error pages.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The next one. They only have to differ, between processes too, so only the first is drawn by lot.
    fn next() -> Self {
        static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
            let mut bytes = [0_u8; 8];
            // An id that is not random is still an id; the request is not refused for it.
            let _ = SystemRandom::new().fill(&mut bytes);
            AtomicU64::new(u64::from_be_bytes(bytes))
        });
        // The golden ratio: neighbours look different, and none comes twice.
        let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(format!("{number:016x}"))
    }
}

/// The id of this request; empty outside a listener of ours.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Middleware, outermost: gives the id, times the request, logs it by route pattern.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = RequestId::next();
    request.extensions_mut().insert(id.clone());
    let started = Instant::now();
    let method = request.method().clone();
    let mut response = next.call(request).await?;
    let status = response.status().as_u16();
    let route = || response.request().match_pattern().unwrap_or_else(|| "(no route)".to_owned());
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::warn!(request_id = id.0, %method, route = route(), status, micros, "request");
    } else {
        tracing::info!(request_id = id.0, %method, route = route(), status, micros, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
