//! The till: bills that were opened, and what the bank says was paid. Rules only, no clock and no network.

use std::collections::{BTreeMap, VecDeque};

use payments::money::{Amount, Currency};
use store::Timestamp;

/// Payments that the page lists.
const LISTED: usize = 50;
/// Bills that are remembered; the oldest is forgotten.
const BILLS: usize = 500;

/// A bill's number, at most 25 characters: it travels in the QR code and comes back with the payment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BillNumber(String);

impl BillNumber {
    /// Of the moment a bill is opened: no two bills share one, not even across restarts.
    fn of(now: Timestamp) -> Self {
        Self(format!("ML{}", now.micros() / 1_000))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A bill: a QR code with an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bill {
    pub(super) number: BillNumber,
    pub(super) amount: Amount,
    pub(super) paid: Option<Timestamp>,
}

/// Money that reached the shop's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    /// The bank's number for it: rises, never twice.
    pub(super) id: i64,
    pub(super) amount: Amount,
    pub(super) payer: String,
    /// What the payer's bank passed on: the bill's number.
    pub(super) remittance_information: Option<String>,
    pub(super) credited: Timestamp,
}

/// The shop's till.
#[derive(Debug, Default)]
pub(super) struct Till {
    bills: BTreeMap<BillNumber, Bill>,
    received: VecDeque<Received>,
    cursor: i64,
}

impl Till {
    /// Opens a bill.
    pub(super) fn open_bill(&mut self, amount: Amount, now: Timestamp) -> Bill {
        let mut number = BillNumber::of(now);
        let mut moment = now;
        while self.bills.contains_key(&number) {
            moment = moment + std::time::Duration::from_millis(1);
            number = BillNumber::of(moment);
        }
        if self.bills.len() >= BILLS {
            self.bills.pop_first();
        }
        let bill = Bill { number: number.clone(), amount, paid: None };
        self.bills.insert(number, bill.clone());
        bill
    }

    /// The bill with this number.
    pub(super) fn bill(&self, number: &str) -> Option<&Bill> {
        self.bills.get(&BillNumber(number.to_owned()))
    }

    /// Takes what the bank credited. What was taken before changes nothing. A bill is paid by its whole amount
    /// under its number.
    pub(super) fn receive(&mut self, credit: Received) {
        if credit.id <= self.cursor {
            return;
        }
        self.cursor = credit.id;
        let number = credit.remittance_information.clone().map(BillNumber);
        if let Some(bill) = number.and_then(|number| self.bills.get_mut(&number))
            && bill.amount == credit.amount
            && bill.paid.is_none()
        {
            bill.paid = Some(credit.credited);
        }
        self.received.push_front(credit);
        self.received.truncate(LISTED);
    }

    /// How far the bank's list has been read.
    pub(super) fn cursor(&self) -> i64 {
        self.cursor
    }

    /// The newest payments, newest first.
    pub(super) fn received(&self) -> impl Iterator<Item = &Received> {
        self.received.iter()
    }
}

/// Reads an amount that somebody typed at the till.
pub(super) fn amount(text: &str) -> Option<Amount> {
    Amount::parse(text.trim(), Currency::Hkd).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn credit(id: i64, minor: i64, bill: Option<&Bill>) -> Received {
        Received {
            id,
            amount: Amount::new(minor, Currency::Hkd).unwrap(),
            payer: "CHAN Tai Man".to_owned(),
            remittance_information: bill.map(|bill| bill.number.as_str().to_owned()),
            credited: NOW,
        }
    }

    fn paid(till: &Till, bill: &Bill) -> bool {
        till.bill(bill.number.as_str()).unwrap().paid.is_some()
    }

    #[test]
    fn a_bill_is_paid_by_its_whole_amount_under_its_number() {
        let mut till = Till::default();
        let bill = till.open_bill(amount("48.00").unwrap(), NOW);
        let other = till.open_bill(amount("48.00").unwrap(), NOW);
        assert_ne!(bill.number, other.number, "two bills of one moment");
        till.receive(credit(1, 4_799, Some(&bill)));
        till.receive(credit(2, 4_800, None));
        assert!(!paid(&till, &bill));
        till.receive(credit(3, 4_800, Some(&bill)));
        assert!(paid(&till, &bill) && !paid(&till, &other));
        assert_eq!(till.received().count(), 3);
    }

    #[test]
    fn a_credit_that_comes_again_is_listed_once() {
        let mut till = Till::default();
        for id in [1, 2, 1, 2] {
            till.receive(credit(id, 100, None));
        }
        assert_eq!(till.received().count(), 2);
        assert_eq!(till.cursor(), 2);
    }

    #[test]
    fn a_bill_number_fits_its_data_object() {
        let number = BillNumber::of(Timestamp::from_micros(i64::MAX));
        assert!(number.as_str().len() <= 25);
    }
}
