//! Merchants: who takes payments, at which tills, and what came in.
//!
//! A merchant is a customer of one participant, which answers for it: its names, what it sells, and the FPS ID by which it
//! is paid. People work for it in a [`Role`]; who they are, this crate does not know, so a [`PersonId`] is whatever the
//! caller says it is. What a merchant received is read from the clearing log and nowhere else, so it agrees with its
//! bank's books. Everything here is plain functions; [`Merchants`] is the handle on the database.

mod asking;
mod category;
mod code;
mod csv;
mod day_totals;
mod invitation;
mod names;
mod receipt;
mod refund;
mod refusal;
mod return_address;
mod role;
#[cfg(test)]
pub(crate) mod tests;
mod till;
mod webhook_address;
mod webhook_event;

pub(crate) use asking::label;
pub use asking::{Asking, TILL_CODE_LASTS, asked_by, merchant_of};
pub use category::{Category, NotACategory};
pub use code::{code_for, counter_code, must_fit_a_code, request_code};
pub use csv::day_csv;
pub use day_totals::{DayKey, DayTotal};
pub use invitation::{InvitationCode, MistypedCode};
pub use names::{MerchantNames, NotAName};
pub use receipt::Receipt;
pub use refund::{Refund, RefundId, RefundState};
pub use refusal::MerchantRefusal;
pub use return_address::ReturnAddress;
pub use role::{Duty, PersonId, Role};
pub use till::{NotATill, TillLabel};
pub use webhook_address::WebhookAddress;
pub use webhook_event::{MOST_ATTEMPTS, event, told, wait_after};

pub use crate::store::merchant::{
    Accepted, Actor, AuditEntry, Change, Delivery, DeliveryRecord, Followed, Member, Membership, MerchantError,
    Merchants, Onboarded, Onboarding, Program, ReceiptPage, ReceiptQuery,
};

use store::Timestamp;

use crate::directory::{AccountToken, Proxy};
use crate::participant::ClearingCode;

store::identifier! {
    /// One merchant.
    pub struct MerchantId;
}

store::identifier! {
    /// Something that a merchant's server is told.
    pub struct DeliveryId;
}

store::identifier! {
    /// What a participant calls its request to onboard a merchant: the same again is the same merchant.
    pub struct OnboardingId;
}

/// Whether a merchant may make codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MerchantStatus {
    /// It takes payments.
    Active,
    /// Its bank has closed it: no new codes. What was paid before is still shown, and may be refunded.
    Closed,
}

impl MerchantStatus {
    /// Its name for programs: `active`, `closed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }

    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Active => 1,
            Self::Closed => 2,
        }
    }

    /// What nobody knows is closed.
    pub(crate) const fn from_number(number: i16) -> Self {
        if number == 1 { Self::Active } else { Self::Closed }
    }
}

/// A merchant, as its bank and those who work for it see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Which.
    pub id: MerchantId,
    /// Its bank.
    pub participant: ClearingCode,
    /// What customers call it.
    pub names: MerchantNames,
    /// What it sells.
    pub category: Category,
    /// The FPS ID that its codes name.
    pub fps_id: Proxy,
    /// Where payments to it arrive: the token of the FPS ID's entry in the directory.
    pub account_token: AccountToken,
    /// Whether it may make codes.
    pub status: MerchantStatus,
    /// Its tills, by label.
    pub tills: Vec<TillLabel>,
    /// Since when it is known.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

impl Merchant {
    /// # Errors
    /// [`MerchantRefusal::Closed`] when it takes no more payments.
    pub fn must_be_active(&self) -> Result<(), MerchantRefusal> {
        if self.status == MerchantStatus::Active { Ok(()) } else { Err(MerchantRefusal::Closed) }
    }

    /// # Errors
    /// [`MerchantRefusal::UnknownTill`] when it has no such till.
    pub fn must_have(&self, till: &TillLabel) -> Result<(), MerchantRefusal> {
        if self.tills.contains(till) { Ok(()) } else { Err(MerchantRefusal::UnknownTill) }
    }
}
