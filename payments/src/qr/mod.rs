//! The common QR code: EMVCo's merchant-presented mode, and Hong Kong's payments inside it.
//!
//! Reading is generous with what can still be understood, and names each [`Deviation`]; it refuses, by object
//! and position, what must not be acted on. Writing is strict. Other countries' codes are read too: their
//! accounts are kept as they are.
//!
//! ```
//! use payments::directory::Proxy;
//! use payments::money::{Amount, Currency};
//! use payments::qr::{AdditionalData, Asked, HongKongCode, Payee};
//! # use store::Timestamp;
//! # let now = Timestamp::from_seconds(1_795_000_000);
//! let code = HongKongCode {
//!     payee: Payee::Proxy { proxy: Proxy::parse_any("91234567")?, clearing_code: Some("027".parse()?) },
//!     asked: Asked::Amount(Amount::parse("38.50", Currency::Hkd)?),
//!     one_time: true,
//!     may_change_amount: None,
//!     valid_until: None,
//!     category: 5943,
//!     name: Some("Morning Light".to_owned()),
//!     name_zh: Some("晨光文具".to_owned()),
//!     additional: AdditionalData { bill_number: Some("INV-7".to_owned()), ..AdditionalData::default() },
//! };
//! let payload = code.write()?;
//! assert_eq!(payments::qr::parse(&payload, now)?.hong_kong, Some(code));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod additional;
pub mod consumer;
mod crc;
mod error;
mod hong_kong;
mod merchant;
mod merge;
mod read;
pub mod render;
pub mod scan;
mod scheme;
#[cfg(test)]
mod tests;
mod tlv;

use std::time::Duration;

use store::Timestamp;

pub use additional::AdditionalData;
pub use error::{Deviating, Deviation, ObjectId, QrError, Refusal};
pub use hong_kong::{Asked, HongKongCode, Payee};
pub use merchant::{Initiation, Language, MerchantAccount, MerchantPayload, Tip};
pub use merge::{MergeError, merge};
pub use scheme::Scheme;

/// A payload that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Everything that it says.
    pub payload: MerchantPayload,
    /// The same as a payment in Hong Kong, when it is one that can be made.
    pub hong_kong: Option<HongKongCode>,
    /// What is not as the standard has it, and was understood all the same.
    pub deviations: Vec<Deviation>,
}

/// Reads the text of a code, at the moment `now`.
///
/// # Errors
/// What must not be acted on: a wrong checksum, broken lengths, no payee, no currency or country, an amount that
/// is none, a code that has expired. A consumer-presented code and a UPI link are recognised and refused as such.
pub fn parse(text: &str, now: Timestamp) -> Result<Parsed, QrError> {
    let (payload, mut deviations) = read::read(text.trim())?;
    let hong_kong = hong_kong::read(&payload, &mut deviations)?;
    if let Some(code) = &hong_kong
        && code.valid_until.is_some_and(|last_second| last_second + Duration::from_secs(1) <= now)
    {
        return Err(QrError::new(Some(ObjectId::inside(26, 5)), 0, Refusal::Expired));
    }
    Ok(Parsed { payload, hong_kong, deviations })
}
