//! How events move the state: what operators do, what creditor agents say later, what goes back.

use std::sync::Arc;

use super::{BrokenLog, Certificate, State};
use crate::clearing::operation::Operation;
use crate::clearing::position::PositionBroken;
use crate::clearing::row::{Event, EventRow};
use crate::clearing::turnover::Entry;
use crate::clearing::{Posting, ReturnRecord};
use crate::participant::{ClearingCode, Participant, Standing};

impl State {
    /// A payment that is not in memory is final: it is read with its posting when it is asked about.
    fn fold_posting(&mut self, row: &EventRow, payment: i64, posting: Posting) {
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
                if let Some(payment) = self.payments.get_mut(&record.payment) {
                    Arc::make_mut(payment).recall = Some(Box::new(record.recall()));
                }
                return Ok(());
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
                added: row.recorded,
            };
            Arc::make_mut(&mut self.participants).insert(code, participant);
            return Ok(());
        }
        let participant =
            Arc::make_mut(&mut self.participants).get_mut(&code).ok_or(broken("there is no such participant"))?;
        let moved = match operation {
            Operation::Add(_) => Ok(()),
            Operation::Fund(sum) => self.book(code, sum.currency(), Entry::Funding, sum.minor()),
            Operation::Withdraw(sum) => self.book(code, sum.currency(), Entry::Withdrawal, sum.minor()),
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
