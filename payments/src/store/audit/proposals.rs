//! Whether every movement of money had two officers, by what the log says.

use std::collections::BTreeMap;

use crate::clearing::{Event, EventRow, Proposal, ProposalDecision};

/// Proposals, put together anew from the events.
#[derive(Default)]
pub(super) struct Proposals(BTreeMap<i64, Proposal>);

impl Proposals {
    /// Takes an event in; says what is wrong with it.
    pub(super) fn take(&mut self, row: &EventRow) -> Option<String> {
        match &row.event {
            Event::Proposed { movement, amount, key, expires } => {
                let proposal = Proposal {
                    id: row.sequence,
                    participant: row.participant,
                    movement: *movement,
                    amount: *amount,
                    key: key.clone(),
                    proposed_by: row.actor.clone(),
                    proposed: row.recorded,
                    expires: *expires,
                    decision: None,
                };
                self.0.insert(row.sequence, proposal);
                None
            }
            Event::ProposalRefused { proposal } => self.decide(row, *proposal, false).err(),
            Event::Moved { movement, amount, proposal: Some(id) } => match self.decide(row, *id, true) {
                Err(wrong) => Some(wrong),
                Ok(known) if known.proposed_by == row.actor => Some(format!("{} approved it alone", row.actor)),
                Ok(known) if known.expires <= row.recorded => Some(format!("proposal {id} had expired")),
                Ok(known) => {
                    let same =
                        (known.participant, known.movement, known.amount) == (row.participant, *movement, *amount);
                    (!same).then(|| format!("it is not what proposal {id} says"))
                }
            },
            _ => None,
        }
    }

    fn decide(&mut self, row: &EventRow, id: i64, approved: bool) -> Result<&Proposal, String> {
        let known = self.0.get_mut(&id).ok_or_else(|| format!("there is no proposal {id}"))?;
        if known.decision.is_some() {
            return Err(format!("proposal {id} was decided before"));
        }
        known.decision = Some(ProposalDecision { approved, by: row.actor.clone(), at: row.recorded });
        Ok(known)
    }

    /// The numbers of proposals that are stored otherwise than the log says.
    pub(super) fn differ(mut self, stored: Vec<Proposal>) -> Vec<i64> {
        let differs = |one: &Proposal| self.0.remove(&one.id).as_ref() != Some(one);
        let mut wrong: Vec<i64> = stored.into_iter().filter(differs).map(|one| one.id).collect();
        wrong.extend(self.0.into_keys());
        wrong
    }
}
