//! Money as people read it, on every page the same: `HK$ 1,234.50`.

use payments::money::{Amount, Currency, format_minor};

use super::grouped::grouped;

/// How a currency is written before an amount.
pub const fn sign(currency: Currency) -> &'static str {
    match currency {
        Currency::Hkd => "HK$",
        Currency::Cny => "CN¥",
    }
}

/// An amount with its currency.
pub fn money(amount: Amount) -> String {
    money_of(amount.minor(), amount.currency())
}

/// The same of minor units, which may be none or owed: `-HK$ 1,234.50`.
pub fn money_of(minor: i64, currency: Currency) -> String {
    let minus = if minor < 0 { "-" } else { "" };
    format!("{minus}{} {}", sign(currency), decimal(minor.saturating_abs(), currency))
}

/// Without its currency, where a column or a heading says which: `-1,234.50`.
pub fn decimal(minor: i64, currency: Currency) -> String {
    let plain = format_minor(minor, currency);
    let (minus, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    format!("{minus}{}.{cents}", whole.parse().map_or_else(|_| whole.to_owned(), grouped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_the_sign_comes_first() {
        for (minor, text) in [
            (0, "HK$ 0.00"),
            (5, "HK$ 0.05"),
            (99_999, "HK$ 999.99"),
            (100_000, "HK$ 1,000.00"),
            (123_456_789_012, "HK$ 1,234,567,890.12"),
            (-100_000, "-HK$ 1,000.00"),
        ] {
            assert_eq!(money_of(minor, Currency::Hkd), text);
        }
        assert_eq!(money_of(100_000, Currency::Cny), "CN¥ 1,000.00");
        assert_eq!(
            (decimal(-10_000, Currency::Hkd), decimal(-123_456_700, Currency::Hkd)),
            ("-100.00".into(), "-1,234,567.00".into())
        );
    }
}
