//! Money is never made or lost, whatever comes, in whatever order, how often ever.

use std::collections::BTreeMap;

use payments::money::Currency;
use proptest::prelude::*;

use super::*;

const REASON: ReasonCode = ReasonCode::literal("AC04");

fn account(n: u8) -> AccountNumber {
    format!("012-10000{n}-001").parse().unwrap()
}

fn hkd(minor: i64) -> Amount {
    Amount::new(minor, Currency::Hkd).unwrap()
}

/// What may happen to a bank in any order.
#[derive(Debug, Clone)]
enum Event {
    Draft { debtor: u8, amount: i64 },
    Confirm { payment: usize },
    ConfirmWithin { payment: usize, creditor: u8 },
    Outcome { payment: usize, settled: bool },
    Receive { creditor: Option<u8>, amount: i64 },
    IncomingOutcome { payment: usize, settled: bool },
}

fn event() -> impl Strategy<Value = Event> {
    let payment = 0..6_usize;
    prop_oneof![
        (0..3_u8, 1..9_000_i64).prop_map(|(debtor, amount)| Event::Draft { debtor, amount }),
        payment.clone().prop_map(|payment| Event::Confirm { payment }),
        (payment.clone(), 0..3_u8).prop_map(|(payment, creditor)| Event::ConfirmWithin { payment, creditor }),
        (payment.clone(), any::<bool>()).prop_map(|(payment, settled)| Event::Outcome { payment, settled }),
        (prop::option::of(0..3_u8), 1..9_000_i64).prop_map(|(creditor, amount)| Event::Receive { creditor, amount }),
        (payment, any::<bool>()).prop_map(|(payment, settled)| Event::IncomingOutcome { payment, settled }),
    ]
}

/// A bank's books in memory, moved only by the rules.
struct Books {
    balances: BTreeMap<Account, i64>,
    outgoing: Vec<Outgoing>,
    incoming: Vec<Incoming>,
}

impl Books {
    fn new() -> Self {
        let mut books = Self { balances: BTreeMap::new(), outgoing: Vec::new(), incoming: Vec::new() };
        for n in 0..3 {
            books.post(&open(&account(n), hkd(10_000)));
        }
        books
    }

    fn balance(&self, account: &Account) -> i64 {
        self.balances.get(account).copied().unwrap_or(0)
    }

    fn post(&mut self, posting: &Posting) {
        *self.balances.entry(posting.debit.clone()).or_default() -= posting.amount.minor();
        *self.balances.entry(posting.credit.clone()).or_default() += posting.amount.minor();
    }

    fn apply(&mut self, event: &Event) {
        let outcome = |settled| if settled { Outcome::Settled } else { Outcome::Rejected(REASON) };
        let step = match *event {
            Event::Draft { debtor, amount } => {
                let draft = Outgoing { debtor: account(debtor), amount: hkd(amount), state: OutgoingState::Draft };
                return self.outgoing.push(draft);
            }
            Event::Receive { creditor, amount } => {
                let state = if creditor.is_some() { IncomingState::Accepted } else { IncomingState::Refused(REASON) };
                return self.incoming.push(Incoming { creditor: creditor.map(account), amount: hkd(amount), state });
            }
            Event::IncomingOutcome { payment, settled } => {
                let Some(incoming) = self.incoming.get_mut(payment) else { return };
                let Some(step) = incoming.finish(outcome(settled)) else { return };
                incoming.state = step.state;
                return step.posting.iter().for_each(|posting| self.post(posting));
            }
            Event::Confirm { payment } => self.outgoing.get(payment).and_then(|o| {
                let balance = self.balance(&Account::Customer(o.debtor.clone()));
                Some((payment, o.hold(balance).ok()?))
            }),
            Event::ConfirmWithin { payment, creditor } => self.outgoing.get(payment).and_then(|o| {
                let balance = self.balance(&Account::Customer(o.debtor.clone()));
                Some((payment, o.transfer_within(balance, &account(creditor)).ok()?))
            }),
            Event::Outcome { payment, settled } => {
                self.outgoing.get(payment).and_then(|o| Some((payment, o.finish(outcome(settled))?)))
            }
        };
        if let Some((payment, step)) = step {
            self.outgoing[payment].state = step.state;
            step.posting.iter().for_each(|posting| self.post(posting));
        }
    }

