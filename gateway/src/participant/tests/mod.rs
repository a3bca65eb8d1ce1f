//! What a bank meets at its listener: stories over real TLS.

mod app;
mod claims;
mod currencies;
mod fps_ids;
mod identity_cards;
mod merchants;
mod payments;
mod presented_codes;
mod proofs;
mod proxies;
mod recalls;
mod reports;
mod requests_to_pay;
mod returns;
mod standing;
mod suspicion;
mod wrong;
