//! The log in the database: its head, its batches and its rows. Rows are only ever appended.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use diesel::sql_types::{BigInt, Binary, Integer};
use store::{Conn, Timestamp, on_db};

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
        on_db!(conn, c => log_head::table.select((log_head::seq, log_head::hash)).first(c))?;
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

/// Waits until nobody is appending, and keeps others from it until the transaction ends.
pub(super) fn lock_head(conn: &mut Conn<'_>) -> Result<(), Error> {
    match conn {
        Conn::Postgres(c) => log_head::table.select(log_head::seq).for_update().first::<i64>(*c).map(drop)?,
        // There is one writer at a time anyway.
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Latest {
    #[diesel(sql_type = Integer)]
    business_day: BusinessDay,
}

/// Moves the end of the log to that of `batch` and tells the latest business day that is open:
/// [`Error::HeadMoved`] unless the log ended where `batch` begins.
fn advance_head(conn: &mut Conn<'_>, batch: &Batch) -> Result<BusinessDay, Error> {
    let expected = batch.first - 1;
    match conn {
        Conn::Postgres(c) => diesel::sql_query("SELECT advance_head($1, $2, $3, $4) AS business_day")
            .bind::<BigInt, _>(expected)
            .bind::<Binary, _>(batch.previous.as_bytes())
            .bind::<BigInt, _>(batch.last)
            .bind::<Binary, _>(batch.hash.as_bytes())
            .get_result::<Latest>(*c)
            .map(|latest| latest.business_day)
            .map_err(|error| match &error {
                Diesel::DatabaseError(DatabaseErrorKind::Unknown, info)
                    if info.message() == "the head of the log has moved" =>
                {
                    Error::HeadMoved
                }
                _ => error.into(),
            }),
        Conn::Sqlite(c) => {
            let here = log_head::seq.eq(expected).and(log_head::hash.eq(batch.previous.as_bytes()));
            diesel::update(log_head::table.filter(here))
                .set((log_head::seq.eq(batch.last), log_head::hash.eq(batch.hash.as_bytes())))
                .returning(log_head::business_day)
                .get_result(*c)
                .optional()?
                .ok_or(Error::HeadMoved)
        }
    }
}

/// Appends a batch and its rows with their digests, after moving the head to where they end.
pub(super) fn append(conn: &mut Conn<'_>, sealed: &Batch, rows: &[Row], digests: &[Digest]) -> Result<(), Error> {
    // The head first: whoever else is appending waits here, and then fails.
    let latest = advance_head(conn, sealed)?;
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
    let columns = BatchColumns {
        last_seq: sealed.last,
        first_seq: sealed.first,
        recorded: sealed.recorded,
        previous_hash: sealed.previous.as_bytes().to_vec(),
        hash: sealed.hash.as_bytes().to_vec(),
    };
    on_db!(conn, c => diesel::insert_into(batch::table).values(&columns).execute(c))?;
    Ok(())
}

/// The batch that ends with row `last`.
pub(super) fn batch_ending(conn: &mut Conn<'_>, last: i64) -> Result<Option<Batch>, Error> {
    let found: Option<BatchColumns> =
        on_db!(conn, c => batch::table.find(last).select(BatchColumns::as_select()).first(c).optional())?;
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
    let Some(days) = days::spanning(conn, first, last)? else { return Ok(Vec::new()) };
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
