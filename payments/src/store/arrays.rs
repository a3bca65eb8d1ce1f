//! Positions for PostgreSQL as arrays, one for each column: `INSERT … SELECT … FROM unnest(…)` is one statement
//! whatever the number of rows, so it is parsed and planned once for each connection.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt};

use super::columns::currency_column;
use crate::clearing::{BusinessDay, Position};
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
     low_liquidity, sent_day, sent, is_low) SELECT * FROM unnest(",
    ") ON CONFLICT (participant, currency) DO UPDATE SET balance = excluded.balance, \
      reserved = excluded.reserved, net_debit_cap = excluded.net_debit_cap, \
      payment_maximum = excluded.payment_maximum, daily_maximum = excluded.daily_maximum, \
      low_liquidity = excluded.low_liquidity, sent_day = excluded.sent_day, sent = excluded.sent, \
      is_low = excluded.is_low",
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
    }
);

/// Writes positions, each once.
pub(super) fn write_positions(
    conn: &mut PgConnection,
    positions: impl Iterator<Item = (ClearingCode, Currency, Position)>,
) -> Result<(), Error> {
    let mut arrays = Positions::default();
    for (participant, currency, now) in positions {
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
    }
    if !arrays.participant.is_empty() {
        arrays.execute(conn)?;
    }
    Ok(())
}
