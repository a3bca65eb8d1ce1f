//! Claims in the database: opened, decided step by step, and at their deadline by whichever gateway comes first.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::claim_row::{ClaimRow, claimed_entry, kind_number};
use super::holding::{entries_of, held, lock, set_status, wish};
use super::notice::{self, NoticeKind};
use super::register::{Origin, Work, delete_row};
use super::row::EntryRow;
use super::schema::directory_claim;
use super::{Directory, DirectoryError, Page};
use crate::directory::sealed;
use crate::directory::sealed_text::Private;
use crate::directory::{
    Claim, ClaimId, ClaimKind, ClaimParty, ClaimState, ClaimStep, EntryId, EntryStatus, Proxy, ProxyHash, Registration,
    may_claim,
};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Claims on a page.
const PAGE: i64 = 100;
/// How many claims are decided at once when their deadline has come.
const DUE: i64 = 100;

/// A claim as both its sides see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRecord {
    /// Which.
    pub id: ClaimId,
    /// The bank that wants the proxy.
    pub claimant: ClearingCode,
    /// The bank that has it.
    pub donor: ClearingCode,
    /// The proxy.
    pub proxy: Proxy,
    /// Where it stands.
    pub claim: Claim,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

impl Directory {
    /// Opens a claim of `claimant` for what it would register. The same again gives the claim that is open.
    ///
    /// # Errors
    /// [`DirectoryError::NoClaim`] when nobody else has the proxy, or another claim is open.
    pub fn open_claim(
        &self,
        claimant: ClearingCode,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<ClaimRecord, DirectoryError> {
        open(self, claimant, registration, now)
    }

    /// Takes a step of a claim for `participant`, which must be one of its sides.
    ///
    /// # Errors
    /// [`DirectoryError::Claim`] when it is not taken, [`DirectoryError::NotFound`] also for claims of others.
    pub fn take_claim_step(
        &self,
        participant: ClearingCode,
        id: ClaimId,
        step: ClaimStep,
        now: Timestamp,
    ) -> Result<ClaimRecord, DirectoryError> {
        take(self, participant, id, step, now)
    }

    /// Decides claims whose deadline has come; any number of gateways may do so at once. Returns how many were decided
    /// here.
    pub fn decide_due_claims(&self, now: Timestamp) -> Result<usize, DirectoryError> {
        decide_due(self, now)
    }

    /// The claims that `participant` is a side of, in the order of their opening, a page after `cursor`.
    pub fn claims(
        &self,
        participant: ClearingCode,
        cursor: Option<ClaimId>,
    ) -> Result<Page<ClaimRecord, ClaimId>, DirectoryError> {
        list(self, participant, cursor)
    }

    /// A claim that `participant` is a side of.
    pub fn claim(&self, participant: ClearingCode, id: ClaimId) -> Result<ClaimRecord, DirectoryError> {
        read(self, participant, id)
    }
}

fn open(
    directory: &Directory,
    claimant: ClearingCode,
    registration: &Registration,
    now: Timestamp,
) -> Result<ClaimRecord, DirectoryError> {
    let (this, registration) = (directory.clone(), registration.clone().by_its_holder(directory.keys())?);
    directory.db().write(move |conn| {
        let hash = this.keys().proxy_hash(&registration.proxy);
        lock(conn, &hash)?;
        let under_way: Option<ClaimRow> = on_db!(conn, c => directory_claim::table
            .filter(directory_claim::proxy_hash.eq(hash.as_slice()))
            .filter(directory_claim::state.le(ClaimState::Confirmed.number()))
            .select(ClaimRow::as_select())
            .first(c)
            .optional())?;
        if let Some(row) = under_way.filter(|row| row.claimant == claimant) {
            return row.record(this.keys());
        }
        let entries = entries_of(conn, &hash)?;
        let wish = wish(&this, claimant, &registration);
        let (kind, donor) = may_claim(registration.proxy.kind(), &held(&entries), wish)?;
        let proven = wish.asserted || kind == ClaimKind::Portability;
        let claim = Claim::open(kind, proven, this.rules().time_to_resolve_claims, now);
        let id = ClaimId::new(now, &random()?);
        let Registration { proxy, account, owner, currencies, owner_key, .. } = registration.clone();
        let private = Private { proxy, account, owner };
        let row = ClaimRow {
            id,
            proxy_hash: hash.to_vec(),
            kind: kind_number(kind),
            state: claim.state.number(),
            claimant,
            donor,
            claimant_proved: claim.claimant_proved,
            donor_proved: claim.donor_proved,
            cancelled: None,
            currencies: currencies.bits(),
            sealed: sealed::seal(this.keys(), claimed_entry(id, claimant), &private, None, random()?)?,
            owner_key: owner_key.map(|key| key.as_bytes().to_vec()),
            opened_at: now,
            changed_at: now,
            deadline: claim.deadline,
        };
        on_db!(conn, c => diesel::insert_into(directory_claim::table).values(&row).execute(c))?;
        set_status(conn, &hash, EntryStatus::Proven, EntryStatus::Locked)?;
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        audit::record(conn, &ids, claimant, Purpose::Claim, now)?;
        for participant in concerned(&entries, claimant) {
            notice::tell(conn, participant, NoticeKind::ClaimOpened, id.as_uuid(), now)?;
        }
        row.record(this.keys())
    })
}

fn take(
    directory: &Directory,
    participant: ClearingCode,
    id: ClaimId,
    step: ClaimStep,
    now: Timestamp,
) -> Result<ClaimRecord, DirectoryError> {
    let this = directory.clone();
    directory.db().write(move |conn| {
        let row = locked(conn, id)?.ok_or(DirectoryError::NotFound)?;
        let by = match participant {
            one if one == row.claimant => ClaimParty::Claimant,
            one if one == row.donor => ClaimParty::Donor,
            _ => return Err(DirectoryError::NotFound),
        };
        Decision { directory: &this, row, now }.take(conn, step, by)
    })
}

/// Two gateways at once do no harm: each claim is taken by one of them, and the other finds it decided.
fn decide_due(directory: &Directory, now: Timestamp) -> Result<usize, DirectoryError> {
    let due: Vec<ClaimId> = directory.db().read(|conn| -> Result<_, DirectoryError> {
        Ok(on_db!(conn, c => directory_claim::table
            .filter(directory_claim::state.le(ClaimState::Confirmed.number()))
            .filter(directory_claim::deadline.le(now))
            .order(directory_claim::deadline)
            .limit(DUE)
            .select(directory_claim::id)
            .load(c))?)
    })?;
    let mut decided = 0;
    for id in due {
        let this = directory.clone();
        let done = directory.db().write(move |conn| -> Result<bool, DirectoryError> {
            let Some(row) = locked(conn, id)? else { return Ok(false) };
            if !row.claim()?.state.is_open() {
                return Ok(false);
            }
            Decision { directory: &this, row, now }.take(conn, ClaimStep::Deadline, ClaimParty::Time).map(|_| true)
        });
        decided += usize::from(done?);
    }
    Ok(decided)
}

fn list(
    directory: &Directory,
    participant: ClearingCode,
    cursor: Option<ClaimId>,
) -> Result<Page<ClaimRecord, ClaimId>, DirectoryError> {
    let after = cursor.unwrap_or(ClaimId::from_uuid(uuid::Uuid::nil()));
    let rows: Vec<ClaimRow> = directory.db().read(|conn| -> Result<_, DirectoryError> {
        let side = directory_claim::claimant.eq(participant).or(directory_claim::donor.eq(participant));
        Ok(on_db!(conn, c => directory_claim::table
            .filter(side)
            .filter(directory_claim::id.gt(after))
            .order(directory_claim::id)
            .limit(PAGE)
            .select(ClaimRow::as_select())
            .load(c))?)
    })?;
    Page::of(rows, PAGE, |row| row.id, |row| row.record(directory.keys()))
}

fn read(directory: &Directory, participant: ClearingCode, id: ClaimId) -> Result<ClaimRecord, DirectoryError> {
    let row = directory.db().read(|conn| find(conn, id))?;
    let row = row.filter(|row| row.claimant == participant || row.donor == participant);
    row.ok_or(DirectoryError::NotFound)?.record(directory.keys())
}

fn find(conn: &mut Conn<'_>, id: ClaimId) -> Result<Option<ClaimRow>, DirectoryError> {
    Ok(on_db!(conn, c => directory_claim::table.find(id).select(ClaimRow::as_select()).get_result(c).optional())?)
}

/// The claim, read after its proxy was taken for this transaction alone.
fn locked(conn: &mut Conn<'_>, id: ClaimId) -> Result<Option<ClaimRow>, DirectoryError> {
    let Some(row) = find(conn, id)? else { return Ok(None) };
    lock(conn, &row.hash()?)?;
    find(conn, id)
}

/// One step of a claim in its transaction.
struct Decision<'a> {
    directory: &'a Directory,
    row: ClaimRow,
    now: Timestamp,
}

