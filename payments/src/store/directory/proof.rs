//! One-time codes in the database, and what a right one changes.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};
use zeroize::Zeroizing;

use super::audit::{self, Purpose};
use super::claim;
use super::holding::{entries_of, held, lock, replace_default};
use super::row::{self, EntryRow};
use super::schema::{directory_entry, directory_proof};
use super::{Directory, DirectoryError};
use crate::directory::{
    Answered, Challenge, ClaimId, ClaimParty, EntryId, EntryStatus, OneTimeCode, Proxy, ProxyHash, ProxyKind, Wish,
    may_register,
};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// What possession is proven for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofSubject {
    /// An entry of the participant.
    Entry(EntryId),
    /// A claim that the participant opened.
    Claim(ClaimId),
}

/// A code that is to be sent.
#[derive(Debug)]
pub struct CodeToSend {
    /// Where to.
    pub proxy: Proxy,
    /// The code.
    pub code: OneTimeCode,
    /// Until when it can be answered.
    pub expires: Timestamp,
}

/// What an answer led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofOutcome {
    /// Possession is proven.
    Proven,
    /// Not this code; so many tries are left.
    Wrong(i16),
    /// The code is too old or was guessed at too often: another must be sent.
    Spent,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = directory_proof)]
struct ProofRow {
    proxy_hash: Vec<u8>,
    participant: ClearingCode,
    code_hash: Vec<u8>,
    tries: i16,
    sends: i16,
    since: Timestamp,
    sent_at: Timestamp,
    expires_at: Timestamp,
}

impl ProofRow {
    fn challenge(&self) -> Challenge {
        Challenge {
            tries: self.tries,
            sends: self.sends,
            since: self.since,
            sent: self.sent_at,
            expires: self.expires_at,
        }
    }
}

impl Directory {
    /// Draws a one-time code for an entry or a claim of `participant`; the caller sends it.
    ///
    /// # Errors
    /// [`DirectoryError::TooManyCodes`] when too many were sent there.
    pub fn start_proof(
        &self,
        participant: ClearingCode,
        subject: ProofSubject,
        now: Timestamp,
    ) -> Result<CodeToSend, DirectoryError> {
        start(self, participant, subject, now)
    }

    /// Judges the code that a customer of `participant` says they were sent. A right one makes a pending entry one that
    /// is paid.
    pub fn answer_proof(
        &self,
        participant: ClearingCode,
        subject: ProofSubject,
        code: &OneTimeCode,
        now: Timestamp,
    ) -> Result<ProofOutcome, DirectoryError> {
        answer(self, participant, subject, code, now)
    }

    /// Forgets codes that count no more. Returns how many.
    pub fn forget_codes(&self, now: Timestamp) -> Result<usize, DirectoryError> {
        forget(self, now)
    }
}

fn start(
    directory: &Directory,
    participant: ClearingCode,
    subject: ProofSubject,
    now: Timestamp,
) -> Result<CodeToSend, DirectoryError> {
    let this = directory.clone();
    directory.db().write(move |conn| {
        let proxy = proxy_of(&this, conn, participant, subject)?;
        if !matches!(proxy.kind(), ProxyKind::Mobile | ProxyKind::Email) {
            return Err(DirectoryError::NothingToProve);
        }
        let hash = this.keys().proxy_hash(&proxy);
        lock(conn, &hash)?;
        let challenge = Challenge::send(find(conn, &hash, participant)?.map(|row| row.challenge()), now)?;
        let code = OneTimeCode::from_random(u64::from_be_bytes(random()?));
        let row = ProofRow {
            code_hash: this.keys().code_hash(&hash, participant, &code),
            proxy_hash: hash.to_vec(),
            participant,
            tries: challenge.tries,
            sends: challenge.sends,
            since: challenge.since,
            sent_at: challenge.sent,
            expires_at: challenge.expires,
        };
        on_db!(conn, c => diesel::insert_into(directory_proof::table)
            .values(&row)
            .on_conflict((directory_proof::proxy_hash, directory_proof::participant))
            .do_update()
            .set(&row)
            .execute(c))?;
        Ok(CodeToSend { proxy, code, expires: challenge.expires })
    })
}

