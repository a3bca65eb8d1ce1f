//! Which currencies an account takes.

use std::fmt;

use crate::money::Currency;

/// A set of at least one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currencies(u8);

impl Currencies {
    /// All that the switch settles.
    pub const ALL: Self = Self(bit(Currency::Hkd) | bit(Currency::Cny));

    /// A set of these; nothing when there are none.
    pub fn of(currencies: impl IntoIterator<Item = Currency>) -> Option<Self> {
        let bits = currencies.into_iter().fold(0, |bits, currency| bits | bit(currency));
        (bits != 0).then_some(Self(bits))
    }

    /// Whether this currency is one of them.
    pub const fn contains(self, currency: Currency) -> bool {
        self.0 & bit(currency) != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Currency> {
        Currency::ALL.into_iter().filter(move |currency| self.contains(*currency))
    }

    /// One bit for each, as the database keeps it.
    pub(crate) fn bits(self) -> i16 {
        i16::from(self.0)
    }

    /// Reads [`Self::bits`] back.
    pub(crate) fn from_bits(bits: i16) -> Option<Self> {
        let bits = u8::try_from(bits).ok()?;
        (bits != 0 && bits & !Self::ALL.0 == 0).then_some(Self(bits))
    }
}

const fn bit(currency: Currency) -> u8 {
    match currency {
        Currency::Hkd => 1,
        Currency::Cny => 2,
    }
}

/// `HKD`, `HKD CNY`.
impl fmt::Display for Currencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.iter().map(Currency::code).collect();
        f.write_str(&codes.join(" "))
    }
}

impl fmt::Debug for Currencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_survives_its_bits_and_is_never_empty() {
        for set in [[Currency::Hkd].as_slice(), &[Currency::Cny], &[Currency::Cny, Currency::Hkd]] {
            let currencies = Currencies::of(set.iter().copied()).unwrap();
            assert_eq!(Currencies::from_bits(currencies.bits()), Some(currencies));
            assert!(set.iter().all(|currency| currencies.contains(*currency)));
        }
        assert_eq!(Currencies::of([]), None);
        assert_eq!([0, 4, -1, 256].map(Currencies::from_bits), [None; 4]);
        assert_eq!(Currencies::ALL.to_string(), "HKD CNY");
    }
}
