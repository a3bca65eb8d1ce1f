//! Returns against the payments that they return: by one sum for each payment, over the whole log.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::{Conn, on_db};

use super::super::archive::compact;
use super::super::schema::{event, outcome, payment};
use super::Difference;
use crate::error::Error;
use crate::participant::ClearingCode;

/// So many payments are looked up in one statement.
const PAYMENTS_A_STEP: usize = 1_000;

/// Payment, returner, receiver, currency, sum in minor units, last row.
type Sum = (Option<i64>, ClearingCode, Option<ClearingCode>, Option<i16>, i64, i64);

/// What came back of one payment, and between whom.
struct Returned {
    /// The last of its returns.
    row: i64,
    minor: i64,
    returner: ClearingCode,
    receiver: Option<ClearingCode>,
    currency: Option<i16>,
}

/// What is wrong: money that came back without having been paid, to somebody else, or more than was paid.
pub(super) fn differences(conn: &mut Conn<'_>) -> Result<Vec<Difference>, Error> {
    let sums: Vec<Sum> = on_db!(conn, c => event::table
            .filter(event::kind.eq("returned"))
            .group_by((event::payment, event::participant, event::counterparty, event::currency))
            .select((
                event::payment,
                event::participant,
                event::counterparty,
                event::currency,
                sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
                sql::<BigInt>("MAX(seq)"),
            ))
            .load(c))?;
    let mut differences = Vec::new();
    let mut by_payment: BTreeMap<i64, Returned> = BTreeMap::new();
    for (payment, returner, receiver, currency, minor, row) in sums {
        let wrong = |why: &str| Difference::Row { sequence: row, why: why.to_owned() };
        let Some(payment) = payment else {
            differences.push(wrong("it returns no payment"));
            continue;
        };
        if by_payment.insert(payment, Returned { row, minor, returner, receiver, currency }).is_some() {
            differences.push(wrong("others have returned the same payment"));
        }
    }
    let numbers: Vec<i64> = by_payment.keys().copied().collect();
    for numbers in numbers.chunks(PAYMENTS_A_STEP) {
        let paid: Vec<(i64, ClearingCode, ClearingCode, i16, i64)> = on_db!(conn, c => payment::table
            .inner_join(outcome::table.on(outcome::payment.eq(payment::seq)))
            .filter(payment::seq.eq_any(numbers))
            .filter(outcome::ending.eq("settled"))
            .select((
                payment::seq,
                payment::debtor_agent,
                payment::creditor_agent,
                payment::currency,
                payment::amount,
            ))
            .load(c))?;
        let archived = compact::find(conn, numbers)?
            .into_iter()
            .filter(|kept| kept.outcome().is_some_and(|outcome| outcome.ending == "settled"));
        let archived = archived.map(|kept| {
            let of = kept.record();
            (of.seq, of.debtor_agent, of.creditor_agent, of.currency, of.amount)
        });
        for (number, debtor, creditor, currency, amount) in paid.into_iter().chain(archived) {
            let Some(back) = by_payment.remove(&number) else { continue };
            let between = (back.returner, back.receiver, back.currency) == (creditor, Some(debtor), Some(currency));
            if !between || back.minor > amount {
                let why = format!("the returns of payment {number} are not of its money, or more than it paid");
                differences.push(Difference::Row { sequence: back.row, why });
            }
        }
    }
    let unsettled = |(number, back): (i64, Returned)| Difference::Row {
        sequence: back.row,
        why: format!("it returns payment {number}, which has not settled"),
    };
    differences.extend(by_payment.into_iter().map(unsettled));
    Ok(differences)
}
