//! The demo: one installation of Lionrock, and around it the people of a small city. Residents, three simulated
//! banks, a shop and a government e-service use it only by the interfaces that real ones would use.

pub mod bank;
pub mod check;
mod city;
pub mod e_service;
mod participants;
mod people;
mod places;
mod scratch;
pub mod shop;

pub use city::{City, Options, start};
pub use places::{BankPlace, Directions, ResidentPlace};

pub(crate) use crate::http::page;
