//! What is kept of merchants, as the audit of the books reads it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::receipts::ReceiptRow;
use super::schema::{merchant, merchant_follow, merchant_receipt, merchant_refund};
use super::{MerchantError, day_totals};
use crate::error::Error;
use crate::merchant::{DayKey, DayTotal, MerchantId, Receipt, RefundState};
use crate::participant::ClearingCode;

/// Payments that are asked for in one statement: SQLite takes so many values and no more.
const AT_ONCE: usize = 1_000;

/// A merchant, as far as its receipts follow from it.
#[derive(Debug, Clone, Queryable)]
pub(in crate::store) struct KeptMerchant {
    pub(in crate::store) id: MerchantId,
    pub(in crate::store) participant: ClearingCode,
    pub(in crate::store) account_token: String,
    /// Since when it is as it is.
    pub(in crate::store) changed: Timestamp,
}

/// Money that went back: of which payment, how much in minor units, and when.
pub(in crate::store) type KeptRefund = (i64, i64, Option<Timestamp>);

fn unreadable(error: MerchantError) -> Error {
    Error::Damaged(error.to_string())
}

/// Every merchant.
pub(in crate::store) fn merchants(conn: &mut Conn<'_>) -> Result<Vec<KeptMerchant>, Error> {
    Ok(on_db!(conn, c => merchant::table
        .select((merchant::id, merchant::participant, merchant::account_token, merchant::changed_at))
        .load(c))?)
}

/// Up to which row of the log it was written down what merchants received.
pub(in crate::store) fn followed(conn: &mut Conn<'_>) -> Result<i64, Error> {
    Ok(on_db!(conn, c => merchant_follow::table.select(merchant_follow::seq).first(c))?)
}

/// At most `limit` receipts of payments after `after` and up to `last`, in the order of the payments.
pub(in crate::store) fn receipts(
    conn: &mut Conn<'_>,
    after: i64,
    last: i64,
    limit: i64,
) -> Result<Vec<(MerchantId, Receipt)>, Error> {
    let rows: Vec<ReceiptRow> = on_db!(conn, c => merchant_receipt::table
        .filter(merchant_receipt::payment.gt(after))
        .filter(merchant_receipt::payment.le(last))
        .order(merchant_receipt::payment)
        .limit(limit)
        .select(ReceiptRow::as_select())
        .load(c))?;
    rows.into_iter().map(|row| Ok((row.merchant, row.receipt().map_err(unreadable)?))).collect()
}

/// What the receipts of these payments say has gone back, and those of others that say so.
pub(in crate::store) fn refunded(conn: &mut Conn<'_>, payments: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    let columns = (merchant_receipt::payment, merchant_receipt::refunded);
    let mut found: Vec<(i64, i64)> = on_db!(conn, c => merchant_receipt::table
        .filter(merchant_receipt::refunded.ne(0))
        .select(columns)
        .load(c))?;
    for some in payments.chunks(AT_ONCE) {
        let these: Vec<(i64, i64)> = on_db!(conn, c => merchant_receipt::table
            .filter(merchant_receipt::payment.eq_any(some))
            .select(columns)
            .load(c))?;
        found.extend(these);
    }
    Ok(found)
}

/// The receipts of these payments, with whose they are.
pub(in crate::store) fn receipts_of(
    conn: &mut Conn<'_>,
    payments: &[i64],
) -> Result<BTreeMap<i64, (MerchantId, Receipt)>, Error> {
    let mut found = BTreeMap::new();
    for some in payments.chunks(AT_ONCE) {
        let rows: Vec<ReceiptRow> = on_db!(conn, c => merchant_receipt::table
            .filter(merchant_receipt::payment.eq_any(some))
            .select(ReceiptRow::as_select())
            .load(c))?;
        for row in rows {
            let merchant = row.merchant;
            let receipt = row.receipt().map_err(unreadable)?;
            found.insert(receipt.payment, (merchant, receipt));
        }
    }
    Ok(found)
}

/// Every total of a day and a till.
pub(in crate::store) fn totals(conn: &mut Conn<'_>) -> Result<BTreeMap<(MerchantId, DayKey), DayTotal>, Error> {
    let rows = day_totals::all(conn).map_err(unreadable)?;
    Ok(rows.into_iter().map(|(merchant, key, total)| ((merchant, key), total)).collect())
}

/// Every refund that is said to have gone back.
pub(in crate::store) fn refunds(conn: &mut Conn<'_>) -> Result<Vec<KeptRefund>, Error> {
    Ok(on_db!(conn, c => merchant_refund::table
        .filter(merchant_refund::state.eq(RefundState::Returned.number()))
        .select((merchant_refund::payment, merchant_refund::amount, merchant_refund::finished_at))
        .load(c))?)
}
