//! Refunds: asked for within what was received, carried out by the merchant's bank, ended by the log.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{Act, Actor, Scene, record};
use super::follow::{Return, amount};
use super::members::must_be_allowed;
use super::receipts::{ReceiptRow, of_payment};
use super::row::find_row;
use super::schema::{merchant, merchant_receipt, merchant_refund};
use super::{MerchantError, Merchants};
use crate::clearing::BusinessDay;
use crate::merchant::{Duty, MerchantId, MerchantRefusal, Receipt, Refund, RefundId, RefundState};
use crate::money::Amount;
use crate::participant::ClearingCode;
use crate::store::directory::{NoticeKind, tell};
use crate::store::random::random;

/// Refunds of one payment that are read.
const MOST: i64 = 500;
/// Refunds of one day that are read.
const MOST_A_DAY: i64 = 10_000;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = merchant_refund)]
struct RefundRow {
    id: RefundId,
    merchant: MerchantId,
    payment: i64,
    amount: i64,
    state: i16,
    instructed_at: Timestamp,
    finished_at: Option<Timestamp>,
    business_day: Option<BusinessDay>,
}

impl RefundRow {
    fn refund(&self, currency: i16) -> Result<Refund, MerchantError> {
        Ok(Refund {
            id: self.id,
            merchant: self.merchant,
            payment: self.payment,
            amount: amount(self.amount, currency)?,
            state: RefundState::from_number(self.state),
            instructed: self.instructed_at,
            finished: self.finished_at,
            business_day: self.business_day,
        })
    }
}

impl Merchants {
    /// Asks the merchant's bank to send money of a payment back. The same `id` again is the same refund.
    ///
    /// # Errors
    /// [`MerchantRefusal::UnknownReceipt`], and [`MerchantRefusal::MoreThanReceived`] when with what went back and what
    /// is on its way it would be more than came in, or when the currency is another.
    pub fn instruct_refund(
        &self,
        by: Actor,
        merchant: MerchantId,
        payment: i64,
        id: RefundId,
        back: Amount,
        now: Timestamp,
    ) -> Result<Refund, MerchantError> {
        self.write(move |conn| {
            if let Actor::Person(person) = by {
                must_be_allowed(conn, merchant, person, Duty::Refund)?;
            }
            let receipt = of_payment(conn, payment)?.filter(|row| row.merchant == merchant);
            let receipt = receipt.ok_or(MerchantRefusal::UnknownReceipt)?.receipt()?;
            if receipt.amount.currency() != back.currency() {
                return Err(MerchantRefusal::MoreThanReceived.into());
            }
            let row = RefundRow {
                id,
                merchant,
                payment,
                amount: back.minor(),
                state: RefundState::Instructed.number(),
                instructed_at: now,
                finished_at: None,
                business_day: None,
            };
            let added = on_db!(conn, c => diesel::insert_into(merchant_refund::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))?;
            if added == 0 {
                let known = find(conn, id)?;
                let same = (known.merchant, known.payment, known.amount) == (merchant, payment, back);
                return if same { Ok(known) } else { Err(MerchantRefusal::RequestUsed.into()) };
            }
            // The row's own sums decide, so that two refunds at once cannot pass the same look.
            let held = on_db!(conn, c => diesel::update(merchant_receipt::table.find(payment))
                .filter((merchant_receipt::refunded + merchant_receipt::refunding + back.minor())
                    .le(merchant_receipt::amount))
                .set(merchant_receipt::refunding.eq(merchant_receipt::refunding + back.minor()))
                .execute(c))?;
            if held == 0 {
                return Err(MerchantRefusal::MoreThanReceived.into());
            }
            record(conn, Scene { merchant, actor: by, now }, Act::RefundInstructed, Some(id.to_string()))?;
            let bank = find_row(conn, merchant)?.participant;
            tell(conn, bank, NoticeKind::RefundInstructed, id.as_uuid(), now)?;
            find(conn, id)
        })
    }

    /// A refund that a merchant of `participant` asked for, and the payment that it is of.
    ///
    /// # Errors
    /// [`MerchantRefusal::UnknownRefund`] also when it is another bank's merchant.
    pub fn refund_of_participant(
        &self,
        participant: ClearingCode,
        id: RefundId,
    ) -> Result<(Refund, Receipt), MerchantError> {
        self.read(|conn| {
            let refund = find(conn, id)?;
            must_be_of(conn, participant, &refund)?;
            let receipt = of_payment(conn, refund.payment)?.ok_or(MerchantRefusal::UnknownReceipt)?.receipt()?;
            Ok((refund, receipt))
        })
    }

    /// The bank will not return the money: what was held for it may be refunded otherwise. Again is the same.
    ///
    /// # Errors
    /// [`MerchantRefusal::UnknownRefund`]; [`MerchantRefusal::RefundOver`] when the money has gone back.
    pub fn refuse_refund(
        &self,
        participant: ClearingCode,
        id: RefundId,
        now: Timestamp,
    ) -> Result<Refund, MerchantError> {
        self.write(move |conn| {
            let refund = find(conn, id)?;
            must_be_of(conn, participant, &refund)?;
            if refund.state == RefundState::Refused {
                return Ok(refund);
            }
            if !finish(conn, id, RefundState::Refused, now, None)? {
                return Err(MerchantRefusal::RefundOver.into());
            }
            free(conn, refund.payment, refund.amount.minor())?;
            let scene = Scene { merchant: refund.merchant, actor: Actor::Participant(participant), now };
            record(conn, scene, Act::RefundRefused, Some(id.to_string()))?;
            find(conn, id)
        })
    }