impl Decision<'_> {
    fn take(self, conn: &mut Conn<'_>, step: ClaimStep, by: ClaimParty) -> Result<ClaimRecord, DirectoryError> {
        let mut before = self.row.claim()?;
        // A donor whose word counts for possession need not prove it to say that its customer still has it.
        before.donor_proved |= self.directory.rules().asserts(self.row.donor);
        let after = before.take(step, by, self.now)?;
        if after == before {
            return self.row.record(self.directory.keys());
        }
        let row = self.row.clone().with(&after, self.now);
        on_db!(conn, c => diesel::update(directory_claim::table.find(row.id))
            .set((
                directory_claim::state.eq(row.state),
                directory_claim::claimant_proved.eq(row.claimant_proved),
                directory_claim::donor_proved.eq(row.donor_proved),
                directory_claim::cancelled.eq(row.cancelled),
                directory_claim::changed_at.eq(row.changed_at),
            ))
            .execute(c))?;
        if after.state != before.state {
            self.effect(conn, after.state)?;
        }
        row.record(self.directory.keys())
    }

    /// What a new state does to the entries, and who is told.
    fn effect(&self, conn: &mut Conn<'_>, state: ClaimState) -> Result<(), DirectoryError> {
        let hash = self.row.hash()?;
        let entries = entries_of(conn, &hash)?;
        let kind = match state {
            ClaimState::Open => NoticeKind::ClaimOpened,
            ClaimState::WaitingResolution => NoticeKind::ClaimAcknowledged,
            ClaimState::Confirmed => NoticeKind::ClaimConfirmed,
            ClaimState::Completed => NoticeKind::ClaimCompleted,
            ClaimState::Cancelled => NoticeKind::ClaimCancelled,
        };
        if !state.is_open() {
            set_status(conn, &hash, EntryStatus::Locked, EntryStatus::Proven)?;
        }
        if state == ClaimState::Completed {
            self.hand_over(conn, &entries)?;
        }
        let mut told = concerned(&entries, self.row.claimant);
        told.push(self.row.claimant);
        for participant in told {
            notice::tell(conn, participant, kind, self.row.id.as_uuid(), self.now)?;
        }
        Ok(())
    }

    /// Removes the entries of others and registers the claimant's.
    fn hand_over(&self, conn: &mut Conn<'_>, entries: &[EntryRow]) -> Result<(), DirectoryError> {
        let goes = |entry: &&EntryRow| {
            let same_owner = entry.owner_key.is_some() && entry.owner_key == self.row.owner_key;
            let moves = self.row.kind == kind_number(ClaimKind::Portability);
            entry.participant != self.row.claimant && (moves || !same_owner)
        };
        for entry in entries.iter().filter(goes) {
            delete_row(conn, self.directory.keys(), entry)?;
            audit::record(conn, &[entry.id], self.row.claimant, Purpose::Claim, self.now)?;
            notice::tell(conn, entry.participant, NoticeKind::EntryLost, entry.id.as_uuid(), self.now)?;
        }
        let registration = self.row.registration(self.directory.keys())?;
        let (participant, now) = (self.row.claimant, self.now);
        let work =
            Work { directory: self.directory, participant, registration: &registration, origin: Origin::Claimed, now };
        work.run(conn).map(|_| ())
    }
}

