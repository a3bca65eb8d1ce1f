//! Positions for PostgreSQL as arrays, one for each column: `INSERT … SELECT … FROM unnest(…)` is one statement
//! whatever the number of rows, so it is parsed and planned once for each connection. The head of the log and its batch
//! go with them: a batch takes few journeys to the server, and none of them waits for a processor twice.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt};
use store::Timestamp;

use super::columns::currency_column;
use crate::clearing::chain::Batch;
use crate::clearing::{BusinessDay, Position, Turnover};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

/// Declares the columns of a table as arrays.
macro_rules! arrays {
    ($(#[$doc:meta])* $name:ident, { $($column:ident: $rust:ty => $sql:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name {
            $($column: Vec<$rust>,)+
        }

        impl $name {
            /// The arrays as the arguments of `unnest`.
            fn unnest<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql("unnest(");
                let mut comma = "";
                $(
                    out.push_sql(std::mem::replace(&mut comma, ", "));
                    out.push_bind_param::<Array<$sql>, Vec<$rust>>(&self.$column)?;
                )+
                out.push_sql(") AS one");
                Ok(())
            }
        }
    };
}

/// Before the arrays: rows of `position`, new or as they are now.
const INSERT: &str = "INSERT INTO position \
     (participant, currency, balance, reserved, net_debit_cap, payment_maximum, daily_maximum, low_liquidity, sent_day, sent, is_low, \
     payments_out_count, payments_out, payments_in_count, payments_in, returns_out_count, returns_out, \
     returns_in_count, returns_in, funding_count, funding, withdrawals_count, withdrawals) SELECT one.* FROM ";
/// After them.
const OR_UPDATE: &str = " ON CONFLICT (participant, currency) DO UPDATE SET balance = excluded.balance, \
     reserved = excluded.reserved, net_debit_cap = excluded.net_debit_cap, \
     payment_maximum = excluded.payment_maximum, daily_maximum = excluded.daily_maximum, \
     low_liquidity = excluded.low_liquidity, sent_day = excluded.sent_day, sent = excluded.sent, \
     is_low = excluded.is_low, \
     payments_out_count = excluded.payments_out_count, payments_out = excluded.payments_out, \
     payments_in_count = excluded.payments_in_count, payments_in = excluded.payments_in, \
     returns_out_count = excluded.returns_out_count, returns_out = excluded.returns_out, \
     returns_in_count = excluded.returns_in_count, returns_in = excluded.returns_in, \
     funding_count = excluded.funding_count, funding = excluded.funding, \
     withdrawals_count = excluded.withdrawals_count, withdrawals = excluded.withdrawals";

arrays!(
    /// Positions, a column each.
    Positions,
    {
        participant: ClearingCode => SmallInt,
        currency: i16 => SmallInt,
        balance: i64 => BigInt,
        reserved: i64 => BigInt,
        net_debit_cap: i64 => BigInt,
        payment_maximum: Option<i64> => Nullable<BigInt>,
        daily_maximum: Option<i64> => Nullable<BigInt>,
        low_liquidity: Option<i64> => Nullable<BigInt>,
        sent_day: BusinessDay => Integer,
        sent: i64 => BigInt,
        is_low: bool => Bool,
        payments_out_count: i64 => BigInt,
        payments_out: i64 => BigInt,
        payments_in_count: i64 => BigInt,
        payments_in: i64 => BigInt,
        returns_out_count: i64 => BigInt,
        returns_out: i64 => BigInt,
        returns_in_count: i64 => BigInt,
        returns_in: i64 => BigInt,
        funding_count: i64 => BigInt,
        funding: i64 => BigInt,
        withdrawals_count: i64 => BigInt,
        withdrawals: i64 => BigInt,
    }
);

/// Positions alone.
impl QueryFragment<Pg> for Positions {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(INSERT);
        self.unnest(&mut out)?;
        out.push_sql(OR_UPDATE);
        Ok(())
    }
}

impl QueryId for Positions {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Positions {}

/// The end of the log, the batch that moves it there, and positions.
struct Advance<'a> {
    expected: i64,
    batch: &'a Batch,
    positions: Positions,
}

