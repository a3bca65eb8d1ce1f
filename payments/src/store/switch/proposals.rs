//! Money in and out of positions, by two officers.

use super::super::random::random;
use super::super::{obligations, proposals};
use super::{Command, Switch};
use crate::clearing::{Movement, Obligation, Proposal, ProposedMovement};
use crate::error::{Error, OperationError};
use crate::money::Amount;
use crate::participant::ClearingCode;

impl Switch {
    /// Proposes to move money. Returns the proposal's number; the same key again, the same number.
    pub async fn propose(&self, officer: &str, wanted: ProposedMovement) -> Result<i64, OperationError> {
        self.act(Command::Propose { officer: officer.to_owned(), wanted: Box::new(wanted) }).await
    }

    /// Approves a proposal, which moves the money, or refuses it. Only another officer than the one who proposed
    /// it may approve; whoever proposed it may take it back by refusing.
    pub async fn decide_proposal(&self, officer: &str, proposal: i64, approve: bool) -> Result<i64, OperationError> {
        self.act(Command::DecideProposal { officer: officer.to_owned(), proposal, approve }).await
    }

    /// Credits a position with money that arrived at the settlement institution, with both officers at hand: the
    /// first proposes, the second approves.
    pub async fn fund(
        &self,
        [officer, another]: [&str; 2],
        participant: ClearingCode,
        amount: Amount,
    ) -> Result<i64, OperationError> {
        let key = hex::encode(random::<16>().map_err(|_| OperationError::Unavailable)?);
        let wanted = ProposedMovement { participant, movement: Movement::Funding, amount, key };
        let proposal = self.propose(officer, wanted).await?;
        self.decide_proposal(another, proposal, true).await
    }

    /// What creditor agents owe, longest first. Blocks on the database.
    pub fn obligations(&self) -> Result<Vec<Obligation>, Error> {
        self.0.db.read(obligations::all)
    }

    /// The latest proposals, newest first, at most `limit`. Blocks on the database.
    pub fn proposals(&self, limit: usize) -> Result<Vec<Proposal>, Error> {
        self.0.db.read(|conn| proposals::latest(conn, limit))
    }
}
