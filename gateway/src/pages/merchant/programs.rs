//! Programs that act for a shop.

use askama::Template;

use super::{Page, Part, Shop};

/// Posts `csrf` to `/merchant/{id}/programs` and what is below it.
#[derive(Template)]
#[template(path = "merchant/programs.html")]
pub struct Programs {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// What acts for it.
    pub programs: Vec<Program>,
    /// One that was just made.
    pub made: Option<Made>,
    /// Whether tokens may be bound to certificates here.
    pub takes_certificates: bool,
    /// Where the shop's own server is.
    pub server: Option<String>,
    /// Why its address was not taken.
    pub wrong: Option<String>,
    /// What it was told, latest first.
    pub told: Vec<Told>,
}

/// Something that the shop's server was told, or is to be told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its identifier, in addresses.
    pub id: String,
    /// Such as `payment_request.paid`.
    pub kind: String,
    /// When it was taken, or came up.
    pub at: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether it was taken.
    pub is_delivered: bool,
    /// Why not, the last time.
    pub failure: Option<String>,
}

/// A program.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its client identifier.
    pub client_id: String,
    /// Since when.
    pub since: String,
    /// The pages that it may send payers back to, one a line.
    pub returns: String,
    /// Why those that were typed were not taken.
    pub wrong: Option<String>,
}

/// A program that was just made, with what is shown once.
#[derive(Clone)]
pub struct Made {
    /// Its client identifier.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
}
