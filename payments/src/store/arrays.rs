//! Rows for PostgreSQL as arrays, one for each column: `INSERT … SELECT … FROM unnest(…)` is one statement
//! whatever the number of rows, so it is parsed and planned once for each connection.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text};
use store::Timestamp;

use super::columns::{EventColumns, currency_column};
use super::schema::event;
use crate::clearing::{BusinessDay, Digest, OutcomeRow, PaymentRow, PaymentState, Position, Row};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

/// Declares the columns of a table as arrays, and the statement that inserts them.
macro_rules! arrays {
    ($(#[$doc:meta])* $name:ident<$row:lifetime>, $begin:literal, $end:literal, { $($column:ident: $rust:ty => $sql:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name<$row> {
            $($column: Vec<$rust>,)+
            /// From which the columns borrow.
            rows: PhantomData<&$row Row>,
        }

        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<$row> QueryFragment<Pg> for $name<$row> {
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

        impl RunQueryDsl<PgConnection> for $name<'_> {}
    };
}

arrays!(
    /// New rows of `payment`.
    Payments<'a>,
    "INSERT INTO payment (seq, recorded, business_day, debtor_agent, creditor_agent, currency, amount, \
     transaction_id, end_to_end_id, uetr, accepted, deadline, reason, fingerprint, body, digest) SELECT * FROM unnest(",
    ")",
    {
        seq: i64 => BigInt,
        recorded: Timestamp => BigInt,
        business_day: BusinessDay => Integer,
        debtor_agent: ClearingCode => SmallInt,
        creditor_agent: ClearingCode => SmallInt,
        currency: i16 => SmallInt,
        amount: i64 => BigInt,
        transaction_id: &'a str => Text,
        end_to_end_id: &'a str => Text,
        uetr: &'a [u8] => Binary,
        accepted: Timestamp => BigInt,
        deadline: Timestamp => BigInt,
        reason: Option<&'a str> => Nullable<Text>,
        fingerprint: &'a [u8] => Binary,
        body: &'a [u8] => Binary,
        digest: &'a [u8] => Binary,
    }
);

impl<'a> Payments<'a> {
    fn push(&mut self, row: &'a PaymentRow, digest: &'a Digest) {
        let payment = &row.payment;
        self.seq.push(payment.sequence);
        self.recorded.push(payment.recorded);
        self.business_day.push(row.business_day());
        self.debtor_agent.push(payment.debtor_agent);
        self.creditor_agent.push(payment.creditor_agent);
        self.currency.push(currency_column(payment.amount.currency()));
        self.amount.push(payment.amount.minor());
        self.transaction_id.push(&payment.transaction_id);
        self.end_to_end_id.push(&payment.end_to_end_id);
        self.uetr.push(payment.uetr.as_bytes());
        self.accepted.push(payment.accepted);
        self.deadline.push(payment.deadline);
        self.reason.push(match &payment.state {
            PaymentState::Rejected(reason) => Some(reason.as_str()),
            _ => None,
        });
        self.fingerprint.push(payment.fingerprint.as_bytes());
        self.body.push(&row.body);
        self.digest.push(digest.as_bytes());
    }
}

arrays!(
    /// New rows of `outcome`.
    Outcomes<'a>,
    "INSERT INTO outcome (seq, recorded, business_day, payment, ending, reason, digest) SELECT * FROM unnest(",
    ")",
    {
        seq: i64 => BigInt,
        recorded: Timestamp => BigInt,
        business_day: BusinessDay => Integer,
        payment: i64 => BigInt,
        ending: &'static str => Text,
        reason: Option<String> => Nullable<Text>,
        digest: &'a [u8] => Binary,
    }
);

impl<'a> Outcomes<'a> {
    fn push(&mut self, row: &OutcomeRow, digest: &'a Digest) {
        self.seq.push(row.sequence);
        self.recorded.push(row.recorded);
        self.business_day.push(row.business_day());
        self.payment.push(row.payment);
        self.ending.push(row.ending.name());
        self.reason.push(row.ending.reason().map(|reason| reason.to_string()));
        self.digest.push(digest.as_bytes());
    }
}

arrays!(
    /// Rows of `position`, new or as they are now.
    Positions<'a>,
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

/// Inserts rows of the log with their digests.
pub(super) fn insert(conn: &mut PgConnection, rows: &[Row], digests: &[Digest]) -> Result<(), Error> {
    let (mut payments, mut outcomes, mut events) = (Payments::default(), Outcomes::default(), Vec::new());
    for (row, digest) in rows.iter().zip(digests) {
        match row {
            Row::Payment(row) => payments.push(row, digest),
            Row::Outcome(row) => outcomes.push(row, digest),
            Row::Event(row) => events.push(EventColumns::of(row, *digest)),
        }
    }
    if !payments.seq.is_empty() {
        payments.execute(conn)?;
    }
    if !outcomes.seq.is_empty() {
        outcomes.execute(conn)?;
    }
    for columns in events {
        diesel::insert_into(event::table).values(&columns).execute(conn)?;
    }
    Ok(())
}

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
