//! Ids that two payments have within two business days. The switch keeps them apart under the head of the log, not by
//! an index; that it did so is found out here.

use std::collections::{HashMap, HashSet};

use store::Conn;

use super::report::Difference;
use crate::clearing::{BusinessDay, SearchKey};
use crate::error::Error;
use crate::store::columns::RecordColumns;
use crate::store::filter::Filter;
use crate::store::keys;

/// So many rows are read at a time.
const ROWS_A_STEP: i64 = 16_384;

/// Ids as the audit comes by them, in little memory: most are certainly new.
pub(super) struct Ids {
    seen: Filter,
    today: BusinessDay,
    /// Those that may have been seen before.
    suspicious: HashSet<(i16, String)>,
}

impl Default for Ids {
    fn default() -> Self {
        Self { seen: Filter::new(), today: BusinessDay::FIRST, suspicious: HashSet::new() }
    }
}

impl Ids {
    pub(super) fn take(&mut self, record: &RecordColumns) {
        if record.business_day > self.today {
            self.today = record.business_day;
            self.seen.forget_before(self.today.previous());
        }
        let key = SearchKey::transaction_id(record.debtor_agent, &record.transaction_id);
        if self.seen.may_hold(key) {
            self.suspicious.insert((record.debtor_agent.number(), record.transaction_id.clone()));
        }
        self.seen.insert(key, record.business_day);
    }

    /// Looks through the payments up to row `last` again for those that are suspicious.
    pub(super) fn used_twice(self, conn: &mut Conn<'_>, last: i64) -> Result<Vec<Difference>, Error> {
        let mut differences = Vec::new();
        if self.suspicious.is_empty() {
            return Ok(differences);
        }
        let mut first_use: HashMap<(i16, String), (i64, BusinessDay)> = HashMap::new();
        let mut next = 1;
        while next <= last {
            let end = last.min(next + ROWS_A_STEP - 1);
            for payment in keys::known(conn, next, end)? {
                let id = (payment.debtor_agent.number(), payment.transaction_id);
                if !self.suspicious.contains(&id) {
                    continue;
                }
                let (sequence, day) = (payment.seq, payment.business_day);
                if let Some((earlier, of)) = first_use.insert(id, (sequence, day))
                    && of >= day.previous()
                {
                    let why = format!("its id was that of payment {earlier}, within two business days");
                    differences.push(Difference::Row { sequence, why });
                }
            }
            next = end + 1;
        }
        Ok(differences)
    }
}