/// Nothing is written unless the head stands where the batch begins: all else is joined to its row, which is locked first.
impl QueryFragment<Pg> for Advance<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH head AS (UPDATE log_head SET seq = ");
        out.push_bind_param::<BigInt, i64>(&self.batch.last)?;
        out.push_sql(", hash = ");
        out.push_bind_param::<Binary, _>(self.batch.hash.as_bytes())?;
        out.push_sql(" WHERE seq = ");
        out.push_bind_param::<BigInt, i64>(&self.expected)?;
        out.push_sql(" AND hash = ");
        out.push_bind_param::<Binary, _>(self.batch.previous.as_bytes())?;
        out.push_sql(
            " RETURNING business_day, seq, hash), sealed AS (INSERT INTO batch \
                      (last_seq, first_seq, recorded, previous_hash, hash) SELECT seq, ",
        );
        out.push_bind_param::<BigInt, i64>(&self.batch.first)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, Timestamp>(&self.batch.recorded)?;
        out.push_sql(", ");
        out.push_bind_param::<Binary, _>(self.batch.previous.as_bytes())?;
        out.push_sql(", hash FROM head), moved AS (");
        out.push_sql(INSERT);
        out.push_sql("head, ");
        self.positions.unnest(&mut out)?;
        out.push_sql(OR_UPDATE);
        out.push_sql(") SELECT business_day FROM head");
        Ok(())
    }
}

impl QueryId for Advance<'_> {
    type QueryId = Advance<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Advance<'_> {
    type SqlType = Integer;
}

impl RunQueryDsl<PgConnection> for Advance<'_> {}

/// A position as it is now.
pub(super) type Now = (ClearingCode, Currency, Position, Turnover);

/// Moves the end of the log to that of `batch`, notes the batch and writes positions, each once, all in one journey to the
/// server. Tells the latest business day that is open; none when the log does not end where `batch` begins.
pub(super) fn advance(conn: &mut PgConnection, batch: &Batch, positions: &[Now]) -> Result<Option<BusinessDay>, Error> {
    let advance = Advance { expected: batch.first - 1, batch, positions: Positions::of(positions) };
    Ok(advance.get_result(conn).optional()?)
}

/// Writes positions, each once.
pub(super) fn write_positions(conn: &mut PgConnection, positions: &[Now]) -> Result<(), Error> {
    if !positions.is_empty() {
        Positions::of(positions).execute(conn)?;
    }
    Ok(())
}

impl Positions {
    fn of(positions: &[Now]) -> Self {
        let mut arrays = Self::default();
        for (participant, currency, now, moved) in positions {
            arrays.participant.push(*participant);
            arrays.currency.push(currency_column(*currency));
            arrays.balance.push(now.balance);
            arrays.reserved.push(now.reserved);
            arrays.net_debit_cap.push(now.net_debit_cap);
            arrays.payment_maximum.push(now.limits.payment_maximum);
            arrays.daily_maximum.push(now.limits.daily_maximum);
            arrays.low_liquidity.push(now.limits.low_liquidity);
            arrays.sent_day.push(now.sent.day);
            arrays.sent.push(now.sent.minor);
            arrays.is_low.push(now.is_low);
            arrays.payments_out_count.push(moved.payments_out.count);
            arrays.payments_out.push(moved.payments_out.sum);
            arrays.payments_in_count.push(moved.payments_in.count);
            arrays.payments_in.push(moved.payments_in.sum);
            arrays.returns_out_count.push(moved.returns_out.count);
            arrays.returns_out.push(moved.returns_out.sum);
            arrays.returns_in_count.push(moved.returns_in.count);
            arrays.returns_in.push(moved.returns_in.sum);
            arrays.funding_count.push(moved.funding.count);
            arrays.funding.push(moved.funding.sum);
            arrays.withdrawals_count.push(moved.withdrawals.count);
            arrays.withdrawals.push(moved.withdrawals.sum);
        }
        arrays
    }
}
