//! How events move the state: what operators do, what creditor agents say later, what goes back.

use std::sync::Arc;

use store::Timestamp;

use super::{BrokenLog, Certificate, State};
use crate::clearing::operation::Operation;
use crate::clearing::position::PositionBroken;
use crate::clearing::row::{Event, EventRow};
use crate::clearing::turnover::Entry;
use crate::clearing::{Movement, Obligation, Owed, Posting, Proposal, ProposalDecision, RecallDecision, ReturnRecord};
use crate::participant::{ClearingCode, Participant, Standing};

impl State {
    /// A proposal, by its number.
    pub fn proposal(&self, id: i64) -> Option<&Proposal> {
        self.proposals.get(&id)
    }

    /// All proposals, oldest first.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.values()
    }

    /// What creditor agents owe, by payment.
    pub fn obligations(&self) -> impl Iterator<Item = &Obligation> {
        self.obligations.values()
    }

    /// Whether a participant may pay and be paid.
    pub fn standing(&self, code: ClearingCode) -> Option<Standing> {
        self.participant(code).map(|known| known.standing)
    }

    pub(super) fn owe(&mut self, payment: i64, owed: Owed, participant: ClearingCode, since: Timestamp) {
        let obligation = Obligation { payment, owed, participant, since };
        Arc::make_mut(&mut self.obligations).insert((payment, owed), obligation);
    }

    fn fulfil(&mut self, payment: i64, owed: Owed) {
        // Mostly nothing is owed, and then nothing is copied.
        if self.obligations.contains_key(&(payment, owed)) {
            Arc::make_mut(&mut self.obligations).remove(&(payment, owed));
        }
    }

    /// A payment that is not in memory is final: it is read with its posting when it is asked about.
    fn fold_posting(&mut self, row: &EventRow, payment: i64, posting: Posting) {
        self.fulfil(payment, Owed::Posting);
        if let Some(payment) = self.payments.get_mut(&payment) {
            let payment = Arc::make_mut(payment);
            payment.posting = posting;
            (payment.state_sequence, payment.state_recorded) = (row.sequence, row.recorded);
        }
    }

    fn fold_return(&mut self, returner: ClearingCode, record: &ReturnRecord) -> Result<(), PositionBroken> {
        if record.detail.refusal.is_some() {
            return Ok(());
        }
        let receiver = record.receiver.ok_or(PositionBroken)?;
        let (minor, currency) = (record.amount.minor(), record.amount.currency());
        self.book(returner, currency, Entry::ReturnOut, minor)?;
        self.book(receiver, currency, Entry::ReturnIn, minor)?;
        if let Some(payment) = record.payment {
            self.fulfil(payment, Owed::Return);
            self.fulfil(payment, Owed::Posting);
        }
        if let Some(payment) = record.payment.and_then(|payment| self.payments.get_mut(&payment)) {
            let payment = Arc::make_mut(payment);
            payment.returned = payment.returned.checked_add(minor).ok_or(PositionBroken)?;
        }
        Ok(())
    }

    pub(super) fn fold_event(&mut self, row: &EventRow) -> Result<(), BrokenLog> {
        let broken = |why| BrokenLog { sequence: row.sequence, why };
        let code = row.participant;
        let operation = match &row.event {
            Event::Operation(operation) => operation,
            Event::DuplicateRefused(_) => return Ok(()),
            Event::CutOver(cut_over) => return self.fold_cut_over(cut_over).map_err(broken),
            Event::Posted { payment, posting, .. } => {
                self.fold_posting(row, *payment, *posting);
                return Ok(());
            }
            Event::Recalled(record) => {
                if record.decision == Some(RecallDecision::Accepted) {
                    self.owe(record.payment, Owed::Return, code, row.recorded);
                }
                if let Some(payment) = self.payments.get_mut(&record.payment) {
                    Arc::make_mut(payment).take_recall(record);
                }
                return Ok(());
            }
            Event::Proposed { .. } | Event::ProposalRefused { .. } | Event::Moved { .. } => {
                return self.fold_proposal(row).map_err(|_| broken("it moves what is not there"));
            }
            Event::Liquidity(turn) => {
                self.position_mut(code, turn.currency).is_low = turn.is_low;
                return Ok(());
            }
            Event::Returned(record) => {
                self.remember_return(row);
                return self.fold_return(code, record).map_err(|_| broken("it returns what is not there"));
            }
        };
        self.fold_operation(row, operation)
    }

    fn fold_proposal(&mut self, row: &EventRow) -> Result<(), PositionBroken> {
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
                Arc::make_mut(&mut self.proposals).insert(row.sequence, proposal);
                Ok(())
            }
            Event::ProposalRefused { proposal } => {
                self.decide(row, *proposal, false);
                Ok(())
            }
            Event::Moved { movement, amount, proposal } => {
                if let Some(proposal) = proposal {
                    self.decide(row, *proposal, true);
                }
                let entry = if *movement == Movement::Funding { Entry::Funding } else { Entry::Withdrawal };
                self.book(row.participant, amount.currency(), entry, amount.minor())
            }
            _ => Ok(()),
        }
    }

    fn decide(&mut self, row: &EventRow, proposal: i64, approved: bool) {
        if let Some(proposal) = Arc::make_mut(&mut self.proposals).get_mut(&proposal) {
            proposal.decision = Some(ProposalDecision { approved, by: row.actor.clone(), at: row.recorded });
        }
    }

    fn fold_operation(&mut self, row: &EventRow, operation: &Operation) -> Result<(), BrokenLog> {
        let broken = |why| BrokenLog { sequence: row.sequence, why };
        let code = row.participant;
        if let Operation::Add(particulars) = operation {
            let participant = Participant {
                clearing_code: code,
                bic: particulars.bic.clone(),
                name_zh: particulars.name_zh.clone(),
                name_en: particulars.name_en.clone(),
                standing: Standing::Active,
                is_offline: false,
                app_link: None,
                added: row.recorded,
            };
            Arc::make_mut(&mut self.participants).insert(code, participant);
            return Ok(());
        }
        let participant =
            Arc::make_mut(&mut self.participants).get_mut(&code).ok_or(broken("there is no such participant"))?;
        let moved = match operation {
            Operation::Add(_) => Ok(()),
            Operation::SetNetDebitCap(currency, cap) => self.position_mut(code, *currency).set_cap(*cap),
            Operation::SetLimits(currency, limits) => {
                self.position_mut(code, *currency).limits = *limits;
                Ok(())
            }
            Operation::Suspend | Operation::Block | Operation::Resume => {
                participant.standing = operation.standing().unwrap_or(participant.standing);
                Ok(())
            }
            Operation::GoOffline | Operation::ComeOnline => {
                participant.is_offline = *operation == Operation::GoOffline;
                Ok(())
            }
            Operation::SetAppLink(link) => {
                participant.app_link.clone_from(link);
                Ok(())
            }
            Operation::AddCertificate(thumbprint) => {
                let certificate = Certificate { participant: code, added: row.recorded, revoked: None };
                Arc::make_mut(&mut self.certificates).insert(*thumbprint, certificate);
                Ok(())
            }
            Operation::RevokeCertificate(thumbprint) => {
                let certificate = Arc::make_mut(&mut self.certificates)
                    .get_mut(thumbprint)
                    .ok_or(broken("there is no such certificate"))?;
                certificate.revoked = Some(row.recorded);
                Ok(())
            }
        };
        moved.map_err(|_| broken("it moves what is not there"))
    }
}
