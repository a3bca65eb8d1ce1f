//! Reads what merchants received from the clearing log: payments that settled to them, and what went back.
//!
//! How far the log was read is kept in the transaction in which what was found is written, so a restart goes on where it
//! stopped. Every gateway reads the whole log, to tell those who watch; on one database whoever is first writes. Stretches
//! without a word for any merchant are passed over in memory and cost no commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::schema::{merchant, merchant_follow};
use super::{MerchantError, Merchants, day_totals, receipts, refunds};
use crate::clearing::BusinessDay;
use crate::iso20022::{pacs008, remitted};
use crate::merchant::{DayKey, DayTotal, MerchantId, Receipt, RefundId};
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;
use crate::request_to_pay::RequestId;
use crate::store::columns::{EventColumns, OutcomeColumns, RecordColumns};
use crate::store::days::{self, Days};
use crate::store::schema::{event, outcome, payment};
use crate::store::{log, request_to_pay};

/// So many rows of the log are looked through at a time.
const WINDOW: i64 = 2_048;
/// After so many rows without a word, how far it came is written all the same.
const UNWRITTEN: i64 = 65_536;
/// The table's only row.
const ROW: i16 = 1;

/// How far the log has been followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Everything up to this row has been looked through.
    pub seen: i64,
    /// Whom it brought something, whichever gateway has written that.
    pub merchants: BTreeSet<MerchantId>,
    /// There may be more at once.
    pub more: bool,
}

/// What a stretch of the log says to merchants.
#[derive(Debug, Default, Clone)]
struct Found {
    receipts: Vec<(MerchantId, Receipt)>,
    returns: Vec<Return>,
    merchants: BTreeSet<MerchantId>,
}

/// Money that went back.
#[derive(Debug, Clone)]
pub(super) struct Return {
    pub(super) sequence: i64,
    pub(super) payment: i64,
    pub(super) amount: i64,
    pub(super) at: Timestamp,
    pub(super) day: BusinessDay,
    pub(super) refund: Option<RefundId>,
}

/// The totals that a stretch adds to.
pub(super) type Totals = BTreeMap<(MerchantId, DayKey), DayTotal>;

impl Merchants {
    /// Looks through the next stretch of the log after row `seen`, which the caller keeps between calls: 0 at first, which
    /// begins where the last run stopped.
    pub fn follow(&self, seen: i64) -> Result<Followed, MerchantError> {
        let (written, last, head, mut found) = self.read(|conn| {
            let written = written(conn)?;
            let head = log::head(conn)?.sequence;
            let first = if seen == 0 { written } else { seen } + 1;
            let last = (first + WINDOW - 1).min(head);
            let found = if first <= last { look(conn, first, last)? } else { Found::default() };
            Ok((written, last, head, found))
        })?;
        let followed = Followed { seen: last.max(seen), merchants: found.merchants.clone(), more: last < head };
        found.keep_after(written);
        if found.is_empty() && last - written < UNWRITTEN {
            return Ok(followed);
        }
        let wrote = self.write(move |conn| {
            let moved = on_db!(conn, c => diesel::update(merchant_follow::table.find(ROW))
                .filter(merchant_follow::seq.eq(written))
                .set(merchant_follow::seq.eq(last))
                .execute(c))?;
            if moved == 1 {
                found.write(conn)?;
            }
            Ok(moved == 1)
        })?;
        // Outrun: the stretch is looked through again, and found written.
        Ok(if wrote { followed } else { Followed { seen, merchants: BTreeSet::new(), more: true } })
    }
}

impl Found {
    fn is_empty(&self) -> bool {
        self.receipts.is_empty() && self.returns.is_empty()
    }

    /// Forgets what is written up to row `written`.
    fn keep_after(&mut self, written: i64) {
        self.receipts.retain(|(_, receipt)| receipt.sequence > written);
        self.returns.retain(|back| back.sequence > written);
    }

    fn write(&self, conn: &mut Conn<'_>) -> Result<(), MerchantError> {
        let mut totals = Totals::new();
        for (merchant, receipt) in &self.receipts {
            receipts::insert(conn, *merchant, receipt)?;
            let key =
                DayKey { day: receipt.business_day, currency: receipt.amount.currency(), till: receipt.till.clone() };
            let one = DayTotal { count: 1, received: receipt.amount.minor(), ..DayTotal::default() };
            add(&mut totals, *merchant, key, one);
        }
        for back in &self.returns {
            let Some((merchant, receipt)) = refunds::take_back(conn, back)? else { continue };
            let key = DayKey { day: back.day, currency: receipt.amount.currency(), till: receipt.till };
            add(&mut totals, merchant, key, DayTotal { refund_count: 1, refunded: back.amount, ..DayTotal::default() });
        }
        day_totals::add(conn, &totals)
    }
}

fn add(totals: &mut Totals, merchant: MerchantId, key: DayKey, more: DayTotal) {
    let total = totals.entry((merchant, key)).or_default();
    *total = total.plus(more);
}

