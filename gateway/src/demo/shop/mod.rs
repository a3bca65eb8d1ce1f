//! The demo's shop: a customer of a bank. It shows QR codes and learns from its bank what was paid; it knows
//! nothing of the switch.

mod code;
mod credits;
mod running;
mod till;
mod view;
mod web;

pub use credits::BankApi;
pub use running::{RunningShop, start};

use payments::directory::Proxy;
use payments::participant::ClearingCode;

/// What a shop is started with.
pub struct ShopConfig {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Its bank, as its QR codes name it.
    pub clearing_code: ClearingCode,
    /// The e-mail address that its QR codes name.
    pub proxy: Proxy,
    /// Where its bank tells what was credited.
    pub bank: BankApi,
}
