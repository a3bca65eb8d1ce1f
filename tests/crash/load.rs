//! Two banks that keep paying, answering and sending again while things break, and that remember every word they
//! were told. At the end everything they were told must still be true.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::random::{Random, mix};
use crate::support::Gateway;
use crate::support::bank::{Bank, Incoming, Payment, incoming, reports};

const FUNDS: &str = "100000000.00";
const FUNDS_IN_CENTS: i64 = 10_000_000_000;
/// Clients that pay at the same time, through each gateway.
const CLIENTS: u64 = 4;
const PAUSE: Duration = Duration::from_millis(20);

/// The two banks and what they know.
pub(super) struct Load {
    payer: Bank,
    payee: Bank,
    pub(super) random: Random,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    sent: Vec<Sent>,
    /// What the payee was told of the payments that it answered, by UETR.
    answered: HashMap<String, String>,
    /// How far the payee has answered its inbox.
    cursor: u64,
    /// How often a payment was refused with 503.
    refused: usize,
}

/// A payment that was sent, perhaps several times.
struct Sent {
    payment: Payment,
    cents: i64,
    /// Whether it was ever said to be under way: then it is in the payee's inbox.
    under_way: bool,
    /// How it ended, once somebody said so.
    ended: Option<String>,
}

impl Sent {
    fn hear(&mut self, status: &str) {
        if status == "ACSP" {
            self.under_way = true;
            return;
        }
        let ended = self.ended.get_or_insert_with(|| status.to_owned());
        assert_eq!(ended, status, "{} ended twice", self.payment.uetr);
    }
}