    /// What went back on a business day, in the order in which it was asked for, with the payments that it is of.
    pub fn returned_on(&self, merchant: MerchantId, day: BusinessDay) -> Result<Vec<(Refund, Receipt)>, MerchantError> {
        self.read(|conn| {
            let rows: Vec<(RefundRow, ReceiptRow)> = on_db!(conn, c => merchant_refund::table
                .inner_join(merchant_receipt::table.on(merchant_receipt::payment.eq(merchant_refund::payment)))
                .filter(merchant_refund::merchant.eq(merchant))
                .filter(merchant_refund::business_day.eq(day))
                .order(merchant_refund::id)
                .limit(MOST_A_DAY)
                .select((RefundRow::as_select(), ReceiptRow::as_select()))
                .load(c))?;
            rows.into_iter().map(|(row, receipt)| Ok((row.refund(receipt.currency)?, receipt.receipt()?))).collect()
        })
    }

    /// The refunds of one payment of a merchant, oldest first.
    pub fn refunds(&self, merchant: MerchantId, payment: i64) -> Result<Vec<Refund>, MerchantError> {
        self.read(|conn| {
            let Some(receipt) = of_payment(conn, payment)?.filter(|row| row.merchant == merchant) else {
                return Ok(Vec::new());
            };
            let rows: Vec<RefundRow> = on_db!(conn, c => merchant_refund::table
                .filter(merchant_refund::payment.eq(payment))
                .order(merchant_refund::id)
                .limit(MOST)
                .select(RefundRow::as_select())
                .load(c))?;
            rows.iter().map(|row| row.refund(receipt.currency)).collect()
        })
    }
}

/// Money has gone back: the receipt says so, and the refund that asked for it is over. `None` when the payment was no
/// merchant's.
pub(super) fn take_back(conn: &mut Conn<'_>, back: &Return) -> Result<Option<(MerchantId, Receipt)>, MerchantError> {
    let Some(row) = of_payment(conn, back.payment)? else { return Ok(None) };
    let merchant = row.merchant;
    let receipt = row.receipt()?;
    let asked_for = match back.refund {
        Some(id) => {
            of_this_payment(conn, id, back)? && finish(conn, id, RefundState::Returned, back.at, Some(back.day))?
        }
        None => false,
    };
    if asked_for {
        free(conn, back.payment, back.amount)?;
    } else {
        // The bank returned it by itself, as after a recall.
        let own = RefundRow {
            id: RefundId::new(back.at, &random()?),
            merchant,
            payment: back.payment,
            amount: back.amount,
            state: RefundState::Returned.number(),
            instructed_at: back.at,
            finished_at: Some(back.at),
            business_day: Some(back.day),
        };
        on_db!(conn, c => diesel::insert_into(merchant_refund::table).values(&own).execute(c))?;
    }
    on_db!(conn, c => diesel::update(merchant_receipt::table.find(back.payment))
        .set(merchant_receipt::refunded.eq(merchant_receipt::refunded + back.amount))
        .execute(c))?;
    Ok(Some((merchant, receipt)))
}

fn of_this_payment(conn: &mut Conn<'_>, id: RefundId, back: &Return) -> Result<bool, MerchantError> {
    let same: i64 = on_db!(conn, c => merchant_refund::table
        .filter(merchant_refund::id.eq(id))
        .filter(merchant_refund::payment.eq(back.payment))
        .filter(merchant_refund::amount.eq(back.amount))
        .count()
        .get_result(c))?;
    Ok(same == 1)
}

/// Ends a refund that is under way. Returns whether it was.
fn finish(
    conn: &mut Conn<'_>,
    id: RefundId,
    state: RefundState,
    now: Timestamp,
    day: Option<BusinessDay>,
) -> Result<bool, MerchantError> {
    let ended = on_db!(conn, c => diesel::update(merchant_refund::table.find(id))
        .filter(merchant_refund::state.eq(RefundState::Instructed.number()))
        .set((
            merchant_refund::state.eq(state.number()),
            merchant_refund::finished_at.eq(now),
            merchant_refund::business_day.eq(day),
        ))
        .execute(c))?;
    Ok(ended == 1)
}

/// What was held for a refund is held no more.
fn free(conn: &mut Conn<'_>, payment: i64, minor: i64) -> Result<(), MerchantError> {
    on_db!(conn, c => diesel::update(merchant_receipt::table.find(payment))
        .set(merchant_receipt::refunding.eq(merchant_receipt::refunding - minor))
        .execute(c))?;
    Ok(())
}

fn find(conn: &mut Conn<'_>, id: RefundId) -> Result<Refund, MerchantError> {
    let row: Option<(RefundRow, i16)> = on_db!(conn, c => merchant_refund::table
        .inner_join(merchant_receipt::table.on(merchant_receipt::payment.eq(merchant_refund::payment)))
        .filter(merchant_refund::id.eq(id))
        .select((RefundRow::as_select(), merchant_receipt::currency))
        .first(c)
        .optional())?;
    let (row, currency) = row.ok_or(MerchantRefusal::UnknownRefund)?;
    row.refund(currency)
}

fn must_be_of(conn: &mut Conn<'_>, participant: ClearingCode, refund: &Refund) -> Result<(), MerchantError> {
    let whose: Option<ClearingCode> = on_db!(conn, c => merchant::table
        .find(refund.merchant)
        .select(merchant::participant)
        .get_result(c)
        .optional())?;
    if whose == Some(participant) { Ok(()) } else { Err(MerchantRefusal::UnknownRefund.into()) }
}
