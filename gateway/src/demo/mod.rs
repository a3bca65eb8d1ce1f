//! The demo's other people: simulated banks and a shop. They know the switch by its HTTP interfaces only.

pub mod bank;
pub mod e_service;
pub(crate) mod page;
pub mod shop;
