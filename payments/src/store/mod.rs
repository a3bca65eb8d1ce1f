//! The thin, impure side: handles, the database, and randomness.

pub(crate) mod directory;
mod random;
