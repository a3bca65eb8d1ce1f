//! How residents prove who they are: passkeys (WebAuthn level 3).

mod assurance;

pub use assurance::{Assurance, PASSKEY_AMR, PASSKEY_ASSURANCE};
