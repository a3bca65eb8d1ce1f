//! What a bank meets at its listener: stories over real TLS.

mod app;
mod currencies;
mod fps_ids;
mod payments;
mod proxies;
mod recalls;
mod reports;
mod returns;
mod standing;
mod wrong;
