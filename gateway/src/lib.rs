//! The gateway: HTTP, TLS, pages, command line and wiring around `identity` and `payments`.
//!
//! **Invariants.** The gateway holds no rule of identity or payments: it parses, calls, renders. It is the
//! only place that knows both of them, reads the clock ([`clock`]), and speaks HTTP.

mod checkpoints;
mod claims;
pub mod cli;
pub mod clock;
pub mod config;
mod database_claim;
mod days;
pub mod demo;
pub mod error;
pub mod http;
pub mod keys;
mod merchants;
pub mod messages;
pub mod operations;
pub mod pages;
pub mod participant;
pub mod public;
pub mod random;
mod requests_to_pay;
pub mod server;
mod webhooks;
