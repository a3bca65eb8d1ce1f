//! Merchants' receipts and refunds against the log: each is what one payment that settled, or one return, says. So are
//! the totals of a day and a till, which are added up here from those that agree.
//!
//! Receipts are compared as far as the log was followed for merchants, in stretches: as soon as no payment before some row
//! is under way any more, so that no more than a stretch is in memory.

use std::collections::{BTreeMap, BTreeSet};

use store::{Conn, Timestamp};

use super::super::merchant::kept::{self, KeptMerchant};
use super::super::request_to_pay;
use super::report::Difference;
use crate::clearing::{BusinessDay, Ending, Event, EventRow, OutcomeRow, PaymentRow, PaymentState, Row};
use crate::error::Error;
use crate::iso20022::remitted;
use crate::merchant::{DayKey, DayTotal, MerchantId, Receipt};
use crate::money::format_minor;
use crate::participant::ClearingCode;
use crate::request_to_pay::{RequestId, RequestToPay};

/// Receipts that are read at once.
const PAGE: i64 = 2_000;

/// What the log says that merchants received and sent back.
#[derive(Default)]
pub(super) struct Receipts {
    merchants: Vec<KeptMerchant>,
    banks: BTreeSet<ClearingCode>,
    /// Up to this row it was written down.
    followed: i64,
    under_way: BTreeMap<i64, PaymentRow>,
    settled: BTreeMap<i64, (PaymentRow, OutcomeRow)>,
    /// Amount and moment of what went back, by payment.
    returned: BTreeMap<i64, Vec<(i64, Option<Timestamp>)>>,
    /// What went back by payment and business day: how often, and how much.
    back: BTreeMap<(i64, BusinessDay), (i64, i64)>,
    /// The business day of the row that was looked at last.
    today: BusinessDay,
    totals: BTreeMap<(MerchantId, DayKey), DayTotal>,
    /// Payments up to this one have been compared.
    compared: i64,
    differing: BTreeSet<i64>,
}

impl Receipts {
    /// Begins, with the merchants as they are.
    pub(super) fn open(conn: &mut Conn<'_>) -> Result<Self, Error> {
        let merchants = kept::merchants(conn)?;
        let banks = merchants.iter().map(|merchant| merchant.participant).collect();
        Ok(Self { merchants, banks, followed: kept::followed(conn)?, compared: i64::MIN, ..Self::default() })
    }

    /// Looks at one row.
    pub(super) fn take(&mut self, row: &Row) {
        let is_first = self.today == BusinessDay::default();
        let day = row.business_day().or_else(|| is_first.then(|| BusinessDay::of(row.recorded())));
        self.today = self.today.max(day.unwrap_or_default());
        match row {
            Row::Payment(row) => {
                let payment = &row.payment;
                if payment.state == PaymentState::Reserved && self.banks.contains(&payment.creditor_agent) {
                    self.under_way.insert(payment.sequence, row.clone());
                }
            }
            Row::Outcome(row) => {
                let Some(payment) = self.under_way.remove(&row.payment) else { return };
                let settled = matches!(row.ending, Ending::Settled | Ending::SettledWithoutPosting);
                if settled && row.sequence <= self.followed {
                    self.settled.insert(row.payment, (payment, row.clone()));
                }
            }
            Row::Event(row) => self.went_back(row),
        }
    }

    fn went_back(&mut self, row: &EventRow) {
        let Event::Returned(record) = &row.event else { return };
        let by_a_bank = self.banks.contains(&row.participant) && record.detail.refusal.is_none();
        if let Some(payment) = record.payment.filter(|_| by_a_bank && row.sequence <= self.followed) {
            self.returned.entry(payment).or_default().push((record.amount.minor(), Some(row.recorded)));
            let (count, sum) = self.back.entry((payment, self.today)).or_default();
            (*count, *sum) = (*count + 1, sum.saturating_add(record.amount.minor()));
        }
    }

    /// Compares what nothing can change any more; `last` is the row that was looked at last.
    pub(super) fn compare(&mut self, conn: &mut Conn<'_>, last: i64) -> Result<(), Error> {
        let last = self.under_way.keys().next().map_or(last, |open| open - 1);
        if self.merchants.is_empty() || last <= self.compared {
            return Ok(());
        }
        let later = self.settled.split_off(&last.saturating_add(1));
        let mut settled = std::mem::replace(&mut self.settled, later);
        let carried: Vec<RequestId> = settled.values().filter_map(|(row, _)| row.payment.consumes).collect();
        let requests = request_to_pay::these(conn, &carried)?;
        while self.compared < last {
            let page = kept::receipts(conn, self.compared, last, PAGE)?;
            let to = if i64::try_from(page.len()) == Ok(PAGE) { page.last().map(|(_, one)| one.payment) } else { None };
            for (merchant, receipt) in page {
                let by_the_log = settled.remove(&receipt.payment);
                if by_the_log.is_some_and(|(row, outcome)| self.agree(merchant, &receipt, &row, &outcome, &requests)) {
                    let (count, received) = (1, receipt.amount.minor());
                    let more = DayTotal { count, received, ..DayTotal::default() };
                    self.add(merchant, receipt.business_day, &receipt, more);
                } else {
                    self.differing.insert(receipt.payment);
                }
            }
            self.compared = to.unwrap_or(last);
        }
        let missing = settled.into_values().filter(|(row, outcome)| self.must_be_kept(row, outcome));
        let missing: Vec<i64> = missing.map(|(row, _)| row.payment.sequence).collect();
        self.differing.extend(missing);
        Ok(())
    }

