//! The accounts of a bank's books: those of its customers, and its own.

use std::fmt;
use std::str::FromStr;

/// A customer's account number: clearing code, account and suffix, as `012-100001-001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(String);

/// The text is not an account number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account number is written 012-100001-001")]
pub struct NotAnAccountNumber;

impl AccountNumber {
    /// The digits and hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountNumber {
    type Err = NotAnAccountNumber;
    fn from_str(text: &str) -> Result<Self, NotAnAccountNumber> {
        let mut groups = text.split('-');
        let digits = [3, 6, 3].into_iter().all(|length| {
            groups.next().is_some_and(|group| group.len() == length && group.bytes().all(|b| b.is_ascii_digit()))
        });
        if digits && groups.next().is_none() { Ok(Self(text.to_owned())) } else { Err(NotAnAccountNumber) }
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account of the books.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What the bank owes a customer.
    Customer(AccountNumber),
    /// Money of payments under way: out of the customer's hands, not yet the payee's.
    Suspense,
    /// The bank's position at the switch, as its own books see it.
    Settlement,
    /// Where opening balances come from.
    Cash,
}

impl Account {
    /// The bank's own accounts.
    pub const OWN: [Self; 3] = [Self::Suspense, Self::Settlement, Self::Cash];
}

/// The name under which the books keep it.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(number) => number.fmt(f),
            Self::Suspense => f.write_str("suspense"),
            Self::Settlement => f.write_str("settlement"),
            Self::Cash => f.write_str("cash"),
        }
    }
}

impl FromStr for Account {
    type Err = NotAnAccountNumber;
    fn from_str(text: &str) -> Result<Self, NotAnAccountNumber> {
        let own = Self::OWN.into_iter().find(|account| account.to_string() == text);
        own.map_or_else(|| text.parse().map(Self::Customer), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_has_three_groups_of_digits() {
        assert!("012-100001-001".parse::<AccountNumber>().is_ok());
        for wrong in ["", "012", "012-100001", "012-100001-0011", "012-10000a-001", "012-100001-001-1", "suspense"] {
            assert!(wrong.parse::<AccountNumber>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_account_survives_its_text() {
        for account in Account::OWN.into_iter().chain([Account::Customer("012-100001-001".parse().unwrap())]) {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
    }
}
