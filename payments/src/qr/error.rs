//! Why a payload is refused, or how it deviates: by object and position.

use std::fmt;

/// A data object: `54`, or `26-05` inside a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// The template that it stands in.
    pub template: Option<u8>,
    /// Its own number, 0 to 99.
    pub id: u8,
}

impl ObjectId {
    /// An object of the payload itself.
    pub const fn root(id: u8) -> Self {
        Self { template: None, id }
    }

    /// An object inside a template.
    pub const fn inside(template: u8, id: u8) -> Self {
        Self { template: Some(template), id }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.template {
            Some(template) => write!(f, "{template:02}-{:02}", self.id),
            None => write!(f, "{:02}", self.id),
        }
    }
}

/// A payload that is not acted on, or cannot be written. It never quotes what the payload says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QrError {
    object: Option<ObjectId>,
    position: usize,
    refusal: Refusal,
}

/// Why a payload is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing there.
    #[error("empty")]
    Empty,
    /// More characters than a payload may have.
    #[error("longer than a payload may be")]
    TooLong,
    /// A code that a consumer shows (EMVCo consumer-presented mode), not one to be paid.
    #[error("a code that a payer shows, not one to be paid")]
    ConsumerPresented,
    /// A link of India's UPI, which no bank here can pay.
    #[error("a UPI payment link (India), which cannot be paid here")]
    UpiLink,
    /// Some other text: an EMVCo payload begins with `000201`.
    #[error("not a payment code")]
    NotPayment,
    /// An id or a length that is not two digits.
    #[error("ids and lengths are two digits each")]
    NotDigits,
    /// A length that goes beyond the end.
    #[error("the length goes beyond the end")]
    Overrun,
    /// No checksum at the end.
    #[error("no checksum at the end")]
    CrcMissing,
    /// The checksum is another: something was changed or misread.
    #[error("the checksum does not match")]
    CrcMismatch,
    /// The same object twice.
    #[error("given twice")]
    Repeated,
    /// Nobody to pay.
    #[error("no payee account")]
    NoAccount,
    /// A mandatory object is not there.
    #[error("missing")]
    Missing,
    /// Not of the form that the object has.
    #[error("{0}")]
    Form(&'static str),
    /// The code was good until a moment that has passed.
    #[error("the code has expired")]
    Expired,
}

impl QrError {
    pub(crate) const fn new(object: Option<ObjectId>, position: usize, refusal: Refusal) -> Self {
        Self { object, position, refusal }
    }

    /// Of which object, when it is about one.
    pub const fn object(&self) -> Option<ObjectId> {
        self.object
    }

    /// At which character, counted from one; zero where there is none (missing objects, writing).
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Why.
    pub const fn refusal(&self) -> Refusal {
        self.refusal
    }
}

impl fmt::Display for QrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(object) = self.object {
            write!(f, "object {object}")?;
            if self.position > 0 {
                write!(f, " at character {}", self.position)?;
            }
            f.write_str(": ")?;
        }
        fmt::Display::fmt(&self.refusal, f)
    }
}

impl std::error::Error for QrError {}

/// Something that is not as the standard has it, in a payload that was understood all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// Of which object.
    pub object: ObjectId,
    /// In which way.
    pub deviating: Deviating,
}

/// How an object deviates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Deviating {
    /// A mandatory object is left out.
    #[error("left out")]
    Missing,
    /// More characters than the object may have.
    #[error("too long")]
    TooLong,
    /// A unique id in capitals.
    #[error("written in capitals")]
    Capitals,
    /// Not of the form that the object has: it is kept, and not acted on.
    #[error("not of its form")]
    Form,
    /// An object that means nothing here.
    #[error("not expected here")]
    Unexpected,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object {}: {}", self.object, self.deviating)
    }
}
