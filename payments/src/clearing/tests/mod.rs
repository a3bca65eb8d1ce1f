//! The rules, and what always holds.

mod after_settlement;
mod always;
mod documented;
mod life;
mod limits;
mod operations;
mod precedence;
mod proposals;
mod recalls;
mod simulation;
pub(crate) mod support;
