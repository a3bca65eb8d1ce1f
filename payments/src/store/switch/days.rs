//! Business days and checkpoints, as they are looked at. All of this blocks on the database.

use super::Switch;
use crate::clearing::{BusinessDay, Checkpoint, CheckpointKey, ClosedDay, Statement};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;
use crate::report::DetailedStatement;
use crate::store::entries::Of;
use crate::store::{checkpoint, closed_days, entries};

/// Checkpoints. All of this blocks on the database.
impl Switch {
    /// Signs the business days that have ended and are not signed yet, oldest first, some at a time. Returns what
    /// it signed.
    pub fn sign_closed_days(&self, key: &CheckpointKey) -> Result<Vec<String>, Error> {
        if !self.0.db.read(checkpoint::is_due)? {
            return Ok(Vec::new());
        }
        let key = key.clone();
        self.0.db.write(move |conn| checkpoint::sign_closed_days(conn, &key))
    }

    /// The checkpoint with which a business day was closed, signed; none when it has not ended or is not signed.
    pub fn checkpoint_of(&self, day: BusinessDay) -> Result<Option<String>, Error> {
        self.0.db.read(|conn| checkpoint::of_closed_day(conn, day))
    }

    /// The end of the log as it is now; none while nothing has happened.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, Error> {
        self.0.db.snapshot(checkpoint::of_head)
    }
}

/// Days and their statements.
impl Switch {
    /// The business day that has begun; none before anything has happened.
    pub fn business_day(&self) -> Result<Option<BusinessDay>, Error> {
        self.0.db.read(closed_days::current)
    }

    /// Business days that have ended, the latest first, at most `limit`, before the day `before`.
    pub fn closed_days(&self, before: Option<BusinessDay>, limit: u16) -> Result<Vec<ClosedDay>, Error> {
        self.0.db.read(|conn| closed_days::closed(conn, before, limit.into()))
    }

    /// One day that has ended and the statements that closed it, by participant and currency; none when that day
    /// has not ended, or was none.
    pub fn statements(&self, day: BusinessDay) -> Result<Option<(ClosedDay, Vec<Statement>)>, Error> {
        self.0.db.snapshot(|conn| {
            let Some(day) = closed_days::find(conn, day)? else { return Ok(None) };
            Ok(Some((day, closed_days::statements(conn, &day)?)))
        })
    }

    /// A participant's statement of a day that has ended, with at most `limit` of its entries, after row `after`;
    /// none when that day has not ended, or the participant had no position in that currency.
    pub fn detailed_statement(
        &self,
        day: BusinessDay,
        participant: ClearingCode,
        currency: Currency,
        after: i64,
        limit: usize,
    ) -> Result<Option<DetailedStatement>, Error> {
        self.0.db.snapshot(|conn| {
            let Some(day) = closed_days::find(conn, day)? else { return Ok(None) };
            let statements = closed_days::statements(conn, &day)?;
            let own = |of: &Statement| of.participant == participant && of.currency == currency;
            let Some(statement) = statements.into_iter().find(own) else { return Ok(None) };
            let page = entries::page(conn, &day, Of { participant, currency }, after, limit)?;
            Ok(Some(DetailedStatement { day, statement, page }))
        })
    }
}