fn answer(
    directory: &Directory,
    participant: ClearingCode,
    subject: ProofSubject,
    code: &OneTimeCode,
    now: Timestamp,
) -> Result<ProofOutcome, DirectoryError> {
    let (this, code) = (directory.clone(), Zeroizing::new(code.expose().to_owned()));
    directory.db().write(move |conn| {
        let proxy = proxy_of(&this, conn, participant, subject)?;
        let hash = this.keys().proxy_hash(&proxy);
        lock(conn, &hash)?;
        let Some(row) = find(conn, &hash, participant)? else { return Ok(ProofOutcome::Spent) };
        let right = OneTimeCode::parse(&code)
            .is_some_and(|code| this.keys().is_code(&hash, participant, &code, &row.code_hash));
        let one = directory_proof::table.find((hash.to_vec(), participant));
        match row.challenge().answer(right, now) {
            Answered::Spent => Ok(ProofOutcome::Spent),
            Answered::Wrong(after) => {
                on_db!(conn, c => diesel::update(one).set(directory_proof::tries.eq(after.tries)).execute(c))?;
                Ok(ProofOutcome::Wrong(crate::directory::TRIES - after.tries))
            }
            Answered::Proven => {
                // The count of codes stays; the code itself is spent.
                on_db!(conn, c => diesel::update(one)
                    .set(directory_proof::tries.eq(crate::directory::TRIES))
                    .execute(c))?;
                let proof = Proof { directory: &this, participant, kind: proxy.kind(), hash, now };
                proof.carry_out(conn, subject)?;
                Ok(ProofOutcome::Proven)
            }
        }
    })
}

fn forget(directory: &Directory, now: Timestamp) -> Result<usize, DirectoryError> {
    let before = now - crate::directory::WINDOW;
    directory.db().write(move |conn| -> Result<usize, DirectoryError> {
        Ok(on_db!(conn, c => diesel::delete(directory_proof::table)
            .filter(directory_proof::since.lt(before))
            .filter(directory_proof::expires_at.lt(now))
            .execute(c))?)
    })
}

fn find(conn: &mut Conn<'_>, hash: &ProxyHash, participant: ClearingCode) -> Result<Option<ProofRow>, DirectoryError> {
    let one = directory_proof::table.find((hash.to_vec(), participant));
    Ok(on_db!(conn, c => one.select(ProofRow::as_select()).get_result(c).optional())?)
}

fn proxy_of(
    directory: &Directory,
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    subject: ProofSubject,
) -> Result<Proxy, DirectoryError> {
    match subject {
        ProofSubject::Claim(id) => claim::proxy_claimed_by(directory, conn, participant, id),
        ProofSubject::Entry(id) => {
            let row: Option<EntryRow> = on_db!(conn, c => directory_entry::table
                .filter(directory_entry::participant.eq(participant))
                .filter(directory_entry::id.eq(id))
                .select(EntryRow::as_select())
                .first(c)
                .optional())?;
            Ok(row.ok_or(DirectoryError::NotFound)?.open(directory.keys())?.proxy)
        }
    }
}

/// Possession that was proven a moment ago, in its transaction.
pub(super) struct Proof<'a> {
    pub(super) directory: &'a Directory,
    pub(super) participant: ClearingCode,
    pub(super) kind: ProxyKind,
    pub(super) hash: ProxyHash,
    pub(super) now: Timestamp,
}

impl Proof<'_> {
    /// An entry that nobody was paid by becomes one that is paid; a locked one counts for the donor of the claim.
    pub(super) fn carry_out(&self, conn: &mut Conn<'_>, subject: ProofSubject) -> Result<(), DirectoryError> {
        let id = match subject {
            ProofSubject::Claim(id) => {
                return claim::prove(self.directory, conn, id, ClaimParty::Claimant, self.now);
            }
            ProofSubject::Entry(id) => id,
        };
        let entries = entries_of(conn, &self.hash)?;
        let entry = entries.iter().find(|entry| entry.id == id).ok_or(DirectoryError::NotFound)?;
        match entry.status() {
            EntryStatus::Locked => {
                claim::prove_for_donor(self.directory, conn, &self.hash, self.participant, self.now)?;
            }
            EntryStatus::Proven => {}
            EntryStatus::Pending => {
                // Somebody else may have proven it meanwhile: then it takes a claim.
                let owner = row::owner_key(entry.owner_key.as_deref());
                let wish = Wish { participant: self.participant, owner, asserted: true };
                may_register(self.kind, &held(&entries), wish)?;
                if entry.is_default {
                    replace_default(conn, self.directory.keys(), &self.hash, self.participant, self.now)?;
                }
            }
        }
        let status = if entry.status() == EntryStatus::Locked { EntryStatus::Locked } else { EntryStatus::Proven };
        on_db!(conn, c => diesel::update(directory_entry::table)
            .filter(directory_entry::participant.eq(self.participant))
            .filter(directory_entry::id.eq(id))
            .set((
                directory_entry::status.eq(status.number()),
                directory_entry::proven_on.eq(row::day(self.now)),
                directory_entry::changed_at.eq(self.now),
            ))
            .execute(c))?;
        audit::record(conn, &[id], self.participant, Purpose::Prove, self.now)
    }
}