    fn add(&mut self, merchant: MerchantId, day: BusinessDay, receipt: &Receipt, more: DayTotal) {
        let key = DayKey { day, currency: receipt.amount.currency(), till: receipt.till.clone() };
        let total = self.totals.entry((merchant, key)).or_default();
        *total = total.plus(more);
    }

    /// Totals that are not what the log adds up to, by merchant, day, currency and till.
    fn differing_totals(&mut self, conn: &mut Conn<'_>) -> Result<Vec<Difference>, Error> {
        let back = std::mem::take(&mut self.back);
        let payments: Vec<i64> = back.keys().map(|(payment, _)| *payment).collect();
        let receipts = kept::receipts_of(conn, &payments)?;
        for ((payment, day), (refund_count, refunded)) in back {
            if let Some((merchant, receipt)) = receipts.get(&payment) {
                let more = DayTotal { refund_count, refunded, ..DayTotal::default() };
                self.add(*merchant, day, receipt, more);
            }
        }
        let mut kept = kept::totals(conn)?;
        let mut wrong = Vec::new();
        for (of, computed) in std::mem::take(&mut self.totals) {
            let stored = kept.remove(&of).unwrap_or_default();
            if stored != computed {
                wrong.push(difference(of, stored, computed));
            }
        }
        wrong.extend(kept.into_iter().map(|(of, stored)| difference(of, stored, DayTotal::default())));
        Ok(wrong)
    }

    fn agree(
        &self,
        merchant: MerchantId,
        kept: &Receipt,
        row: &PaymentRow,
        outcome: &OutcomeRow,
        requests: &[RequestToPay],
    ) -> bool {
        let Some(remitted) = remitted::read(&row.body) else { return false };
        let own = self.merchants.iter().find(|known| known.id == merchant);
        let request = row.payment.consumes.and_then(|id| requests.iter().find(|request| request.id == id));
        let said = Receipt::of(&row.payment, outcome, remitted, request.map(|request| &request.asked));
        // What went back is compared by itself.
        let said = Receipt { refunded: kept.refunded, refunding: kept.refunding, ..said };
        own.is_some_and(|own| own.participant == row.payment.creditor_agent) && said == *kept
    }

    /// Whether a payment went to somebody who was a merchant already. One that came while a merchant was being taken on,
    /// or got another FPS ID, may or may not be kept.
    fn must_be_kept(&self, row: &PaymentRow, outcome: &OutcomeRow) -> bool {
        let Some(remitted) = remitted::read(&row.body) else { return false };
        self.merchants.iter().any(|merchant| {
            merchant.participant == row.payment.creditor_agent
                && merchant.account_token == remitted.creditor_account
                && merchant.changed < outcome.recorded
        })
    }

    /// Everything that is not as the log says, in the order of the payments.
    pub(super) fn differ(mut self, conn: &mut Conn<'_>) -> Result<Vec<Difference>, Error> {
        if self.merchants.is_empty() {
            return Ok(Vec::new());
        }
        // What is under way has brought nothing.
        self.under_way.clear();
        self.compare(conn, i64::MAX)?;
        let payments: Vec<i64> = self.returned.keys().copied().collect();
        let mut said: BTreeMap<i64, i64> = kept::refunded(conn, &payments)?.into_iter().collect();
        let mut refunds: BTreeMap<i64, Vec<(i64, Option<Timestamp>)>> = BTreeMap::new();
        for (payment, amount, finished) in kept::refunds(conn)? {
            refunds.entry(payment).or_default().push((amount, finished));
        }
        let mut wrong = BTreeSet::new();
        for (payment, mut back) in std::mem::take(&mut self.returned) {
            // What went back of a payment that was no merchant's is nobody's refund.
            let Some(said) = said.remove(&payment) else { continue };
            let sum: i64 = back.iter().map(|(minor, _)| minor).sum();
            let mut kept = refunds.remove(&payment).unwrap_or_default();
            back.sort_unstable();
            kept.sort_unstable();
            if said != sum || kept != back {
                wrong.insert(payment);
            }
        }
        wrong.extend(refunds.into_keys().chain(said.into_iter().filter(|(_, sum)| *sum != 0).map(|(of, _)| of)));
        let totals = self.differing_totals(conn)?;
        let receipts = self.differing.into_iter().map(Difference::Receipt);
        Ok(receipts.chain(wrong.into_iter().map(Difference::Refunds)).chain(totals).collect())
    }
}

fn difference((merchant, key): (MerchantId, DayKey), stored: DayTotal, computed: DayTotal) -> Difference {
    let words = |of: DayTotal| {
        let money = |minor| format_minor(minor, key.currency);
        let (received, refunded) = (money(of.received), money(of.refunded));
        format!("{} received, {received}, and {} refunded, {refunded}", of.count, of.refund_count)
    };
    let till = key.till.as_ref().map_or_else(|| "no till".to_owned(), |till| format!("till {till}"));
    let (stored, computed) = (words(stored), words(computed));
    Difference::MerchantTotal { merchant, business_day: key.day, currency: key.currency, till, stored, computed }
}
