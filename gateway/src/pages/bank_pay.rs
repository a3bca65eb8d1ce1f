//! A simulated bank: whom to pay, and how much.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// The form. Posts `payee`, `payload` and `amount` to `/pay`; a picture goes to `/pay/picture` (multipart,
/// `picture`), camera frames to `/pay/scan`.
#[derive(Debug, Template)]
#[template(path = "bank_pay.html")]
pub struct BankPay {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// What the customer has.
    pub balance: String,
    /// A mobile number or an e-mail address, as typed.
    pub payee: String,
    /// The text of a QR code.
    pub payload: String,
    /// HK$, as typed.
    pub amount: String,
    /// What is wrong with the payee.
    pub payee_problem: Option<String>,
    /// What is wrong with the code.
    pub payload_problem: Option<String>,
    /// What is wrong with the amount.
    pub amount_problem: Option<String>,
}
