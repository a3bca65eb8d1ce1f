//! What holds for Lionrock as a whole: its layering, and the running program seen from outside.
//!
//! `tests/run` builds the program and runs every module here. The unit tests of a crate stand beside its code.

// A test panics when something is not as it should be, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod audit;
mod browser;
mod config;
mod crash;
mod guides;
mod interop;
mod journey;
mod security;
mod shop_day;
mod signing_out;
mod support;
mod tidy;
mod tls;
