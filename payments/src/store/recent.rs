//! The end of the log in memory: what was recorded lately, made ready for those who read along. Inboxes are served
//! from here without asking the database, and the projector takes from here what it stores.
//!
//! It holds an unbroken stretch of rows up to the last one recorded; whoever wants older ones reads the log.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use super::inbox;
use crate::clearing::{BusinessDay, InboxItem, PaymentState, Row, SearchKey, State};
use crate::participant::ClearingCode;

/// So many bytes are kept, roughly: some seconds at full load.
const ROOM: usize = 64 * 1024 * 1024;
/// What a row takes beside its message.
const WEIGHT: usize = 512;

/// The number of a payment and what it is found by.
pub(super) type Keyed = (i64, [SearchKey; 3]);

/// What a row means to those who read along.
#[derive(Clone)]
pub(super) struct Entry {
    sequence: i64,
    business_day: Option<BusinessDay>,
    weight: usize,
    /// Who is told.
    readers: [Option<ClearingCode>; 2],
    item: Option<Arc<InboxItem>>,
    /// By what it is found, if it is a payment.
    keys: Option<[SearchKey; 3]>,
    is_event: bool,
}

impl Entry {
    /// Of a row that has just been folded into `state`.
    pub(super) fn of(row: &Row, state: &State) -> Self {
        let plain = Self {
            sequence: row.sequence(),
            business_day: row.business_day(),
            weight: WEIGHT,
            readers: [None; 2],
            item: None,
            keys: None,
            is_event: false,
        };
        match row {
            Row::Payment(row) => {
                let payment = &row.payment;
                let (reader, item) = if payment.state == PaymentState::Reserved {
                    (payment.creditor_agent, inbox::forward(payment, Arc::clone(&row.body)))
                } else {
                    (payment.debtor_agent, inbox::report(payment))
                };
                let keys = [
                    SearchKey::uetr(&payment.uetr),
                    SearchKey::transaction_id(payment.debtor_agent, &payment.transaction_id),
                    SearchKey::end_to_end_id(&payment.end_to_end_id),
                ];
                Self {
                    weight: WEIGHT + row.body.len(),
                    readers: [Some(reader), None],
                    item: Some(Arc::new(item)),
                    keys: Some(keys),
                    ..plain
                }
            }
            Row::Outcome(row) => match state.payment(row.payment) {
                Some(payment) => Self {
                    readers: [
                        Some(payment.debtor_agent),
                        Some(payment.creditor_agent).filter(|agent| *agent != payment.debtor_agent),
                    ],
                    item: Some(Arc::new(inbox::report(payment))),
                    ..plain
                },
                None => plain,
            },
            // What an event tells whom, the log is asked: there are few.
            Row::Event(_) => Self { is_event: true, ..plain },
        }
    }

    pub(super) const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// The day to which it belongs, or which it begins.
    pub(super) const fn business_day(&self) -> Option<BusinessDay> {
        self.business_day
    }

    /// Its payment's keys.
    pub(super) const fn keys(&self) -> Option<&[SearchKey; 3]> {
        self.keys.as_ref()
    }
}

/// Shared by the sequencer, which adds, and everybody who reads along.
pub(super) struct Recent(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    /// The stretch that is held: rows after `before`, up to `last`.
    before: i64,
    last: i64,
    weight: usize,
    /// Where batches end and what they weigh, oldest first.
    batches: VecDeque<(i64, usize)>,
    inboxes: HashMap<ClearingCode, VecDeque<Arc<InboxItem>>>,
    keys: VecDeque<Keyed>,
    events: VecDeque<i64>,
}

/// Messages from memory.
pub(super) struct Page {
    pub(super) messages: Vec<InboxItem>,
    /// Up to which row they were looked for.
    pub(super) last: i64,
    /// Whether there are events among these rows, which may tell the reader something too.
    pub(super) has_events: bool,
}

impl Recent {
    /// Holds nothing; the log ends with row `last`.
    pub(super) fn after(last: i64) -> Self {
        Self(RwLock::new(Inner { before: last, last, ..Inner::default() }))
    }

