//! Finding payments by what people know of them. A projector ([`super::projector`]) stores keys in bulk, a moment
//! after the rows; what it has not come to yet is looked through as it stands in the log.

use std::collections::BTreeSet;

use diesel::prelude::*;
use store::{Conn, on_db};
use uuid::Uuid;

use super::recent::Recent;
use super::schema::{payment, payment_key, projection};
use super::{copy, days};
use crate::clearing::{BusinessDay, SearchKey};
use crate::error::Error;
use crate::participant::ClearingCode;

/// So many keys are asked for in one statement.
const KEYS_A_STATEMENT: usize = 8_192;

/// What a payment is known by.
#[derive(Queryable, Selectable)]
#[diesel(table_name = payment)]
pub(super) struct Known {
    pub(super) seq: i64,
    pub(super) business_day: BusinessDay,
    pub(super) debtor_agent: ClearingCode,
    pub(super) transaction_id: String,
    end_to_end_id: String,
    uetr: Vec<u8>,
}

impl Known {
    pub(super) fn keys(&self) -> Result<[SearchKey; 3], Error> {
        let damaged = |_| Error::Damaged(format!("payment {}: its uetr cannot be read", self.seq));
        Ok([
            SearchKey::uetr(&Uuid::from_slice(&self.uetr).map_err(damaged)?),
            SearchKey::transaction_id(self.debtor_agent, &self.transaction_id),
            SearchKey::end_to_end_id(&self.end_to_end_id),
        ])
    }
}

/// What the payments among rows `first..=last` are known by, in the order of the log.
pub(super) fn known(conn: &mut Conn<'_>, first: i64, last: i64) -> Result<Vec<Known>, Error> {
    let Some(days) = days::spanning(conn, first, last)? else { return Ok(Vec::new()) };
    Ok(on_db!(conn, c => payment::table
        .filter(payment::business_day.between(days.first, days.last))
        .filter(payment::seq.between(first, last))
        .order(payment::seq)
        .select(Known::as_select())
        .load(c))?)
}

/// Up to which row the payments' keys are stored.
pub(super) fn projected(conn: &mut Conn<'_>) -> Result<i64, Error> {
    Ok(on_db!(conn, c => projection::table.select(projection::seq).get_result(c))?)
}

/// The sequence numbers of payments from row `first` on that have one of `keys`, ascending. The payments must be
/// looked at: others may have the same short hash. Of rows that are not projected yet, `recent` knows.
pub(super) fn find(conn: &mut Conn<'_>, recent: &Recent, keys: &[SearchKey], first: i64) -> Result<Vec<i64>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    // Read before the keys: what is projected in between is then found twice rather than not at all.
    let projected = projected(conn)?;
    let stored: Vec<i64> = keys.iter().flat_map(|key| key.among(first, projected)).collect();
    let mut found = BTreeSet::new();
    match conn {
        Conn::Postgres(c) => {
            for keys in stored.chunks(KEYS_A_STATEMENT) {
                let with_key = payment_key::table.filter(payment_key::key.eq_any(keys));
                found.extend(with_key.select(payment_key::seq).load::<i64>(*c)?);
            }
        }
        // A statement costs no journey here, and a short one is prepared once.
        Conn::Sqlite(c) => {
            for key in stored {
                let with_key = payment_key::table.filter(payment_key::key.eq(key));
                found.extend(with_key.select(payment_key::seq).load::<i64>(*c)?);
            }
        }
    }
    let wanted: BTreeSet<SearchKey> = keys.iter().copied().collect();
    let after = projected.max(first - 1);
    if let Some(sequences) = recent.find(after, &wanted) {
        found.extend(sequences);
    } else {
        for payment in known(conn, after + 1, i64::MAX)? {
            if payment.keys()?.iter().any(|key| wanted.contains(key)) {
                found.insert(payment.seq);
            }
        }
    }
    found.retain(|sequence| *sequence >= first);
    Ok(found.into_iter().collect())
}

/// Stored keys after this one, in order, at most so many.
pub(super) fn stored_after(conn: &mut Conn<'_>, after: i64, limit: i64) -> Result<Vec<i64>, Error> {
    Ok(on_db!(conn, c => payment_key::table
        .filter(payment_key::key.gt(after))
        .order(payment_key::key)
        .limit(limit)
        .select(payment_key::key)
        .load(c))?)
}

/// Moves the projection from `before` to `after`; says whether it stood there.
pub(super) fn advance(conn: &mut Conn<'_>, before: i64, after: i64) -> Result<bool, Error> {
    let moved = on_db!(conn, c => diesel::update(projection::table.filter(projection::seq.eq(before)))
        .set(projection::seq.eq(after))
        .execute(c))?;
    Ok(moved == 1)
}

/// Stores keys with the payments that they lead to. Sorted, they cost the least. On SQLite, those that are stored
/// already stay.
pub(super) fn store(conn: &mut Conn<'_>, keys: &[(i64, i64)]) -> Result<(), Error> {
    match conn {
        Conn::Postgres(c) => copy::keys(c, keys)?,
        Conn::Sqlite(c) => {
            for (key, sequence) in keys {
                diesel::insert_into(payment_key::table)
                    .values((payment_key::key.eq(key), payment_key::seq.eq(sequence)))
                    .on_conflict_do_nothing()
                    .execute(*c)?;
            }
        }
    }
    Ok(())
}
