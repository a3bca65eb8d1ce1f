//! The trial balance: what participants have beside what they put in, as of one moment.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::{Conn, on_db};

use super::columns::currency;
use super::projection;
use super::schema::event;
use crate::clearing::Position;
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

/// All positions and all funding. In each currency the balances add up to the funding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// By participant and currency.
    pub positions: Vec<(ClearingCode, Currency, Position)>,
    /// What each participant put in less what it took out, by the log, in minor units.
    pub funding: Vec<(ClearingCode, Currency, i64)>,
}

/// Everything must be read from one snapshot.
pub(super) fn read(conn: &mut Conn<'_>) -> Result<TrialBalance, Error> {
    Ok(TrialBalance { positions: projection::positions(conn)?, funding: funding(conn)? })
}

fn funding(conn: &mut Conn<'_>) -> Result<Vec<(ClearingCode, Currency, i64)>, Error> {
    let found: Vec<(ClearingCode, Option<i16>, String, i64)> = on_db!(conn, c => event::table
        .filter(event::kind.eq_any(["funded", "withdrawn"]))
        .group_by((event::participant, event::currency, event::kind))
        .select((
            event::participant,
            event::currency,
            event::kind,
            sql::<BigInt>("CAST(COALESCE(SUM(amount), 0) AS BIGINT)"),
        ))
        .load(c))?;
    let mut sums: BTreeMap<(ClearingCode, Currency), i64> = BTreeMap::new();
    for (participant, column, kind, amount) in found {
        let unreadable = || Error::Damaged(format!("funding of {participant}: its currency"));
        let currency = column.and_then(currency).ok_or_else(unreadable)?;
        let sum = sums.entry((participant, currency)).or_default();
        *sum = if kind == "funded" { sum.saturating_add(amount) } else { sum.saturating_sub(amount) };
    }
    Ok(sums.into_iter().map(|((participant, currency), sum)| (participant, currency, sum)).collect())
}
