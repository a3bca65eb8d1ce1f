//! Positions in the audit: what is stored against what the rows add up to.

use std::collections::BTreeMap;

use store::Conn;

use super::super::projection;
use super::tally::{Moved, Sum, Tally};
use super::{Audit, Difference, decimal};
use crate::clearing::{Position, Turnover};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

impl Audit {
    /// Every position, and that all of a currency add up to its funding.
    pub(super) fn positions(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
        let mut stored: BTreeMap<_, _> = projection::positions_and_turnovers(conn)?
            .into_iter()
            .map(|(code, currency, held, moved)| ((code, currency), (held, moved)))
            .collect();
        let mut differences = Vec::new();
        for currency in Currency::ALL {
            let of_it = |(_, of): &&(ClearingCode, Currency)| *of == currency;
            let held: i128 = stored.keys().filter(of_it).map(|key| i128::from(stored[key].0.balance)).sum();
            let tallies = self.tallies.keys().filter(of_it).map(|key| &self.tallies[key]);
            let funded: i128 = tallies.map(|tally| tally.funded.minor - tally.withdrawn.minor).sum();
            if held != funded {
                let (stored, computed) = (decimal(held, currency), decimal(funded, currency));
                differences.push(Difference::Total { currency, stored, computed });
            }
        }
        for (key, tally) in std::mem::take(&mut self.tallies) {
            let (position, moved) = stored.remove(&key).unwrap_or_default();
            compare(key, &position, &tally, &mut differences);
            compare_moved(key, moved, &tally.since(&self.days.began(key)), &mut differences);
            self.report.positions += 1;
        }
        for (key, (position, moved)) in stored {
            compare(key, &position, &Tally::default(), &mut differences);
            compare_moved(key, moved, &Turnover::default().into(), &mut differences);
        }
        self.report.differences.append(&mut differences);
        Ok(())
    }
}

fn compare(
    (participant, currency): (ClearingCode, Currency),
    stored: &Position,
    tally: &Tally,
    differences: &mut Vec<Difference>,
) {
    let sides = [
        ("balance", i128::from(stored.balance), tally.balance()),
        ("reserved", i128::from(stored.reserved), tally.set_aside),
        ("net debit cap", i128::from(stored.net_debit_cap), tally.cap),
    ];
    for (what, held, expected) in sides {
        if held != expected {
            let (stored, computed) = (decimal(held, currency), decimal(expected, currency));
            differences.push(Difference::Position { participant, currency, what, stored, computed });
        }
    }
    let (stored_sent, counted_sent) = (i128::from(stored.sent.minor), tally.sent.1);
    if (stored.sent.day, stored_sent) != tally.sent {
        let (stored, computed) = (decimal(stored_sent, currency), decimal(counted_sent, currency));
        differences.push(Difference::Position { participant, currency, what: "sent that day", stored, computed });
    }
    if (stored.limits, stored.is_low) != (tally.limits, tally.is_low) {
        let (stored, computed) = (format!("{:?}", stored.limits), format!("{:?}", tally.limits));
        differences.push(Difference::Position { participant, currency, what: "limits", stored, computed });
    }
    let available = tally.balance() - tally.set_aside + tally.cap;
    if available < 0 {
        let (stored, computed) = ("not below 0".to_owned(), decimal(available, currency));
        differences.push(Difference::Position { participant, currency, what: "available", stored, computed });
    }
}

/// What moved it since the business day began.
fn compare_moved(
    (participant, currency): (ClearingCode, Currency),
    stored: Turnover,
    expected: &Moved,
    differences: &mut Vec<Difference>,
) {
    if let Some((what, stored, computed)) = Moved::from(stored).difference(expected) {
        let text = |sum: Sum| format!("{} in {}", decimal(sum.minor, currency), sum.count);
        let (stored, computed) = (text(stored), text(computed));
        differences.push(Difference::Position { participant, currency, what, stored, computed });
    }
}
