//! Why something about a merchant is not done.

/// A refusal, each with the field of the request that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerchantRefusal {
    /// No such merchant, or one that is not the caller's.
    #[error("there is no such merchant")]
    Unknown,
    /// The identifier was used for another request: another merchant, refund or payment.
    #[error("this identifier was used for another request")]
    RequestUsed,
    /// The participant has not registered this FPS ID, or it cannot be paid.
    #[error("this FPS ID is not one that you registered and that can be paid")]
    FpsIdUnknown,
    /// Another merchant is paid by it.
    #[error("another merchant is paid by this FPS ID")]
    FpsIdTaken,
    /// It has as many tills as a merchant may have.
    #[error("a merchant has at most 200 tills")]
    TooManyTills,
    /// Its server was never told that.
    #[error("there is no such delivery")]
    UnknownDelivery,
    /// It has as many programs as a merchant may have.
    #[error("a merchant has at most 20 programs")]
    TooManyPrograms,
    /// It has no such program, or no longer.
    #[error("the merchant has no such program")]
    UnknownProgram,
    /// The program has as many pages to return to as it may have.
    #[error("a program has at most 10 return addresses")]
    TooManyReturnAddresses,
    /// The program has not registered this page.
    #[error("the program has not registered this return address")]
    UnknownReturnAddress,
    /// It has no such till.
    #[error("the merchant has no such till")]
    UnknownTill,
    /// Its bank has closed it.
    #[error("the merchant is closed")]
    Closed,
    /// The invitation is unknown, was used, or has expired.
    #[error("this invitation is not valid, or no longer")]
    InvitationOver,
    /// Somebody must run the merchant.
    #[error("the last owner cannot leave")]
    LastOwner,
    /// Nobody of that name works here.
    #[error("nobody like that works for the merchant")]
    UnknownMember,
    /// Not in this role.
    #[error("your role does not allow this")]
    NotInThisRole,
    /// No such payment came in.
    #[error("no such payment was received")]
    UnknownReceipt,
    /// More would go back than came in.
    #[error("more would go back than was received")]
    MoreThanReceived,
    /// No such refund, or one of another bank's merchant.
    #[error("there is no such refund")]
    UnknownRefund,
    /// The refund is over already.
    #[error("the refund is over already")]
    RefundOver,
}

impl MerchantRefusal {
    /// The field of a request that is at fault, where one is.
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::RequestUsed => Some("request_id"),
            Self::FpsIdUnknown | Self::FpsIdTaken => Some("fps_id"),
            Self::TooManyTills | Self::UnknownTill => Some("till"),
            Self::UnknownReturnAddress => Some("return_url"),
            Self::MoreThanReceived => Some("amount"),
            Self::InvitationOver => Some("code"),
            Self::Unknown
            | Self::TooManyPrograms
            | Self::UnknownProgram
            | Self::TooManyReturnAddresses
            | Self::UnknownDelivery
            | Self::Closed
            | Self::LastOwner
            | Self::UnknownMember
            | Self::NotInThisRole
            | Self::UnknownReceipt
            | Self::UnknownRefund
            | Self::RefundOver => None,
        }
    }
}
