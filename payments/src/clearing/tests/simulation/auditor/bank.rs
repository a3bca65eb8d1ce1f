//! What the auditor notes of a bank, and what officers do to it.

use std::collections::BTreeMap;

use super::Auditor;
use crate::clearing::Operation;
use crate::money::Currency;
use crate::participant::ClearingCode;

#[derive(Default)]
pub(super) struct Bank {
    pub(super) suspended: bool,
    pub(super) blocked: bool,
    pub(super) offline: bool,
    pub(super) funding: Vec<(Currency, i64)>,
    purses: BTreeMap<Currency, Purse>,
}

/// What is allowed in one currency.
#[derive(Clone, Copy, Default)]
pub(super) struct Purse {
    pub(super) cap: i64,
    pub(super) payment_maximum: Option<i64>,
    pub(super) daily_maximum: Option<i64>,
    low_liquidity: Option<i64>,
    /// Whether the bank was told that it has little.
    pub(super) warned: bool,
}

impl Bank {
    pub(super) fn may_pay(&self) -> bool {
        !self.suspended && !self.blocked
    }

    pub(super) fn purse(&self, currency: Currency) -> Purse {
        self.purses.get(&currency).copied().unwrap_or_default()
    }
}

impl Auditor {
    /// Whether a bank has been told that it has little.
    pub(in super::super) fn is_warned(&self, code: ClearingCode, currency: Currency) -> bool {
        self.banks.get(&code).is_some_and(|bank| bank.purse(currency).warned)
    }

    pub(super) fn watch(&mut self, code: ClearingCode, currency: Currency) {
        let has = self.spendable(code, currency);
        if let Some(bank) = self.banks.get_mut(&code) {
            let purse = bank.purses.entry(currency).or_default();
            purse.warned = purse.low_liquidity.is_some_and(|least| has < least);
        }
    }

    pub(super) fn operate(&mut self, code: ClearingCode, operation: &Operation) -> bool {
        if let Operation::Add(_) = operation {
            self.banks.entry(code).or_default();
            return true;
        }
        if !self.banks.contains_key(&code) {
            return false;
        }
        let free = |currency| {
            let (settled, under_way) = self.holds(code, currency);
            settled - under_way
        };
        let too_low = matches!(operation, Operation::SetNetDebitCap(currency, cap) if free(*currency) + cap < 0);
        let bank = self.banks.entry(code).or_default();
        match operation {
            Operation::SetNetDebitCap(..) if too_low => return false,
            Operation::SetNetDebitCap(currency, cap) => bank.purses.entry(*currency).or_default().cap = *cap,
            Operation::SetLimits(currency, limits) => {
                let purse = bank.purses.entry(*currency).or_default();
                purse.payment_maximum = limits.payment_maximum;
                purse.daily_maximum = limits.daily_maximum;
                purse.low_liquidity = limits.low_liquidity;
            }
            Operation::Suspend => (bank.suspended, bank.blocked) = (true, false),
            Operation::Block => (bank.suspended, bank.blocked) = (false, true),
            Operation::Resume => (bank.suspended, bank.blocked) = (false, false),
            Operation::GoOffline => bank.offline = true,
            Operation::ComeOnline => bank.offline = false,
            other => panic!("the simulation does not do {other:?}"),
        }
        true
    }
}
