//! Positions for PostgreSQL as arrays, one for each column: `INSERT … SELECT … FROM unnest(…)` is one statement
//! whatever the number of rows, so it is parsed and planned once for each connection.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt};

use super::columns::currency_column;
use crate::clearing::{BusinessDay, Position, Turnover};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

/// Declares the columns of a table as arrays, and the statement that inserts them.
macro_rules! arrays {
    ($(#[$doc:meta])* $name:ident, $begin:literal, $end:literal, { $($column:ident: $rust:ty => $sql:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name {
            $($column: Vec<$rust>,)+
        }

        impl QueryId for $name {
            type QueryId = $name;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Pg> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql($begin);
                let mut comma = "";
                $(
                    out.push_sql(std::mem::replace(&mut comma, ", "));
                    out.push_bind_param::<Array<$sql>, Vec<$rust>>(&self.$column)?;
                )+
                out.push_sql($end);
                Ok(())
            }
        }

        impl RunQueryDsl<PgConnection> for $name {}
    };
}

arrays!(
    /// Rows of `position`, new or as they are now.
    Positions,
    "INSERT INTO position (participant, currency, balance, reserved, net_debit_cap, payment_maximum, daily_maximum, \
     low_liquidity, sent_day, sent, is_low, \
     payments_out_count, payments_out, payments_in_count, payments_in, returns_out_count, returns_out, \
     returns_in_count, returns_in, funding_count, funding, withdrawals_count, withdrawals) SELECT * FROM unnest(",
    ") ON CONFLICT (participant, currency) DO UPDATE SET balance = excluded.balance, \
      reserved = excluded.reserved, net_debit_cap = excluded.net_debit_cap, \
      payment_maximum = excluded.payment_maximum, daily_maximum = excluded.daily_maximum, \
      low_liquidity = excluded.low_liquidity, sent_day = excluded.sent_day, sent = excluded.sent, \
      is_low = excluded.is_low, \
      payments_out_count = excluded.payments_out_count, payments_out = excluded.payments_out, \
      payments_in_count = excluded.payments_in_count, payments_in = excluded.payments_in, \
      returns_out_count = excluded.returns_out_count, returns_out = excluded.returns_out, \
      returns_in_count = excluded.returns_in_count, returns_in = excluded.returns_in, \
      funding_count = excluded.funding_count, funding = excluded.funding, \
      withdrawals_count = excluded.withdrawals_count, withdrawals = excluded.withdrawals",
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

/// Writes positions, each once.
pub(super) fn write_positions(
    conn: &mut PgConnection,
    positions: impl Iterator<Item = (ClearingCode, Currency, Position, Turnover)>,
) -> Result<(), Error> {
    let mut arrays = Positions::default();
    for (participant, currency, now, moved) in positions {
        arrays.participant.push(participant);
        arrays.currency.push(currency_column(currency));
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
    if !arrays.participant.is_empty() {
        arrays.execute(conn)?;
    }
    Ok(())
}