impl Load {
    /// Both banks join, one with money.
    pub(super) fn join(gateway: &Gateway) -> Self {
        let payer = Bank::join(gateway, "055", FUNDS);
        let payee = Bank::join(gateway, "056", "0");
        Self { payer, payee, random: Random::seeded(), memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// How many payments came to a known end.
    pub(super) fn acknowledged(&self) -> usize {
        self.memory().sent.iter().filter(|sent| sent.ended.is_some()).count()
    }

    /// How often a bank was told that nothing can be done now (503).
    pub(super) fn refused(&self) -> usize {
        self.memory().refused
    }

    /// Pays and answers through all these gateways for as long as `what_happens` takes.
    pub(super) async fn during<T>(&self, gateways: &[&Gateway], what_happens: impl Future<Output = T>) -> T {
        let over = AtomicBool::new(false);
        let clients = gateways.iter().flat_map(|gateway| (0..CLIENTS).map(|_| self.pay_until(gateway, &over)));
        let payees = gateways.iter().map(|gateway| self.answer_until(gateway, &over));
        let happens = async {
            let happened = what_happens.await;
            over.store(true, Ordering::Relaxed);
            happened
        };
        let (happened, _, cursors) = tokio::join!(happens, join_all(clients), join_all(payees));
        self.memory().cursor = cursors.into_iter().min().unwrap();
        happened
    }

    /// Pays, one payment after the other. What brings no answer is sent again, or given up.
    async fn pay_until(&self, gateway: &Gateway, over: &AtomicBool) {
        while !over.load(Ordering::Relaxed) {
            let (index, payment) = self.next_payment();
            let waits = self.random.below(4) > 0;
            loop {
                let answer = if waits {
                    self.payer.pay(gateway, &payment).await
                } else {
                    self.payer.submit(gateway, &payment).await
                };
                if matches!(&answer, Ok((StatusCode::SERVICE_UNAVAILABLE, _))) {
                    self.memory().refused += 1;
                }
                if let Some(said) = taken(answer) {
                    self.memory().sent[index].hear(&said);
                    break;
                }
                if over.load(Ordering::Relaxed) || self.random.below(4) == 0 {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn next_payment(&self) -> (usize, Payment) {
        let cents = 1 + i64::try_from(self.random.below(10_000)).unwrap();
        let mut memory = self.memory();
        let number = memory.sent.len();
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let payment = self.payer.payment(&format!("T{number}"), "056", "056-1", &amount);
        memory.sent.push(Sent { payment: payment.clone(), cents, under_way: false, ended: None });
        (number, payment)
    }

    /// Answers what arrives: accepts most, rejects some, and says nothing to a few. Returns how far it came.
    async fn answer_until(&self, gateway: &Gateway, over: &AtomicBool) -> u64 {
        let mut cursor = self.memory().cursor;
        while !over.load(Ordering::Relaxed) {
            match self.answer_page(gateway, cursor, 1).await {
                Some(next) => cursor = next,
                None => tokio::time::sleep(PAUSE).await,
            }
        }
        cursor
    }

    /// Answers a page of the inbox. The next cursor, unless there was no answer to one of the calls.
    async fn answer_page(&self, gateway: &Gateway, cursor: u64, wait: u8) -> Option<u64> {
        let (status, inbox, next) = self.payee.read_inbox(gateway, cursor, wait).await.ok()?;
        if !is_taken(status, &inbox) {
            return None;
        }
        let arrived = incoming(&inbox);
        let answers: Vec<_> = arrived.iter().filter_map(|payment| Some((payment, verdict(payment)?))).collect();
        if !answers.is_empty() {
            let (status, said) = self.payee.answer(gateway, &answers).await.ok()?;
            if !is_taken(status, &said) {
                return None;
            }
            let mut memory = self.memory();
            for report in reports(&said) {
                let before = memory.answered.entry(report.uetr).or_insert_with(|| report.status.clone());
                assert_eq!(*before, report.status, "an answer was answered in two ways");
            }
        }
        Some(next)
    }

    /// Everything that anybody was told is still true, in the log, in the inboxes and in the positions.
    pub(super) async fn check(&self, gateway: &Gateway) {
        let acknowledged = self.acknowledged();
        assert!(acknowledged > 20, "only {acknowledged} payments came to an end: too few to say anything");
        gateway.run(&["audit"]);
        let arrived: Vec<String> =
            whole_inbox(&self.payee, gateway).await.iter().flat_map(|page| incoming(page)).map(|p| p.uetr).collect();
        let once: HashSet<&String> = arrived.iter().collect();
        assert_eq!(once.len(), arrived.len(), "a payment arrived twice");
        for sent in &self.memory().sent {
            let must_be_there = sent.under_way || sent.ended.as_deref() == Some("ACSC");
            assert!(!must_be_there || once.contains(&sent.payment.uetr.to_string()), "{} is gone", sent.payment.uetr);
        }
        self.send_all_again(gateway).await;
        self.check_outcomes(gateway).await;
        gateway.run(&["audit"]);
    }

    /// Sent again, each payment says how it ended, which must be what was said before.
    async fn send_all_again(&self, gateway: &Gateway) {
        let everything: Vec<(usize, Payment)> =
            self.memory().sent.iter().map(|sent| sent.payment.clone()).enumerate().collect();
        let lanes = everything.chunks(everything.len().div_ceil(8)).map(|lane| async move {
            for (index, payment) in lane {
                let answer = self.payer.pay(gateway, payment).await;
                let said = taken(answer).expect("nothing is in the way any more");
                assert_ne!(said, "ACSP", "{} does not end", payment.uetr);
                self.memory().sent[*index].hear(&said);
            }
        });
        let over = AtomicBool::new(false);
        let sending = async {
            join_all(lanes).await;
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(sending, self.answer_until(gateway, &over));
    }

    /// The payer's inbox, what the payee was told, and both positions agree with how the payments ended.
    async fn check_outcomes(&self, gateway: &Gateway) {
        let mut outcomes = HashMap::new();
        for report in whole_inbox(&self.payer, gateway).await.iter().flat_map(|page| reports(page)) {
            let before = outcomes.insert(report.uetr.clone(), report.status);
            assert!(before.is_none(), "{} ended twice in the inbox", report.uetr);
        }
        let cents = {
            let memory = self.memory();
            let mut cents = 0;
            for sent in &memory.sent {
                let (uetr, ended) = (sent.payment.uetr.to_string(), sent.ended.as_ref().unwrap());
                assert!(outcomes.get(&uetr).is_none_or(|outcome| outcome == ended), "{uetr}: the inbox says otherwise");
                assert!(memory.answered.get(&uetr).is_none_or(|told| told == ended), "{uetr}: the payee was misled");
                if ended == "ACSC" {
                    assert!(outcomes.contains_key(&uetr), "{uetr} is settled and its payer's inbox does not say so");
                    cents += sent.cents;
                }
            }
            cents
        };
        assert_eq!(self.payee.balance(gateway).await, cents, "each settled payment arrived once");
        assert_eq!(self.payer.balance(gateway).await, FUNDS_IN_CENTS - cents, "each settled payment left once");
    }
}

/// Whether the payee accepts this payment; to one in sixteen it says nothing. The same each time it is asked.
fn verdict(payment: &Incoming) -> Option<bool> {
    let number: u64 = payment.transaction_id[1..].parse().unwrap();
    match mix(number) % 16 {
        0 => None,
        one => Some(one > 2),
    }
}

/// What was said of the one payment, when it was taken.
fn taken(answer: reqwest::Result<(StatusCode, String)>) -> Option<String> {
    let (status, report) = answer.ok()?;
    is_taken(status, &report).then(|| reports(&report).remove(0).status)
}

/// Whether a request was carried out. Only one thing may be in the way: that the switch cannot be reached now.
fn is_taken(status: StatusCode, said: &str) -> bool {
    assert!(status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE, "{status} {said}");
    status.is_success()
}

async fn whole_inbox(bank: &Bank, gateway: &Gateway) -> Vec<String> {
    let (mut pages, mut cursor) = (Vec::new(), 0);
    loop {
        let (status, page, next) = bank.read_inbox(gateway, cursor, 0).await.unwrap();
        if status == StatusCode::NO_CONTENT {
            return pages;
        }
        assert!(status.is_success(), "{status} {page}");
        pages.push(page);
        cursor = next;
    }
}
