//! Proposals as their table holds them.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::columns::{currency, currency_column};
use super::schema::proposal;
use crate::clearing::{Proposal, ProposalDecision};
use crate::error::Error;
use crate::money::Amount;
use crate::participant::ClearingCode;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = proposal, primary_key(id), treat_none_as_null = true)]
struct ProposalColumns {
    id: i64,
    participant: ClearingCode,
    movement: String,
    currency: i16,
    amount: i64,
    idempotency_key: String,
    proposed_by: String,
    proposed: Timestamp,
    expires: Timestamp,
    approved: Option<bool>,
    decided_by: Option<String>,
    decided: Option<Timestamp>,
}

impl ProposalColumns {
    fn of(known: &Proposal) -> Self {
        let decision = known.decision.as_ref();
        Self {
            id: known.id,
            participant: known.participant,
            movement: known.movement.name().to_owned(),
            currency: currency_column(known.amount.currency()),
            amount: known.amount.minor(),
            idempotency_key: known.key.clone(),
            proposed_by: known.proposed_by.clone(),
            proposed: known.proposed,
            expires: known.expires,
            approved: decision.map(|decision| decision.approved),
            decided_by: decision.map(|decision| decision.by.clone()),
            decided: decision.map(|decision| decision.at),
        }
    }

    fn proposal(self) -> Result<Proposal, Error> {
        let damaged = |column| Error::Damaged(format!("proposal {}: its {column} cannot be read", self.id));
        let currency = currency(self.currency).ok_or_else(|| damaged("currency"))?;
        let decision = match (self.approved, self.decided_by, self.decided) {
            (Some(approved), Some(by), Some(at)) => Some(ProposalDecision { approved, by, at }),
            (None, None, None) => None,
            _ => return Err(damaged("decision")),
        };
        Ok(Proposal {
            id: self.id,
            participant: self.participant,
            movement: self.movement.parse().map_err(|_| damaged("movement"))?,
            amount: Amount::new(self.amount, currency).map_err(|_| damaged("amount"))?,
            key: self.idempotency_key,
            proposed_by: self.proposed_by,
            proposed: self.proposed,
            expires: self.expires,
            decision,
        })
    }
}

/// Writes a proposal as it stands now.
pub(super) fn write(conn: &mut Conn<'_>, known: &Proposal) -> Result<(), Error> {
    let columns = ProposalColumns::of(known);
    on_db!(conn, c => diesel::insert_into(proposal::table)
        .values(&columns)
        .on_conflict(proposal::id)
        .do_update()
        .set(&columns)
        .execute(c))?;
    Ok(())
}

/// All proposals, oldest first.
pub(super) fn all(conn: &mut Conn<'_>) -> Result<Vec<Proposal>, Error> {
    let found: Vec<ProposalColumns> =
        on_db!(conn, c => proposal::table.order(proposal::id).select(ProposalColumns::as_select()).load(c))?;
    found.into_iter().map(ProposalColumns::proposal).collect()
}

/// The latest proposals, newest first.
pub(super) fn latest(conn: &mut Conn<'_>, limit: usize) -> Result<Vec<Proposal>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found: Vec<ProposalColumns> = on_db!(conn, c => proposal::table
        .order(proposal::id.desc())
        .limit(limit)
        .select(ProposalColumns::as_select())
        .load(c))?;
    found.into_iter().map(ProposalColumns::proposal).collect()
}
