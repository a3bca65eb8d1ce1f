//! ISO 20022 messages, one file a message, and the external codes they carry.
//!
//! Reading checks what the schema says of the parts that are read, and the order of the parts that are only
//! handed on. Writing gives what the published schemas accept. A transaction that is handed on keeps all its
//! content; only namespace prefixes, comments and the white space between elements are lost.

mod account;
pub mod admi004;
mod agent;
pub mod camt029;
pub mod camt053;
pub mod camt054;
pub mod camt056;
pub mod case;
mod error;
mod head001;
pub mod inbox;
pub mod pacs002;
pub mod pacs004;
pub mod pacs008;
pub mod pacs028;
pub mod pain013;
pub mod pain014;
mod reason;
pub mod remitted;
pub mod request_feed;
mod supplementary;
#[cfg(test)]
mod tests;
mod value;
mod xml;

pub use error::{MessageError, Problem};
pub use reason::{NotAReasonCode, ReasonCode};
