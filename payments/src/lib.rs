//! Money: directory, QR codes, clearing and ISO 20022.

pub mod clearing;
pub mod directory;
pub mod iso20022;
pub mod money;
pub mod participant;

mod store;

pub use directory::Directory;
