//! The rules, and what always holds.

mod always;
mod life;
mod operations;
mod precedence;
pub(crate) mod support;
