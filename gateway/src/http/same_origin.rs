//! Forms are taken from a listener's own pages only. Browsers say where a form comes from (`Origin`, Fetch standard
//! section 3.2), the port included; programs without that header are nobody's browser.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorForbidden;
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::middleware::Next;

/// Middleware: refuses what another site's page sends.
pub async fn same_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !comes_from_here(request.headers()) {
        return Err(ErrorForbidden("this form comes from another site"));
    }
    next.call(request).await
}

fn comes_from_here(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == headers.get(HOST).and_then(|host| host.to_str().ok())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_form_of_another_site_or_port_is_told_apart() {
        for (origin, ours) in [
            (None, true),
            (Some("http://localhost:8093"), true),
            (Some("http://localhost:8092"), false),
            (Some("https://shop.example"), false),
            (Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("localhost:8093"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(comes_from_here(&headers), ours, "{origin:?}");
        }
    }
}
