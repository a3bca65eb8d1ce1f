//! ISO 20022 messages, one file a message, and the external codes they carry.

mod reason;

pub use reason::ReasonCode;
