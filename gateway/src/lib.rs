//! The gateway: HTTP, TLS, pages, command line and wiring around `identity` and `payments`.

pub mod clock;
