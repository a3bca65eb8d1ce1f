//! Requests to pay: somebody asks for money, and one payment at most answers.
//!
//! A till's one-time code, a web shop's payment link, a bill and a message pain.013 are one and the same object. They
//! differ in whether a debtor is named and in who asked. [`step()`] says how a request goes from state to state,
//! [`payable`] what a payment that carries a request's id must agree with. Both are pure; what keeps requests is
//! [`crate::RequestsToPay`]:
//!
//! - `create(NewRequest, now)`: the same `reference` of the same creditor agent again gives the same request;
//! - `get(id)`, `by_creditor(agent, cursor)`, `by_debtor(agent, account, cursor)`;
//! - `accept`, `refuse` by the debtor's agent, `cancel` by the creditor's, `expire_due(now)`;
//! - `changes_after(cursor)`, `changes_for(agent, cursor)`: the feed of everything that happened, in order.
//!
//! A payment holds its request while it is under way, spends it when it settles and frees it when it does not: that is
//! decided in the payment's own batch (`crate::clearing`), so a second payer is refused before money moves.

mod id;
mod new;
pub mod payable;
mod state;
#[cfg(test)]
pub(crate) mod tests;

use store::Timestamp;
use time::Date;

use crate::money::Amount;
use crate::participant::ClearingCode;

pub use id::{NotARequestId, RequestId};
pub use new::{InvalidRequest, MAX_LIFE, NewRequest};
pub use payable::NotPayable;
pub use state::{RequestRefusal, RequestState, RequestStep, step};

/// A request to pay as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestToPay {
    /// What it is known by: on codes, in links, in the payment that answers it.
    pub id: RequestId,
    /// The number of its first change in the feed: lists are in this order.
    pub number: i64,
    /// What was asked, by whom, of whom.
    pub asked: NewRequest,
    /// When it was made.
    pub created: Timestamp,
    /// How far it has come.
    pub state: RequestState,
    /// Why it was refused, if its debtor's agent said so: an ISO 20022 external status reason.
    pub reason: Option<crate::iso20022::ReasonCode>,
    /// The payment that holds it or has paid it, and how much that is.
    pub payment: Option<RequestPayment>,
    /// When it last changed.
    pub changed: Timestamp,
}

impl RequestToPay {
    /// Whether a bank says yes or no to it: that of the customer whom it asks.
    pub fn may_be_answered_by(&self, agent: ClearingCode) -> bool {
        self.asked.debtor.as_ref().is_some_and(|debtor| debtor.agent == agent)
    }

    /// Whether a bank takes it back: that of whoever asks.
    pub fn may_be_cancelled_by(&self, agent: ClearingCode) -> bool {
        self.asked.creditor.agent == agent
    }

    /// Whether a bank that has its id is also told whom it asks, and why they refused: the two banks that it is about.
    /// Any other has a customer with its code or its link, who is told what that says and how it stands.
    pub fn tells_its_debtor_to(&self, agent: ClearingCode) -> bool {
        self.may_be_cancelled_by(agent) || self.may_be_answered_by(agent)
    }

    /// Whether its time is over at `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.asked.expires
    }

    /// The state as everybody is told it: what has expired says so at once, not only when it has been recorded.
    pub fn state_at(&self, now: Timestamp) -> RequestState {
        step(self.state, RequestStep::Expire, self.asked.expires, now).unwrap_or(self.state)
    }
}

/// The payment of a request, in the clearing log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestPayment {
    /// Its sequence number.
    pub sequence: i64,
    /// How much is paid: what was asked, or less where that is allowed.
    pub amount: Amount,
}

/// Who asks and where the money is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creditor {
    /// The bank of the account (`CdtrAgt`).
    pub agent: ClearingCode,
    /// The account, or what stands for it (`CdtrAcct/Id/Othr/Id`): at most 34 characters.
    pub account: String,
    /// The name in Chinese, shown to the payer: at most 69 characters. One of the two names is there.
    pub name_zh: Option<String>,
    /// The name in English: at most 69 characters.
    pub name_en: Option<String>,
    /// Which merchant this is, in the words of whoever asked: at most 35 characters.
    pub merchant: Option<String>,
    /// Which of the merchant's tills: at most 35 characters.
    pub till: Option<String>,
}

/// Who is asked, when somebody in particular is. A proxy was looked up before: what is kept is where it led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    /// The bank of the account (`DbtrAgt`).
    pub agent: ClearingCode,
    /// The account, or the token by which its bank knows it: at most 34 characters.
    pub account: String,
}

/// Whether anything but the whole amount may be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountRule {
    /// The amount, to the cent.
    Exact,
    /// The amount or less (pain.013 `AmtModAllwd`).
    LessAllowed,
}

impl AmountRule {
    /// The word of the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::LessAllowed => "less_allowed",
        }
    }

    /// Reads what [`AmountRule::name`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Exact, Self::LessAllowed].into_iter().find(|rule| rule.name() == name)
    }
}

/// Something that happened to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number in the feed of all changes, ascending: the cursor of whoever follows.
    pub sequence: i64,
    /// Which request.
    pub request: RequestId,
    /// The state that it came to.
    pub state: RequestState,
    /// Why it was refused.
    pub reason: Option<crate::iso20022::ReasonCode>,
    /// When.
    pub at: Timestamp,
    /// The payment that brought it there, and how much that is.
    pub payment: Option<RequestPayment>,
}

/// The day by which a bill wants to be paid. It is said to the payer; only [`NewRequest::expires`] ends a request.
pub type DueDate = Date;
