//! One payment: what is known of it, what went back, and the form that sends money back.

use askama::Template;

use super::{Line, Page, Shop};

/// A payment. Posts `amount`, `refund_id` and `csrf` to `/merchant/{id}/receipts/{payment}/refund`.
#[derive(Debug, Template)]
#[template(path = "merchant/receipt.html")]
pub struct Receipt {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// The payment.
    pub line: Line,
    /// The day and minute.
    pub moment: String,
    /// The payer's bank, in Traditional Chinese.
    pub bank_zh: String,
    /// The payer's bank, in English.
    pub bank_en: String,
    /// `UETR`: what both banks know the payment by.
    pub uetr: String,
    /// What went back, oldest first.
    pub refunds: Vec<Refund>,
    /// What may still be sent back, as a plain number; none when nothing.
    pub refundable: Option<String>,
    /// The currency's sign.
    pub sign: &'static str,
    /// What tells this form from the same one sent twice.
    pub refund_id: String,
    /// Why nothing was sent back, beside the field.
    pub refusal: Option<String>,
}

/// Money on its way back, or back.
#[derive(Debug, Clone)]
pub struct Refund {
    /// How much.
    pub amount: String,
    /// When it was asked for.
    pub at: String,
    /// How far it is.
    pub state: State,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The bank was told.
    UnderWay,
    /// The money has gone back.
    Done,
    /// The bank will not.
    Refused,
}
