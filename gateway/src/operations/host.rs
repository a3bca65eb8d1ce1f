//! Only who names this listener by its address may read it.
//!
//! A web page elsewhere can point its own domain name at 127.0.0.1 and so make the operator's browser read a
//! loopback listener for it (DNS rebinding). Such a request carries the page's name in `Host`.

use std::net::IpAddr;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::middleware::Next;

use crate::error::Problem;

/// Middleware: 403 for a `Host` that is neither `localhost` nor an IP address.
pub(super) async fn only_by_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_address(host) {
        return Err(Problem::forbidden("Name this listener by its IP address, or by localhost.").field("Host").into());
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether a `Host` (RFC 9110, section 7.2: name, then perhaps a port) is `localhost` or an IP address.
fn is_address(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || literal.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn a_name_that_somebody_else_points_here_is_refused() {
        for ours in ["localhost", "LOCALHOST:9090", "127.0.0.1:9090", "127.0.0.1", "[::1]:9090", "[::1]"] {
            assert!(is_address(ours), "{ours}");
        }
        for foreign in ["", "evil.example", "evil.example:9090", "127.0.0.1.evil.example", "localhost.evil.example:1"] {
            assert!(!is_address(foreign), "{foreign}");
        }
    }
}
