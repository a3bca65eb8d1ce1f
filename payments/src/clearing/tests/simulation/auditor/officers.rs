//! What the auditor notes of money that officers move.

use std::time::Duration;

use store::Timestamp;

use super::Auditor;
use crate::clearing::{Movement, ProposedMovement};

/// Money that an officer wants to move.
pub(super) struct Wish {
    id: i64,
    wanted: ProposedMovement,
    by: String,
    at: Timestamp,
    decided: Option<(bool, String)>,
}

impl Auditor {
    pub(super) fn propose(&mut self, officer: &str, wanted: &ProposedMovement, now: Timestamp, sequence: i64) -> bool {
        let same = |wish: &&Wish| (wish.wanted.participant, &wish.wanted.key) == (wanted.participant, &wanted.key);
        if let Some(known) = self.wishes.iter().find(same) {
            return known.wanted == *wanted;
        }
        if !self.banks.contains_key(&wanted.participant) {
            return false;
        }
        let (wanted, by) = (wanted.clone(), officer.to_owned());
        self.wishes.push(Wish { id: sequence, wanted, by, at: now, decided: None });
        true
    }

    pub(super) fn decide(&mut self, officer: &str, proposal: i64, approve: bool, now: Timestamp) -> bool {
        let Some(index) = self.wishes.iter().position(|wish| wish.id == proposal) else { return false };
        let wish = &self.wishes[index];
        let ProposedMovement { participant, movement, amount, .. } = wish.wanted;
        if let Some(before) = &wish.decided {
            return *before == (approve, officer.to_owned());
        }
        if approve {
            let lacks =
                movement == Movement::Withdrawal && amount.minor() > self.spendable(participant, amount.currency());
            if wish.by == officer || now.since(wish.at) >= Duration::from_hours(24) || lacks {
                return false;
            }
            let minor = if movement == Movement::Funding { amount.minor() } else { -amount.minor() };
            self.banks.entry(participant).or_default().funding.push((amount.currency(), minor));
        }
        self.wishes[index].decided = Some((approve, officer.to_owned()));
        true
    }
}
