//! Refunds: the merchant asks, its bank returns the money (pacs.004), and the log says that it went.

use store::Timestamp;

use super::MerchantId;
use crate::clearing::BusinessDay;
use crate::money::Amount;

store::identifier! {
    /// One refund.
    pub struct RefundId;
}

impl RefundId {
    /// What the bank's return carries as `RtrId`, so that the two find each other: 32 characters.
    pub fn return_id(&self) -> String {
        self.as_uuid().simple().to_string()
    }

    /// Reads [`Self::return_id`] back.
    pub fn from_return_id(text: &str) -> Option<Self> {
        uuid::Uuid::try_parse(text).ok().filter(|_| text.len() == 32).map(Self::from_uuid)
    }
}

/// How far a refund has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// The merchant's bank has been told to return the money.
    Instructed,
    /// The money has gone back.
    Returned,
    /// The bank will not return it.
    Refused,
}

impl RefundState {
    /// Its name for programs: `instructed`, `returned`, `refused`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instructed => "instructed",
            Self::Returned => "returned",
            Self::Refused => "refused",
        }
    }

    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Instructed => 1,
            Self::Returned => 2,
            Self::Refused => 3,
        }
    }

    pub(crate) const fn from_number(number: i16) -> Self {
        match number {
            1 => Self::Instructed,
            2 => Self::Returned,
            _ => Self::Refused,
        }
    }
}

/// Money on its way back, or back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Which.
    pub id: RefundId,
    /// Of which merchant.
    pub merchant: MerchantId,
    /// Of which payment, by its sequence number in the log.
    pub payment: i64,
    /// How much.
    pub amount: Amount,
    /// How far it has come.
    pub state: RefundState,
    /// When it was asked for; for a return that the bank made by itself, when it came.
    pub instructed: Timestamp,
    /// When it was over.
    pub finished: Option<Timestamp>,
    /// The business day on which the money went back.
    pub business_day: Option<BusinessDay>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_finds_its_refund_and_no_other() {
        let id = RefundId::from_uuid(uuid::Uuid::from_u128(7));
        assert_eq!(id.return_id().len(), 32, "it has room in RtrId");
        assert_eq!(RefundId::from_return_id(&id.return_id()), Some(id));
        assert_eq!(RefundId::from_return_id("R-1"), None);
        assert_eq!(RefundId::from_return_id(&id.to_string()), None, "written in one way only");
    }
}