    /// Forgets everything; the log ends with row `last`.
    pub(super) fn restart(&self, last: i64) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *inner = Inner { before: last, last, ..Inner::default() };
    }

    /// Adds the rows of a batch that is recorded.
    pub(super) fn push(&self, entries: Vec<Entry>) {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
        let (first, last) = (first.sequence, last.sequence);
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if first != inner.last + 1 {
            *inner = Inner { before: first - 1, ..Inner::default() };
        }
        let mut weight = 0;
        for entry in entries {
            weight += entry.weight;
            inner.add(entry);
        }
        inner.last = last;
        inner.weight += weight;
        inner.batches.push_back((last, weight));
        inner.make_room();
    }

    /// The first messages, at most `max`, to `reader` after row `after`; `None` when they are not all here.
    pub(super) fn page(&self, reader: ClearingCode, after: i64, max: usize) -> Option<Page> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if after < inner.before || after > inner.last || max == 0 {
            return None;
        }
        let mut messages = Vec::new();
        let mut last = inner.last;
        if let Some(inbox) = inner.inboxes.get(&reader) {
            let from = inbox.partition_point(|item| item.sequence <= after);
            messages.extend(inbox.range(from..).take(max).map(|item| InboxItem::clone(item)));
            if messages.len() == max {
                last = messages.last().map_or(last, |item| item.sequence);
            }
        }
        let next_event = inner.events.partition_point(|event| *event <= after);
        let has_events = inner.events.get(next_event).is_some_and(|event| *event <= last);
        Some(Page { messages, last, has_events })
    }

    /// The payments after row `after` that have one of these keys; `None` when that is too long ago.
    pub(super) fn find(&self, after: i64, wanted: &BTreeSet<SearchKey>) -> Option<Vec<i64>> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if after < inner.before {
            return None;
        }
        let from = inner.keys.partition_point(|(sequence, _)| *sequence <= after);
        let has = |keys: &[SearchKey; 3]| keys.iter().any(|key| wanted.contains(key));
        let found = inner.keys.range(from..).filter(|(_, keys)| has(keys)).map(|(sequence, _)| *sequence);
        Some(found.collect())
    }

    /// The keys of payments in rows `after..`, of at most `rows` rows, with the last row looked at; `None` when that
    /// is too long ago.
    pub(super) fn keys(&self, after: i64, rows: i64) -> Option<(i64, Vec<Keyed>)> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if after < inner.before {
            return None;
        }
        let last = inner.last.min(after.saturating_add(rows));
        let from = inner.keys.partition_point(|(sequence, _)| *sequence <= after);
        let until = inner.keys.partition_point(|(sequence, _)| *sequence <= last);
        Some((last, inner.keys.range(from.min(until)..until).copied().collect()))
    }
}

impl Inner {
    fn add(&mut self, entry: Entry) {
        if let Some(item) = entry.item {
            for reader in entry.readers.into_iter().flatten() {
                self.inboxes.entry(reader).or_default().push_back(Arc::clone(&item));
            }
        }
        if let Some(keys) = entry.keys {
            self.keys.push_back((entry.sequence, keys));
        }
        if entry.is_event {
            self.events.push_back(entry.sequence);
        }
    }

    /// Lets go of the oldest batches when there are too many.
    fn make_room(&mut self) {
        while self.weight > ROOM {
            let Some((last, weight)) = self.batches.pop_front() else { break };
            self.weight -= weight;
            self.before = last;
        }
        let before = self.before;
        let is_gone = |sequence: i64| sequence <= before;
        for inbox in self.inboxes.values_mut() {
            while inbox.front().is_some_and(|item| is_gone(item.sequence)) {
                inbox.pop_front();
            }
        }
        while self.keys.front().is_some_and(|(sequence, _)| is_gone(*sequence)) {
            self.keys.pop_front();
        }
        while self.events.front().is_some_and(|sequence| is_gone(*sequence)) {
            self.events.pop_front();
        }
    }
}
