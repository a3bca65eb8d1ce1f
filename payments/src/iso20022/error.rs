//! Why a message is not taken: which element, what is wrong with it, and the reason code to answer with.

use std::fmt;

use super::ReasonCode;

/// A message that is refused as a whole. It names the element and never quotes what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageError {
    /// Innermost first: an error gains its path on the way out.
    path: Vec<String>,
    reason: ReasonCode,
    problem: Problem,
}

/// What is wrong with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not UTF-8, or declared as something else.
    #[error("messages are written in UTF-8")]
    Encoding,
    /// Not well-formed XML.
    #[error("not well-formed XML")]
    Malformed,
    /// A document type declaration, or an entity that XML does not define itself.
    #[error("document type declarations and entities are not taken")]
    Doctype,
    /// More bytes, more elements or more nesting than a message may have.
    #[error("larger than a message may be")]
    TooLarge,
    /// Another message, or another version of it.
    #[error("not the message that is taken here: {0}")]
    OtherMessage(&'static str),
    /// A mandatory element is not there.
    #[error("missing")]
    Missing,
    /// Not an element of the schema at this place: unknown, repeated, or out of order.
    #[error("not expected here by the schema")]
    Unexpected,
    /// An attribute that the schema does not know, or one that is missing.
    #[error("attributes are not those of the schema")]
    Attribute,
    /// Text where elements belong, or elements where text belongs.
    #[error("content is not of the schema's kind")]
    Content,
    /// Shorter or longer than the schema allows.
    #[error("between 1 and {0} characters are allowed")]
    Length(usize),
    /// The text is not of the form that this element has.
    #[error("{0}")]
    Form(&'static str),
    /// The value is valid ISO 20022, but not what this system settles.
    #[error("{0}")]
    NotHere(&'static str),
    /// A total does not agree with what the message holds.
    #[error("does not agree with the transactions in the message")]
    Total,
}

impl MessageError {
    pub(crate) fn new(problem: Problem) -> Self {
        Self { path: Vec::new(), reason: ReasonCode::literal("FF01"), problem }
    }

    /// The same error with a more telling reason than `FF01`.
    pub(crate) fn because(mut self, code: &'static str) -> Self {
        self.reason = ReasonCode::literal(code);
        self
    }

    /// The same error, inside the element `name`.
    pub(crate) fn within(mut self, name: impl Into<String>) -> Self {
        self.path.push(name.into());
        self
    }

    /// Where: `FIToFICstmrCdtTrf/CdtTrfTxInf[2]/IntrBkSttlmAmt`, counted from one. Empty for the whole document.
    pub fn path(&self) -> String {
        let outermost_first: Vec<&str> = self.path.iter().rev().map(String::as_str).collect();
        outermost_first.join("/")
    }

    /// The ISO external status reason: `FF01` unless a closer one exists.
    pub const fn reason(&self) -> ReasonCode {
        self.reason
    }

    /// What is wrong there.
    pub const fn problem(&self) -> Problem {
        self.problem
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}", self.problem)
        } else {
            write!(f, "{}: {}", self.path(), self.problem)
        }
    }
}

impl std::error::Error for MessageError {}
