//! ISO external status reason codes that the switch takes and gives.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A reason in `StsRsnInf/Rsn/Cd`: four characters of the external code set. Which ones the switch itself
/// gives is `clearing::Refusal`'s to say; from a participant any well-formed code is passed on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReasonCode([u8; 4]);

/// The text is not four capital letters or digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason code is four capital letters or digits")]
pub struct NotAReasonCode;

impl ReasonCode {
    /// A code known when the program is written.
    ///
    /// # Panics
    /// At compile time in a `const`, when the text is not four characters.
    pub const fn literal(code: &'static str) -> Self {
        let bytes = code.as_bytes();
        assert!(bytes.len() == 4, "a reason code has four characters");
        Self([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// The four characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("NARR")
    }
}

impl FromStr for ReasonCode {
    type Err = NotAReasonCode;
    fn from_str(text: &str) -> Result<Self, NotAReasonCode> {
        let bytes: [u8; 4] = text.as_bytes().try_into().map_err(|_| NotAReasonCode)?;
        let valid = bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if valid { Ok(Self(bytes)) } else { Err(NotAReasonCode) }
    }
}

impl TryFrom<String> for ReasonCode {
    type Error = NotAReasonCode;
    fn try_from(text: String) -> Result<Self, NotAReasonCode> {
        text.parse()
    }
}

impl From<ReasonCode> for String {
    fn from(code: ReasonCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
