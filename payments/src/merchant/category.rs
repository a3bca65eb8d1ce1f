//! What a merchant sells: the merchant category code of ISO 18245.

use std::fmt;
use std::str::FromStr;

/// Four digits, such as `5943` for stationery. QR codes carry it in object 52.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Category(u16);

/// The text is not four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a merchant category code is four digits (ISO 18245), such as 5943")]
pub struct NotACategory;

impl Category {
    /// The number that the digits write.
    pub const fn number(self) -> u16 {
        self.0
    }

    pub(crate) fn from_column(column: i16) -> Self {
        Self(u16::try_from(column).unwrap_or(0))
    }

    pub(crate) fn column(self) -> i16 {
        i16::try_from(self.0).unwrap_or(0)
    }
}

impl FromStr for Category {
    type Err = NotACategory;
    fn from_str(text: &str) -> Result<Self, NotACategory> {
        let is_code = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        if is_code { text.parse().map(Self).map_err(|_| NotACategory) } else { Err(NotACategory) }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_four_digits_and_keeps_its_zeroes() {
        assert_eq!("0742".parse::<Category>().unwrap().to_string(), "0742");
        for wrong in ["", "594", "59433", "59a3", "+943", "５９４３"] {
            assert_eq!(wrong.parse::<Category>(), Err(NotACategory), "{wrong}");
        }
    }
}
