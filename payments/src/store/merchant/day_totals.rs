//! Totals by day and till, kept up by the follower so that reading them costs the same on a busy day.

use diesel::prelude::*;
use store::{Conn, on_db};

use super::follow::{Totals, currency};
use super::schema::merchant_day_total;
use super::{MerchantError, Merchants};
use crate::clearing::BusinessDay;
use crate::merchant::{DayKey, DayTotal, MerchantId};
use crate::store::columns::currency_column;

/// Rows that are read at once: a year of days, or a day of many tills.
const MOST: i64 = 2_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = merchant_day_total)]
struct TotalRow {
    merchant: MerchantId,
    business_day: BusinessDay,
    currency: i16,
    till: String,
    count: i64,
    received: i64,
    refund_count: i64,
    refunded: i64,
}

impl TotalRow {
    fn total(self) -> Result<(DayKey, DayTotal), MerchantError> {
        let till = Some(self.till).filter(|till| !till.is_empty()).map(|till| till.parse()).transpose();
        let key = DayKey {
            day: self.business_day,
            currency: currency(self.currency)?,
            till: till.map_err(|_| MerchantError::Damaged("till"))?,
        };
        let Self { count, received, refund_count, refunded, .. } = self;
        Ok((key, DayTotal { count, received, refund_count, refunded }))
    }
}

pub(super) fn add(conn: &mut Conn<'_>, totals: &Totals) -> Result<(), MerchantError> {
    for ((merchant, key), more) in totals {
        let row = TotalRow {
            merchant: *merchant,
            business_day: key.day,
            currency: currency_column(key.currency),
            till: key.till.as_ref().map(ToString::to_string).unwrap_or_default(),
            count: more.count,
            received: more.received,
            refund_count: more.refund_count,
            refunded: more.refunded,
        };
        on_db!(conn, c => diesel::insert_into(merchant_day_total::table)
            .values(&row)
            .on_conflict((
                merchant_day_total::merchant,
                merchant_day_total::business_day,
                merchant_day_total::currency,
                merchant_day_total::till,
            ))
            .do_update()
            .set((
                merchant_day_total::count.eq(merchant_day_total::count + more.count),
                merchant_day_total::received.eq(merchant_day_total::received + more.received),
                merchant_day_total::refund_count.eq(merchant_day_total::refund_count + more.refund_count),
                merchant_day_total::refunded.eq(merchant_day_total::refunded + more.refunded),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Every merchant's.
pub(super) fn all(conn: &mut Conn<'_>) -> Result<Vec<(MerchantId, DayKey, DayTotal)>, MerchantError> {
    let rows: Vec<TotalRow> = on_db!(conn, c => merchant_day_total::table.select(TotalRow::as_select()).load(c))?;
    let read = |row: TotalRow| {
        let merchant = row.merchant;
        row.total().map(|(key, total)| (merchant, key, total))
    };
    rows.into_iter().map(read).collect()
}

impl Merchants {
    /// A merchant's totals from one business day to another, both included: by day, currency and till, latest day first.
    pub fn day_totals(
        &self,
        merchant: MerchantId,
        first: BusinessDay,
        last: BusinessDay,
    ) -> Result<Vec<(DayKey, DayTotal)>, MerchantError> {
        let rows: Vec<TotalRow> = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_day_total::table
                .filter(merchant_day_total::merchant.eq(merchant))
                .filter(merchant_day_total::business_day.between(first, last))
                .order((
                    merchant_day_total::business_day.desc(),
                    merchant_day_total::currency,
                    merchant_day_total::till,
                ))
                .limit(MOST)
                .select(TotalRow::as_select())
                .load(c))?)
        })?;
        rows.into_iter().map(TotalRow::total).collect()
    }
}
