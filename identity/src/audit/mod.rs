//! Who did what: an append-only chain of records without personal data.

use std::fmt;

use crate::resident::ResidentId;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A resident, signed in.
    Resident(ResidentId),
    /// A person or program that runs this installation, by the name they go by there.
    Operator(String),
    /// A relying party, by its `client_id`.
    Client(String),
    /// The program by itself, such as a rotation that fell due.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resident(id) => write!(f, "resident:{id}"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}
