//! Who you are: residents, authenticators, OpenID provider, consent, signatures.

pub mod audit;
pub mod authenticator;
pub mod consent;
mod error;
pub mod jose;
mod keys;
pub mod oidc;
pub mod resident;
mod sealed;
mod secret;
pub mod session;
mod store;

pub use error::Error;
pub use keys::IdentityKeys;
pub use store::{Identity, IdentitySettings};
