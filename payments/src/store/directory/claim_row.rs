//! A claim as a row.

use diesel::prelude::*;
use store::Timestamp;

use super::claim::ClaimRecord;
use super::row::owner_key;
use super::schema::directory_claim;
use crate::directory::sealed::{self, Place};
use crate::directory::sealed_text::Private;
use crate::directory::{
    CancelReason, CannotOpen, Claim, ClaimId, ClaimKind, ClaimState, Currencies, DirectoryKeys, EntryId, ProxyHash,
    Registration,
};
use crate::participant::ClearingCode;

use super::DirectoryError;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_claim)]
pub(super) struct ClaimRow {
    pub(super) id: ClaimId,
    pub(super) proxy_hash: Vec<u8>,
    pub(super) kind: i16,
    pub(super) state: i16,
    pub(super) claimant: ClearingCode,
    pub(super) donor: ClearingCode,
    pub(super) claimant_proved: bool,
    pub(super) donor_proved: bool,
    pub(super) cancelled: Option<i16>,
    pub(super) currencies: i16,
    pub(super) sealed: Vec<u8>,
    pub(super) owner_key: Option<Vec<u8>>,
    pub(super) opened_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) deadline: Timestamp,
}

/// What a claim's private part is sealed for: the claim itself, which no entry's identifier equals.
pub(super) fn claimed_entry(id: ClaimId, claimant: ClearingCode) -> Place {
    Place { id: EntryId::from_uuid(*id.as_uuid()), participant: claimant }
}

impl ClaimRow {
    pub(super) fn hash(&self) -> Result<ProxyHash, CannotOpen> {
        self.proxy_hash.as_slice().try_into().map_err(|_| CannotOpen)
    }

    /// Where the claim stands.
    pub(super) fn claim(&self) -> Result<Claim, CannotOpen> {
        let kind = [ClaimKind::Ownership, ClaimKind::Portability].into_iter().find(|k| kind_number(*k) == self.kind);
        let cancelled = match self.cancelled {
            None => None,
            Some(number) => Some(reason_of(number).ok_or(CannotOpen)?),
        };
        Ok(Claim {
            kind: kind.ok_or(CannotOpen)?,
            state: ClaimState::from_number(self.state).ok_or(CannotOpen)?,
            claimant_proved: self.claimant_proved,
            donor_proved: self.donor_proved,
            cancelled,
            deadline: self.deadline,
        })
    }

    /// The same claim after a step.
    pub(super) fn with(self, claim: &Claim, now: Timestamp) -> Self {
        Self {
            state: claim.state.number(),
            claimant_proved: claim.claimant_proved,
            donor_proved: claim.donor_proved,
            cancelled: claim.cancelled.map(reason_number),
            changed_at: now,
            ..self
        }
    }

    /// What the claimant registers when the claim completes: as the default, since its owner has the proxy now.
    pub(super) fn registration(&self, keys: &DirectoryKeys) -> Result<Registration, CannotOpen> {
        let Private { proxy, account, owner } =
            sealed::open(keys, claimed_entry(self.id, self.claimant), &self.sealed)?;
        let currencies = Currencies::from_bits(self.currencies).ok_or(CannotOpen)?;
        let owner_key = owner_key(self.owner_key.as_deref());
        Ok(Registration { proxy, account, owner, owner_key, currencies, default: true })
    }

    pub(super) fn record(&self, keys: &DirectoryKeys) -> Result<ClaimRecord, DirectoryError> {
        Ok(ClaimRecord {
            id: self.id,
            claimant: self.claimant,
            donor: self.donor,
            proxy: self.registration(keys)?.proxy,
            claim: self.claim()?,
            opened: self.opened_at,
            changed: self.changed_at,
        })
    }
}

/// The number in the database. One once given stays.
pub(super) const fn kind_number(kind: ClaimKind) -> i16 {
    match kind {
        ClaimKind::Ownership => 1,
        ClaimKind::Portability => 2,
    }
}

const fn reason_number(reason: CancelReason) -> i16 {
    match reason {
        CancelReason::Withdrawn => 1,
        CancelReason::OwnerProvedAgain => 2,
        CancelReason::OwnerObjects => 3,
        CancelReason::Fraud => 4,
        CancelReason::Expired => 5,
    }
}

fn reason_of(number: i16) -> Option<CancelReason> {
    CancelReason::ALL.into_iter().find(|reason| reason_number(*reason) == number)
}
