//! The log in the database: its head, its batches and its rows. Rows are only ever appended.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::arrays::{self, Now};
use super::columns::{EventColumns, OutcomeColumns, PaymentColumns, digest};
use super::copy;
use super::days::{self, Days};
use super::schema::{batch, event, log_head, outcome, payment};
use crate::clearing::chain::Batch;
use crate::clearing::{BusinessDay, Digest, Row};
use crate::error::Error;

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) sequence: i64,
    pub(super) hash: Digest,
}

/// Table `batch`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = batch)]
struct BatchColumns {
    last_seq: i64,
    first_seq: i64,
    recorded: Timestamp,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl BatchColumns {
    fn of(batch: &Batch) -> Self {
        Self {
            last_seq: batch.last,
            first_seq: batch.first,
            recorded: batch.recorded,
            previous_hash: batch.previous.as_bytes().to_vec(),
            hash: batch.hash.as_bytes().to_vec(),
        }
    }

    fn batch(&self) -> Result<Batch, Error> {
        Ok(Batch {
            first: self.first_seq,
            last: self.last_seq,
            recorded: self.recorded,
            previous: digest(&self.previous_hash)?,
            hash: digest(&self.hash)?,
        })
    }
}

pub(super) fn head(conn: &mut Conn<'_>) -> Result<Head, Error> {
    let (sequence, hash): (i64, Vec<u8>) =
        on_db!(conn, c => log_head::table.select((log_head::seq, log_head::hash)).get_result(c))?;
    Ok(Head { sequence, hash: digest(&hash)? })
}

/// Readies a transaction that appends, or reads a stretch of the log. PostgreSQL then plans each statement once for its
/// connection and looks rows up by their indexes, whatever it happened to know of the tables when it planned: joining
/// a few thousand rows of a long log in another way means reading all of it.
pub(super) fn prepare(conn: &mut Conn<'_>) -> Result<(), Error> {
    match conn {
        Conn::Postgres(c) => c.batch_execute(
            "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; \
             SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off",
        )?,
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

/// Waits until nobody is appending, and keeps others from it until the transaction ends. Where the log ends then.
pub(super) fn lock_head(conn: &mut Conn<'_>) -> Result<Head, Error> {
    let (sequence, hash): (i64, Vec<u8>) = match conn {
        Conn::Postgres(c) => log_head::table.select((log_head::seq, log_head::hash)).for_update().get_result(*c)?,
        // There is one writer at a time anyway.
        Conn::Sqlite(_) => return head(conn),
    };
    Ok(Head { sequence, hash: digest(&hash)? })
}

/// Moves the end of the log to that of `batch`, notes the batch, and tells the latest business day that is open:
/// [`Error::HeadMoved`] unless the log ended where `batch` begins. On PostgreSQL `positions` go with it.
fn advance_head(conn: &mut Conn<'_>, batch: &Batch, positions: &[Now]) -> Result<BusinessDay, Error> {
    match conn {
        Conn::Postgres(c) => arrays::advance(c, batch, positions)?.ok_or(Error::HeadMoved),
        Conn::Sqlite(c) => {
            let here = log_head::seq.eq(batch.first - 1).and(log_head::hash.eq(batch.previous.as_bytes()));
            let latest = diesel::update(log_head::table.filter(here))
                .set((log_head::seq.eq(batch.last), log_head::hash.eq(batch.hash.as_bytes())))
                .returning(log_head::business_day)
                .get_result(*c)
                .optional()?
                .ok_or(Error::HeadMoved)?;
            diesel::insert_into(batch::table).values(&BatchColumns::of(batch)).execute(*c)?;
            Ok(latest)
        }
    }
}

/// Appends a batch and its rows with their digests, after moving the head to where they end. On PostgreSQL `positions` are
/// written, too.
pub(super) fn append(
    conn: &mut Conn<'_>,
    sealed: &Batch,
    (rows, digests): (&[Row], &[Digest]),
    positions: &[Now],
) -> Result<(), Error> {
    // The head first: whoever else is appending waits here, and then fails.
    let latest = advance_head(conn, sealed, positions)?;
    days::open(conn, rows, latest)?;
    match conn {
        Conn::Postgres(c) => {
            copy::append(c, rows, digests)?;
            for (row, digest) in rows.iter().zip(digests) {
                if let Row::Event(row) = row {
                    diesel::insert_into(event::table).values(&EventColumns::of(row, *digest)).execute(*c)?;
                }
            }
        }
        // Rows one by one, by a statement that is prepared once: a longer one would have to be parsed each time.
        Conn::Sqlite(c) => {
            for (row, digest) in rows.iter().zip(digests) {
                match row {
                    Row::Payment(row) => {
                        diesel::insert_into(payment::table).values(&PaymentColumns::of(row, *digest)).execute(*c)?
                    }
                    Row::Outcome(row) => {
                        diesel::insert_into(outcome::table).values(&OutcomeColumns::of(row, *digest)).execute(*c)?
                    }
                    Row::Event(row) => {
                        diesel::insert_into(event::table).values(&EventColumns::of(row, *digest)).execute(*c)?
                    }
                };
            }
        }
    }
    Ok(())
}

/// The batch that ends with row `last`.
pub(super) fn batch_ending(conn: &mut Conn<'_>, last: i64) -> Result<Option<Batch>, Error> {
    let found: Option<BatchColumns> =
        on_db!(conn, c => batch::table.find(last).select(BatchColumns::as_select()).get_result(c).optional())?;
    found.map(|columns| columns.batch()).transpose()
}

/// Batches after row `after`, in order, at most `limit`.
pub(super) fn batches(conn: &mut Conn<'_>, after: i64, limit: i64) -> Result<Vec<Batch>, Error> {
    let found: Vec<BatchColumns> = on_db!(conn, c => batch::table
        .filter(batch::last_seq.gt(after))
        .order(batch::last_seq)
        .limit(limit)
        .select(BatchColumns::as_select())
        .load(c))?;
    found.iter().map(BatchColumns::batch).collect()
}

/// When the first row was recorded; `None` when there is none.
pub(super) fn began(conn: &mut Conn<'_>) -> Result<Option<Timestamp>, Error> {
    Ok(on_db!(conn, c => batch::table.order(batch::last_seq).select(batch::recorded).first(c).optional())?)
}

/// The first row recorded at `moment` or later; `None` when there is none.
pub(super) fn first_since(conn: &mut Conn<'_>, moment: Timestamp) -> Result<Option<i64>, Error> {
    Ok(on_db!(conn, c => batch::table
        .filter(batch::recorded.ge(moment))
        .order(batch::recorded)
        .then_order_by(batch::last_seq)
        .select(batch::first_seq)
        .first(c)
        .optional())?)
}

/// The columns of all rows `first..=last`, by table, each in order.
pub(super) struct RawRows {
    pub(super) payments: Vec<PaymentColumns>,
    pub(super) outcomes: Vec<OutcomeColumns>,
    pub(super) events: Vec<EventColumns>,
}

impl RawRows {
    /// Of all days, wherever a row may stand.
    pub(super) fn anywhere(conn: &mut Conn<'_>, first: i64, last: i64) -> Result<Self, Error> {
        let days = Days { first: BusinessDay::FIRST, last: BusinessDay::LAST };
        Self::of_days(conn, first, last, days)
    }

    /// Of one business day.
    pub(super) fn of_day(conn: &mut Conn<'_>, first: i64, last: i64, day: BusinessDay) -> Result<Self, Error> {
        Self::of_days(conn, first, last, Days { first: day, last: day })
    }

    fn of_days(conn: &mut Conn<'_>, first: i64, last: i64, days: Days) -> Result<Self, Error> {
        Ok(Self {
            payments: on_db!(conn, c => payment::table
                .filter(payment::business_day.between(days.first, days.last))
                .filter(payment::seq.between(first, last))
                .order(payment::seq)
                .select(PaymentColumns::as_select())
                .load(c))?,
            outcomes: on_db!(conn, c => outcome::table
                .filter(outcome::business_day.between(days.first, days.last))
                .filter(outcome::seq.between(first, last))
                .order(outcome::seq)
                .select(OutcomeColumns::as_select())
                .load(c))?,
            events: on_db!(conn, c => event::table
                .filter(event::seq.between(first, last))
                .order(event::seq)
                .select(EventColumns::as_select())
                .load(c))?,
        })
    }
}

/// Rows `first..=last` in the order of the log.
pub(super) fn rows(conn: &mut Conn<'_>, first: i64, last: i64) -> Result<Vec<Row>, Error> {
    match days::spanning(conn, first, last)? {
        Some(days) => rows_of(conn, first, last, days),
        None => Ok(Vec::new()),
    }
}

/// The same, of rows that are known to be of these days.
pub(super) fn rows_of(conn: &mut Conn<'_>, first: i64, last: i64, days: Days) -> Result<Vec<Row>, Error> {
    let raw = RawRows::of_days(conn, first, last, days)?;
    let mut rows = Vec::with_capacity(raw.payments.len() + raw.outcomes.len() + raw.events.len());
    for columns in raw.payments {
        rows.push(columns.row()?);
    }
    for columns in raw.outcomes {
        rows.push(columns.row()?);
    }
    for columns in raw.events {
        rows.push(columns.row()?);
    }
    rows.sort_unstable_by_key(Row::sequence);
    Ok(rows)
}
