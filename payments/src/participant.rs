//! Who takes part in the switch: banks and stored-value facility operators.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;
use serde::{Deserialize, Serialize};
use store::Timestamp;

use crate::app_link::AppLink;

/// A participant's three-digit clearing code, such as `004`: its identity in the switch.
///
/// In ISO 20022 it is `FinInstnId/ClrSysMmbId/MmbId` under the clearing system `HKNCC`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = SmallInt)]
#[serde(try_from = "String", into = "String")]
pub struct ClearingCode(i16);

/// The text is not three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a clearing code is three digits")]
pub struct NotAClearingCode;

impl ClearingCode {
    /// `000`: the switch itself, in the log. No participant has it.
    pub const SWITCH: Self = Self(0);

    /// The code with this number.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        (0..1_000).contains(&number).then_some(Self(number))
    }

    /// The number that the three digits write.
    pub const fn number(self) -> i16 {
        self.0
    }
}

impl FromStr for ClearingCode {
    type Err = NotAClearingCode;
    fn from_str(text: &str) -> Result<Self, NotAClearingCode> {
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAClearingCode);
        }
        text.parse().map(Self).map_err(|_| NotAClearingCode)
    }
}

impl fmt::Display for ClearingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl fmt::Debug for ClearingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for ClearingCode {
    type Error = NotAClearingCode;
    fn try_from(text: String) -> Result<Self, NotAClearingCode> {
        text.parse()
    }
}

impl From<ClearingCode> for String {
    fn from(code: ClearingCode) -> Self {
        code.to_string()
    }
}

/// Whether a participant may pay and be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It takes part.
    Active,
    /// No new payments from it or to it; answers to old ones are still taken.
    Suspended,
    /// It may only read. Its answers are refused, so payments to it that are under way time out; what it paid
    /// before is settled if the other side accepts.
    Blocked,
}

impl Standing {
    /// Its name for programs: `active`, `suspended`, `blocked`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Blocked => "blocked",
        }
    }
}

/// A participant, as everybody may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Its identity in the switch.
    pub clearing_code: ClearingCode,
    /// ISO 9362 business identifier code, 8 or 11 characters.
    pub bic: Option<String>,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether it may pay and be paid.
    pub standing: Standing,
    /// Whether it is known not to answer: payments to it are refused at once.
    pub is_offline: bool,
    /// How a request to pay is opened in its app, if it has told the operator.
    pub app_link: Option<AppLink>,
    /// Since when it takes part.
    pub added: Timestamp,
}

/// SHA-256 of a client certificate's DER bytes (RFC 8705, section 3.1): what identifies a participant's
/// connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbprint([u8; 32]);

impl Thumbprint {
    /// The thumbprint with these bytes.
    pub const fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The text is not sixty-four hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a certificate thumbprint is 64 hexadecimal digits")]
pub struct NotAThumbprint;

impl FromStr for Thumbprint {
    type Err = NotAThumbprint;
    fn from_str(text: &str) -> Result<Self, NotAThumbprint> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAThumbprint)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

mod columns {
    use super::{ClearingCode, SmallInt};
    use diesel::backend::Backend;
    use diesel::deserialize::{self, FromSql};
    use diesel::serialize::{self, Output, ToSql};

    impl<DB: Backend> FromSql<SmallInt, DB> for ClearingCode
    where
        i16: FromSql<SmallInt, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            i16::from_sql(bytes).map(Self)
        }
    }

    impl<DB: Backend> ToSql<SmallInt, DB> for ClearingCode
    where
        i16: ToSql<SmallInt, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
            self.0.to_sql(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clearing_code_is_three_digits() {
        assert_eq!("004".parse::<ClearingCode>().unwrap().to_string(), "004");
        for wrong in ["", "4", "0004", "00a", "+04", "-04"] {
            assert!(wrong.parse::<ClearingCode>().is_err(), "{wrong}");
        }
    }
}