    /// What the settlement and suspense accounts must hold, worked out from the payments alone.
    fn expected(&self, account: &Account) -> i64 {
        let outgoing = |state: fn(&OutgoingState) -> bool| -> i64 {
            self.outgoing.iter().filter(|o| state(&o.state)).map(|o| o.amount.minor()).sum()
        };
        let credited = |ours: bool| -> i64 {
            let credited = self.incoming.iter().filter(|i| i.state == IncomingState::Credited);
            credited.filter(|i| i.creditor.is_some() == ours).map(|i| i.amount.minor()).sum()
        };
        match account {
            Account::Suspense => outgoing(|s| *s == OutgoingState::Held) + credited(false),
            Account::Cash => -30_000,
            Account::Settlement | Account::Customer(_) => self.balance(account),
        }
    }
}

proptest! {
    #[test]
    fn money_is_neither_made_nor_lost(events in prop::collection::vec(event(), 0..80)) {
        let mut books = Books::new();
        for event in &events {
            books.apply(event);
            prop_assert_eq!(books.balances.values().sum::<i64>(), 0);
            for n in 0..3 {
                prop_assert!(books.balance(&Account::Customer(account(n))) >= 0, "no customer is overdrawn");
            }
            for own in [Account::Suspense, Account::Cash] {
                prop_assert_eq!(books.balance(&own), books.expected(&own), "{}", own);
            }
        }
    }

    #[test]
    fn what_was_said_before_moves_nothing(events in prop::collection::vec(event(), 0..80)) {
        let mut books = Books::new();
        for event in &events {
            books.apply(event);
        }
        let before = books.balances.clone();
        let said_before = |event: &&Event| match **event {
            Event::Draft { .. } | Event::Receive { .. } => false,
            Event::Confirm { payment } | Event::ConfirmWithin { payment, .. } => {
                books.outgoing.get(payment).is_some_and(|o| o.state != OutgoingState::Draft)
            }
            Event::Outcome { payment, .. } => {
                books.outgoing.get(payment).is_some_and(|o| o.state != OutgoingState::Held)
            }
            Event::IncomingOutcome { payment, .. } => {
                let last = |i: &Incoming| matches!(i.state, IncomingState::Credited | IncomingState::Rejected(_));
                books.incoming.get(payment).is_some_and(last)
            }
        };
        let again: Vec<Event> = events.iter().filter(said_before).cloned().collect();
        for event in &again {
            books.apply(event);
        }
        prop_assert_eq!(books.balances, before);
    }
}

#[test]
fn a_payment_is_confirmed_once_and_never_beyond_the_balance() {
    let mut payment = Outgoing { debtor: account(1), amount: hkd(500), state: OutgoingState::Draft };
    assert_eq!(payment.hold(499), Err(Refusal::InsufficientFunds));
    payment.state = payment.hold(500).unwrap().state;
    assert_eq!(payment.hold(500), Err(Refusal::ConfirmedBefore));
}

#[test]
fn nobody_pays_their_own_account() {
    let payment = Outgoing { debtor: account(1), amount: hkd(500), state: OutgoingState::Draft };
    assert_eq!(payment.transfer_within(500, &account(1)), Err(Refusal::SameAccount));
}

#[test]
fn a_payment_that_was_never_sent_has_no_outcome() {
    let payment = Outgoing { debtor: account(1), amount: hkd(500), state: OutgoingState::Draft };
    assert_eq!(payment.finish(Outcome::Settled), None);
}

#[test]
fn a_recalled_mistake_goes_back_when_the_money_is_there() {
    let why = ReasonCode::literal;
    let (twice, fraud) = (why("DUPL"), why("FRAD"));
    assert_eq!(recall(twice, true, 4_800, 4_800), Ok(4_800));
    assert_eq!(recall(why("TECH"), true, 800, 4_800), Ok(800), "what went back before stays gone");
    assert_eq!(recall(twice, true, 4_800, 4_799), Err(why("AM04")));
    assert_eq!(recall(fraud, true, 4_800, 4_800), Err(why("NOAS")), "the customer would have to agree");
    assert_eq!(recall(fraud, true, 0, 4_800), Err(why("ARDT")));
    assert_eq!(recall(twice, false, 0, 0), Err(why("NOOR")));
}
