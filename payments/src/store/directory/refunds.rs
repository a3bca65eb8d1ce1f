//! A token back for a payment that was really sent to whom its payer looked up: once for each look-up.

use std::sync::{Mutex, PoisonError};

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::schema::directory_refund;
use super::{Core, DirectoryError, buckets};
use crate::directory::{PayerBucket, Verified};

/// Refunds that wait at most. Whoever comes on top waits for the bucket to fill by itself.
const MOST_WAITING: usize = 65_536;

/// One look-up that was paid on.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    /// The code of the reference: no two look-ups have the same.
    reference: [u8; 16],
    payer: PayerBucket,
    /// After this the reference can pay nothing more.
    expires: Timestamp,
}

/// Refunds that payments asked for and that are not made yet: clearing never waits for a bucket.
#[derive(Default)]
pub(super) struct Refunds(Mutex<Vec<Refund>>);

impl Refunds {
    /// Asks for one.
    pub(super) fn add(&self, paid: &Verified) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST_WAITING {
            waiting.push(Refund { reference: paid.code, payer: paid.payer, expires: paid.expires });
        }
    }

    fn take(&self) -> Vec<Refund> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Makes the refunds that wait. Should it fail, they are lost, and the buckets fill by themselves.
pub(super) fn make(core: &Core, now: Timestamp) -> Result<(), DirectoryError> {
    let waiting = core.refunds.take();
    if waiting.is_empty() {
        return Ok(());
    }
    let limits = core.limits.clone();
    let made = core.db.write(move |conn| -> Result<Vec<Refund>, DirectoryError> {
        let mut made = Vec::new();
        for refund in &waiting {
            if is_first(conn, refund)? {
                made.push(refund.clone());
            }
        }
        let time = |refund: &Refund| -limits.payer(refund.payer.kind).limit.interval();
        made.sort_by_key(|refund| refund.payer.key);
        let (keys, times): (Vec<&[u8]>, Vec<i64>) = made.iter().map(|r| (r.payer.key.as_slice(), time(r))).unzip();
        buckets::add(conn, keys, times)?;
        on_db!(conn, c => diesel::delete(directory_refund::table.filter(directory_refund::expires_at.le(now)))
            .execute(c))?;
        Ok(made)
    })?;
    let mut own = core.own();
    for refund in made {
        own.give_back(&refund.payer.key, core.limits.payer(refund.payer.kind).limit, now);
    }
    Ok(())
}

/// Whether nobody was given this one back, here or at another gateway.
fn is_first(conn: &mut Conn<'_>, refund: &Refund) -> Result<bool, DirectoryError> {
    let row =
        (directory_refund::reference.eq(refund.reference.as_slice()), directory_refund::expires_at.eq(refund.expires));
    let inserted = on_db!(conn, c => diesel::insert_into(directory_refund::table)
        .values(row).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}