/// The other banks with entries, each once.
fn concerned(entries: &[EntryRow], claimant: ClearingCode) -> Vec<ClearingCode> {
    entries.iter().map(|entry| entry.participant).filter(|participant| *participant != claimant).collect()
}

/// The proxy that `participant` claims.
pub(super) fn proxy_claimed_by(
    directory: &Directory,
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    id: ClaimId,
) -> Result<Proxy, DirectoryError> {
    let row = find(conn, id)?.filter(|row| row.claimant == participant).ok_or(DirectoryError::NotFound)?;
    Ok(row.registration(directory.keys())?.proxy)
}

/// Possession was proven for one side of a claim, whose proxy is taken for this transaction.
pub(super) fn prove(
    directory: &Directory,
    conn: &mut Conn<'_>,
    id: ClaimId,
    by: ClaimParty,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let row = find(conn, id)?.ok_or(DirectoryError::NotFound)?;
    Decision { directory, row, now }.take(conn, ClaimStep::Prove, by).map(|_| ())
}

/// The customer of `participant` has proven possession again while a claim against it is open.
pub(super) fn prove_for_donor(
    directory: &Directory,
    conn: &mut Conn<'_>,
    hash: &ProxyHash,
    participant: ClearingCode,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let against: Option<ClaimId> = on_db!(conn, c => directory_claim::table
        .filter(directory_claim::proxy_hash.eq(hash.as_slice()))
        .filter(directory_claim::state.le(ClaimState::Confirmed.number()))
        .filter(directory_claim::donor.eq(participant))
        .select(directory_claim::id)
        .first(c)
        .optional())?;
    against.map_or(Ok(()), |id| prove(directory, conn, id, ClaimParty::Donor, now))
}
