//! What every listener has: request ids and logs without personal data, problem details, security headers, TLS.

pub mod body;
mod hang_up;
pub mod limits;
pub mod mutual_tls;
mod observe;
pub mod outbound;
pub(crate) mod page;
mod problems;
mod same_origin;
mod security_headers;
mod sizes;
pub mod tls;

pub use hang_up::HangUp;
pub use observe::{RequestId, observe, request_id};
pub use problems::problems;
pub use same_origin::same_origin;
pub use security_headers::{page_security, transport_security};
pub use sizes::{BODY_LIMIT, bounded};
