//! A merchant's tills.

use std::fmt;
use std::str::FromStr;

/// What a till is called: it travels in QR codes as the terminal label (62-07), and comes back with the payment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TillLabel(String);

/// The text is not a till's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a till's label is 1 to 20 letters A to Z, digits and hyphens")]
pub struct NotATill;

impl TillLabel {
    /// The most tills of a merchant.
    pub const MOST: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TillLabel {
    type Err = NotATill;

    /// Small letters become capitals, so that two tills never differ by that alone.
    fn from_str(text: &str) -> Result<Self, NotATill> {
        let is_label = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_label { Ok(Self(text.to_ascii_uppercase())) } else { Err(NotATill) }
    }
}

impl fmt::Display for TillLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_fits_its_place_in_a_code() {
        assert_eq!("till-1".parse::<TillLabel>().unwrap().as_str(), "TILL-1");
        for wrong in ["", "a b", "櫃位一", "x/y", &"1".repeat(21)] {
            assert_eq!(wrong.parse::<TillLabel>(), Err(NotATill), "{wrong}");
        }
    }
}
