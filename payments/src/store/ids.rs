//! Which ids of payments are certainly new. What was recorded before a start is taken in beside the work; until that
//! is done, ids are looked up.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

use store::{Conn, Db};

use super::filter::Filter;
use super::recent::Entry;
use super::{days, keys};
use crate::clearing::{BusinessDay, SearchKey};
use crate::error::Error;

/// So many keys, or rows, are read at a time.
const STEP: i64 = 65_536;

/// The ids of two business days, up to a row of the log.
pub(super) struct Ids {
    filter: Filter,
    last: i64,
    today: BusinessDay,
    /// What was recorded before: still on its way, here, or not to be had.
    before: Before,
}

enum Before {
    Loading(Receiver<Filter>),
    Loaded,
    Unknown,
}

impl Ids {
    /// Of the log that ends with row `last` today.
    pub(super) fn load(db: &Db, last: i64, today: BusinessDay) -> Self {
        let (loaded, loading) = channel();
        let db = db.clone();
        let load = move || match read(&db, last, today) {
            // Whoever no longer waits has no more use for it.
            Ok(filter) => drop(loaded.send(filter)),
            Err(error) => tracing::warn!(%error, "the ids of payments could not be read; each is looked up instead"),
        };
        let thread = std::thread::Builder::new().name("ids".to_owned()).spawn(load);
        let before = if thread.is_ok() { Before::Loading(loading) } else { Before::Unknown };
        Self { filter: Filter::new(), last, today, before }
    }

    /// Nothing is certain.
    #[cfg(test)]
    pub(super) const fn unknown() -> Self {
        Self { filter: Filter::new(), last: 0, today: BusinessDay::FIRST, before: Before::Unknown }
    }

    /// Takes in rows that are recorded. Rows that it has already do no harm.
    pub(super) fn add(&mut self, entries: &[Entry]) {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
        if first.sequence() > self.last + 1 {
            self.before = Before::Unknown;
        }
        for entry in entries {
            if let Some(day) = entry.business_day()
                && day > self.today
            {
                self.today = day;
                self.filter.forget_before(day.previous());
            }
            if let Some([uetr, transaction_id, _]) = entry.keys() {
                self.filter.insert(*uetr, self.today);
                self.filter.insert(*transaction_id, self.today);
            }
        }
        self.last = self.last.max(last.sequence());
    }

    /// Takes in what was recorded up to row `last` without coming by here.
    pub(super) fn catch_up(&mut self, conn: &mut Conn<'_>, last: i64, today: BusinessDay) -> Result<(), Error> {
        take_in(conn, &mut self.filter, self.last + 1, last, today)?;
        self.last = self.last.max(last);
        Ok(())
    }

    /// Whether no payment of two business days has this key, as far as rows up to the last one taken in go.
    pub(super) fn is_new(&mut self, key: SearchKey) -> bool {
        if let Before::Loading(loading) = &self.before {
            match loading.try_recv() {
                Ok(older) => {
                    self.filter.join(older);
                    self.before = Before::Loaded;
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => self.before = Before::Unknown,
            }
        }
        matches!(self.before, Before::Loaded) && !self.filter.may_hold(key)
    }
}

/// The ids of yesterday and today up to row `last`.
fn read(db: &Db, last: i64, today: BusinessDay) -> Result<Filter, Error> {
    let mut filter = Filter::new();
    let (first, projected) = db.read(|conn| -> Result<_, Error> {
        Ok((days::first_row_since(conn, today.previous())?, keys::projected(conn)?))
    })?;
    let Some(first) = first else { return Ok(filter) };
    // Keys stand by stretches of the log, so this reads a little more than it must.
    let mut after = SearchKey::least_of(first) - 1;
    loop {
        let stored = db.read(|conn| keys::stored_after(conn, after, STEP))?;
        let Some(end) = stored.last() else { break };
        after = *end;
        for key in stored.into_iter().filter_map(SearchKey::of_unique) {
            filter.insert(key, today);
        }
    }
    let mut next = first.max(projected + 1);
    while next <= last {
        let end = last.min(next + STEP - 1);
        db.read(|conn| take_in(conn, &mut filter, next, end, today))?;
        next = end + 1;
    }
    Ok(filter)
}

fn take_in(conn: &mut Conn<'_>, filter: &mut Filter, first: i64, last: i64, today: BusinessDay) -> Result<(), Error> {
    for payment in keys::known(conn, first, last)? {
        let [uetr, transaction_id, _] = payment.keys()?;
        filter.insert(uetr, today);
        filter.insert(transaction_id, today);
    }
    Ok(())
}
