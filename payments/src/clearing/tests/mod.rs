//! The rules, and what always holds.

mod always;
mod life;
mod operations;
mod precedence;
mod simulation;
pub(crate) mod support;