fn written(conn: &mut Conn<'_>) -> Result<i64, MerchantError> {
    Ok(on_db!(conn, c => merchant_follow::table.find(ROW).select(merchant_follow::seq).get_result(c))?)
}

fn look(conn: &mut Conn<'_>, first: i64, last: i64) -> Result<Found, MerchantError> {
    let banks: Vec<ClearingCode> = on_db!(conn, c => merchant::table.select(merchant::participant).distinct().load(c))?;
    let Some(days) = days::spanning(conn, first, last)?.filter(|_| !banks.is_empty()) else {
        return Ok(Found::default());
    };
    log::prepare(conn)?;
    let (receipts, returns) = (settled(conn, &banks, first, last, days)?, returned(conn, first, last)?);
    let mut merchants: BTreeSet<MerchantId> = receipts.iter().map(|(merchant, _)| *merchant).collect();
    let payments: Vec<i64> = returns.iter().map(|back| back.payment).collect();
    merchants.extend(receipts::merchants_of(conn, &payments)?);
    Ok(Found { receipts, returns, merchants })
}

/// Payments that settled in these rows to a merchant.
fn settled(
    conn: &mut Conn<'_>,
    banks: &[ClearingCode],
    first: i64,
    last: i64,
    days: Days,
) -> Result<Vec<(MerchantId, Receipt)>, MerchantError> {
    // A payment was recorded on the day on which it ended, or before.
    let not_after = payment::business_day.le(days.last);
    let rows: Vec<(OutcomeColumns, RecordColumns, Vec<u8>)> = on_db!(conn, c => outcome::table
        .inner_join(payment::table.on(payment::seq.eq(outcome::payment).and(not_after)))
        .filter(outcome::business_day.between(days.first, days.last))
        .filter(outcome::seq.between(first, last))
        .filter(outcome::ending.eq("settled"))
        .filter(payment::creditor_agent.eq_any(banks))
        .order(outcome::seq)
        .select((OutcomeColumns::as_select(), RecordColumns::as_select(), payment::body))
        .load(c))?;
    let read = |(outcome, record, body): (OutcomeColumns, RecordColumns, Vec<u8>)| {
        let request = pacs008::request_to_pay(&body);
        remitted::read(&body).map(|remitted| (outcome, record, remitted, request))
    };
    let read: Vec<_> = rows.into_iter().filter_map(read).collect();
    let tokens: Vec<&str> = read.iter().map(|(_, _, remitted, _)| remitted.creditor_account.as_str()).collect();
    let whose: Vec<(String, MerchantId, ClearingCode)> = on_db!(conn, c => merchant::table
        .filter(merchant::account_token.eq_any(&tokens))
        .select((merchant::account_token, merchant::id, merchant::participant))
        .load(c))?;
    let whose: HashMap<String, (MerchantId, ClearingCode)> =
        whose.into_iter().map(|(token, id, participant)| (token, (id, participant))).collect();
    let answered: Vec<RequestId> = read.iter().filter_map(|(_, _, _, request)| *request).collect();
    let requests = request_to_pay::these(conn, &answered)?;
    let mut receipts = Vec::new();
    for (outcome, record, remitted, request) in read {
        let Some((merchant, participant)) = whose.get(&remitted.creditor_account) else { continue };
        let paid = record.payment(Some(&outcome))?;
        if paid.creditor_agent != *participant {
            continue;
        }
        let request = request.and_then(|id| requests.iter().find(|request| request.id == id));
        let receipt = Receipt::of(&paid, &outcome.outcome_row()?, remitted, request.map(|request| &request.asked));
        receipts.push((*merchant, receipt));
    }
    Ok(receipts)
}

/// Money that went back in these rows.
fn returned(conn: &mut Conn<'_>, first: i64, last: i64) -> Result<Vec<Return>, MerchantError> {
    let rows: Vec<EventColumns> = on_db!(conn, c => event::table
        .filter(event::seq.between(first, last))
        .filter(event::kind.eq("returned"))
        .order(event::seq)
        .select(EventColumns::as_select())
        .load(c))?;
    let mut found = Vec::with_capacity(rows.len());
    for columns in rows {
        let row = columns.event_row()?;
        let Some(record) = row.event.as_return() else { continue };
        let (Some(payment), Some(days)) = (record.payment, days::spanning(conn, row.sequence, row.sequence)?) else {
            continue;
        };
        let refund = RefundId::from_return_id(&record.return_id);
        found.push(Return {
            sequence: row.sequence,
            payment,
            amount: record.amount.minor(),
            at: row.recorded,
            day: days.last,
            refund,
        });
    }
    Ok(found)
}

/// Reads a currency and an amount of these tables.
pub(super) fn amount(minor: i64, currency: i16) -> Result<Amount, MerchantError> {
    Amount::new(minor, self::currency(currency)?).map_err(|_| MerchantError::Damaged("amount"))
}

/// Reads a currency of these tables.
pub(super) fn currency(column: i16) -> Result<Currency, MerchantError> {
    crate::store::columns::currency(column).ok_or(MerchantError::Damaged("currency"))
}
