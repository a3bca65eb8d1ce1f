//! What merchants received, as rows: written by the follower, read by cursor.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};
use uuid::Uuid;

use super::follow::amount;
use super::schema::merchant_receipt;
use super::{MerchantError, Merchants};
use crate::clearing::BusinessDay;
use crate::merchant::{MerchantId, MerchantRefusal, Receipt, TillLabel};
use crate::participant::ClearingCode;
use crate::store::columns::currency_column;

/// The most receipts on a page.
const MOST: i64 = 500;

/// Which receipts of a merchant.
#[derive(Debug, Clone, Default)]
pub struct ReceiptQuery {
    /// Of this business day.
    pub day: Option<BusinessDay>,
    /// Of this till.
    pub till: Option<TillLabel>,
    /// Of this bill.
    pub bill_number: Option<String>,
    /// Older than the receipt with this number ([`Receipt::sequence`]): the next page.
    pub before: Option<i64>,
    /// How many at most; 500 are never exceeded.
    pub limit: i64,
}

/// Receipts, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPage {
    /// The receipts.
    pub receipts: Vec<Receipt>,
    /// The cursor of the next page, when there may be one.
    pub next: Option<i64>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = merchant_receipt)]
pub(super) struct ReceiptRow {
    payment: i64,
    seq: i64,
    pub(super) merchant: MerchantId,
    settled_at: Timestamp,
    business_day: BusinessDay,
    pub(super) currency: i16,
    amount: i64,
    debtor_agent: ClearingCode,
    payer: String,
    uetr: Vec<u8>,
    transaction_id: String,
    end_to_end_id: String,
    till: Option<String>,
    bill_number: Option<String>,
    refunded: i64,
    refunding: i64,
}

impl ReceiptRow {
    fn of(merchant: MerchantId, receipt: &Receipt) -> Self {
        Self {
            payment: receipt.payment,
            seq: receipt.sequence,
            merchant,
            settled_at: receipt.settled,
            business_day: receipt.business_day,
            currency: currency_column(receipt.amount.currency()),
            amount: receipt.amount.minor(),
            debtor_agent: receipt.debtor_agent,
            payer: receipt.payer.clone(),
            uetr: receipt.uetr.as_bytes().to_vec(),
            transaction_id: receipt.transaction_id.clone(),
            end_to_end_id: receipt.end_to_end_id.clone(),
            till: receipt.till.as_ref().map(ToString::to_string),
            bill_number: receipt.bill_number.clone(),
            refunded: receipt.refunded,
            refunding: receipt.refunding,
        }
    }

    pub(super) fn receipt(self) -> Result<Receipt, MerchantError> {
        let till = self.till.map(|label| label.parse()).transpose();
        Ok(Receipt {
            payment: self.payment,
            sequence: self.seq,
            settled: self.settled_at,
            business_day: self.business_day,
            amount: amount(self.amount, self.currency)?,
            debtor_agent: self.debtor_agent,
            payer: self.payer,
            uetr: Uuid::from_slice(&self.uetr).map_err(|_| MerchantError::Damaged("UETR"))?,
            transaction_id: self.transaction_id,
            end_to_end_id: self.end_to_end_id,
            till: till.map_err(|_| MerchantError::Damaged("till"))?,
            bill_number: self.bill_number,
            refunded: self.refunded,
            refunding: self.refunding,
        })
    }
}

pub(super) fn insert(conn: &mut Conn<'_>, merchant: MerchantId, receipt: &Receipt) -> Result<(), MerchantError> {
    let row = ReceiptRow::of(merchant, receipt);
    on_db!(conn, c => diesel::insert_into(merchant_receipt::table).values(&row).execute(c))?;
    Ok(())
}

/// Whom these payments were made to, where it was a merchant.
pub(super) fn merchants_of(conn: &mut Conn<'_>, payments: &[i64]) -> Result<Vec<MerchantId>, MerchantError> {
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on_db!(conn, c => merchant_receipt::table
        .filter(merchant_receipt::payment.eq_any(payments))
        .select(merchant_receipt::merchant)
        .distinct()
        .load(c))?)
}

/// The receipt of a payment, whosever it is.
pub(super) fn of_payment(conn: &mut Conn<'_>, payment: i64) -> Result<Option<ReceiptRow>, MerchantError> {
    Ok(on_db!(conn, c => merchant_receipt::table
        .find(payment)
        .select(ReceiptRow::as_select())
        .get_result(c)
        .optional())?)
}

impl Merchants {
    /// What a merchant received, newest first.
    pub fn receipts(&self, merchant: MerchantId, query: &ReceiptQuery) -> Result<ReceiptPage, MerchantError> {
        let limit = query.limit.clamp(1, MOST);
        let (first, last) = query.day.map_or((BusinessDay::FIRST, BusinessDay::LAST), |day| (day, day));
        let rows: Vec<ReceiptRow> = self.read(|conn| {
            Ok(on_db!(conn, c => {
                let mut wanted = merchant_receipt::table
                    .filter(merchant_receipt::merchant.eq(merchant))
                    .filter(merchant_receipt::seq.lt(query.before.unwrap_or(i64::MAX)))
                    .filter(merchant_receipt::business_day.between(first, last))
                    .order(merchant_receipt::seq.desc())
                    .limit(limit)
                    .select(ReceiptRow::as_select())
                    .into_boxed();
                if let Some(till) = &query.till {
                    wanted = wanted.filter(merchant_receipt::till.eq(till.as_str()));
                }
                if let Some(bill) = &query.bill_number {
                    wanted = wanted.filter(merchant_receipt::bill_number.eq(bill));
                }
                wanted.load(c)
            })?)
        })?;
        let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
        let receipts: Vec<Receipt> = rows.into_iter().map(ReceiptRow::receipt).collect::<Result<_, _>>()?;
        Ok(ReceiptPage { next: receipts.last().filter(|_| full).map(|last| last.sequence), receipts })
    }

    /// One receipt of a merchant, by its payment's number in the log.
    ///
    /// # Errors
    /// [`MerchantRefusal::UnknownReceipt`] also when it is another merchant's.
    pub fn receipt(&self, merchant: MerchantId, payment: i64) -> Result<Receipt, MerchantError> {
        let row = self.read(|conn| of_payment(conn, payment))?;
        row.filter(|row| row.merchant == merchant).ok_or(MerchantRefusal::UnknownReceipt)?.receipt()
    }
}
