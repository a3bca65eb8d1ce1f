//! Money: whole minor units with their currency. No floats, no unchecked sums.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A currency that the switch settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Hong Kong dollar, settled at the HKMA.
    Hkd,
    /// Renminbi, settled at the clearing bank.
    Cny,
}

impl Currency {
    /// Every currency.
    pub const ALL: [Self; 2] = [Self::Hkd, Self::Cny];

    /// The ISO 4217 letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hkd => "HKD",
            Self::Cny => "CNY",
        }
    }

    /// The ISO 4217 number, as QR codes and the database carry it.
    pub const fn number(self) -> u16 {
        match self {
            Self::Hkd => 344,
            Self::Cny => 156,
        }
    }

    /// The currency with this ISO 4217 number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.number() == number)
    }

    /// Digits after the decimal point (ISO 4217).
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Hkd | Self::Cny => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = AmountError;
    fn from_str(code: &str) -> Result<Self, AmountError> {
        Self::ALL.into_iter().find(|currency| currency.code() == code).ok_or(AmountError::Currency)
    }
}

/// A positive sum of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    minor: i64,
    currency: Currency,
}

/// Why something is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a currency that the switch settles.
    #[error("the currency is not one that is settled here")]
    Currency,
    /// Zero or less.
    #[error("an amount is more than zero")]
    NotPositive,
    /// Not digits with at most the currency's decimals after one point.
    #[error("an amount is digits, with at most two after one point")]
    Format,
    /// More than can be held.
    #[error("the amount is too large")]
    TooLarge,
}

impl Amount {
    /// The largest amount: ISO 20022 allows 18 digits in all.
    pub const MAX_MINOR: i64 = 999_999_999_999_999_999;

    /// From minor units (cents).
    pub const fn new(minor: i64, currency: Currency) -> Result<Self, AmountError> {
        if minor <= 0 {
            return Err(AmountError::NotPositive);
        }
        if minor > Self::MAX_MINOR {
            return Err(AmountError::TooLarge);
        }
        Ok(Self { minor, currency })
    }

    /// Reads `250`, `250.5` or `250.00`: what ISO 20022 and EMVCo both write. `98.` is valid in EMVCo.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let decimals = currency.decimals() as usize;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > decimals {
            return Err(AmountError::Format);
        }
        let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| AmountError::TooLarge)?;
        Self::new(minor, currency)
    }

    /// Minor units (cents): always more than zero.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The number alone, always with all decimals: `250.00`.
    pub fn to_decimal(self) -> String {
        format_minor(self.minor, self.currency)
    }
}

/// Writes minor units, of either sign, as a decimal number: `-1234` HKD is `-12.34`.
pub fn format_minor(minor: i64, currency: Currency) -> String {
    let unit = 10_u64.pow(currency.decimals());
    let sign = if minor < 0 { "-" } else { "" };
    let magnitude = minor.unsigned_abs();
    format!("{sign}{}.{:0width$}", magnitude / unit, magnitude % unit, width = currency.decimals() as usize)
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.to_decimal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for (text, why) in [
            ("", AmountError::Format),
            (".5", AmountError::Format),
            ("1,000", AmountError::Format),
            ("1.234", AmountError::Format),
            ("-1", AmountError::Format),
            ("1e3", AmountError::Format),
            ("0.00", AmountError::NotPositive),
            ("99999999999999999999", AmountError::TooLarge),
        ] {
            assert_eq!(Amount::parse(text, Currency::Hkd), Err(why), "{text}");
        }
        assert!(Amount::parse("9999999999999999.99", Currency::Hkd).is_ok(), "the largest");
    }

    proptest! {
        #[test]
        fn an_amount_survives_its_text(minor in 1..=Amount::MAX_MINOR) {
            let amount = Amount::new(minor, Currency::Hkd).unwrap();
            prop_assert_eq!(Amount::parse(&amount.to_decimal(), Currency::Hkd), Ok(amount));
        }
    }
}
