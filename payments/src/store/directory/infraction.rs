//! Infraction reports in the database.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};
use uuid::Uuid;

use super::notice::{self, NoticeKind};
use super::row::{EntryRow, day, owner_key};
use super::schema::{directory_entry, directory_infraction};
use super::suspicion::changed;
use super::{Directory, DirectoryError, Page};
use crate::directory::{
    AlertReason, EntryId, InfractionId, InfractionParty, InfractionState, InfractionStep, Proxy, Subject,
};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Reports on a page.
const PAGE: i64 = 100;

/// What a bank reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfractionReport {
    /// By what the payer was led to the account.
    pub proxy: Proxy,
    /// Whose customer it is about.
    pub reported: ClearingCode,
    /// Why.
    pub reason: AlertReason,
    /// The payment, where one was made.
    pub uetr: Option<Uuid>,
}

/// A report as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfractionRecord {
    /// Which.
    pub id: InfractionId,
    /// The entry that it is about; its own bank knows it.
    pub entry: EntryId,
    /// Who reported it.
    pub reporter: ClearingCode,
    /// Whose customer it is about.
    pub reported: ClearingCode,
    /// Why.
    pub reason: AlertReason,
    /// The payment, where one was made.
    pub uetr: Option<Uuid>,
    /// How far it is.
    pub state: InfractionState,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_infraction)]
struct InfractionRow {
    id: InfractionId,
    entry_id: EntryId,
    proxy_subject: Vec<u8>,
    account_subject: Vec<u8>,
    owner_subject: Option<Vec<u8>>,
    uetr: Option<Vec<u8>>,
    reporter: ClearingCode,
    reported: ClearingCode,
    reason: i16,
    state: i16,
    agreed_on: Option<i32>,
    reported_at: Timestamp,
    changed_at: Timestamp,
}

impl InfractionRow {
    fn state(&self) -> InfractionState {
        InfractionState::from_number(self.state).unwrap_or(InfractionState::Cancelled)
    }

    fn record(&self) -> InfractionRecord {
        InfractionRecord {
            id: self.id,
            entry: self.entry_id,
            reporter: self.reporter,
            reported: self.reported,
            reason: AlertReason::from_number(self.reason).unwrap_or(AlertReason::Other),
            uetr: self.uetr.as_deref().and_then(|bytes| Uuid::from_slice(bytes).ok()),
            state: self.state(),
            reported_at: self.reported_at,
            changed: self.changed_at,
        }
    }
}

impl Directory {
    /// Reports a fraud to the bank whose customer it is about.
    ///
    /// # Errors
    /// [`DirectoryError::Unknown`] when that bank has no such proxy.
    pub fn report_infraction(
        &self,
        reporter: ClearingCode,
        report: &InfractionReport,
        now: Timestamp,
    ) -> Result<InfractionRecord, DirectoryError> {
        let (this, report) = (self.clone(), report.clone());
        self.db().write(move |conn| {
            let hash = this.keys().proxy_hash(&report.proxy);
            let entry: Option<EntryRow> = on_db!(conn, c => directory_entry::table
                .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
                .filter(directory_entry::participant.eq(report.reported))
                .select(EntryRow::as_select())
                .first(c)
                .optional())?;
            let entry = entry.ok_or(DirectoryError::Unknown)?;
            let account = entry.open(this.keys())?.account;
            let subject = |subject: Subject| this.keys().subject_hash(&subject).to_vec();
            let row = InfractionRow {
                id: InfractionId::new(now, &random()?),
                entry_id: entry.id,
                proxy_subject: subject(Subject::Proxy(report.proxy.clone())),
                account_subject: subject(Subject::Account(report.reported, account)),
                owner_subject: owner_key(entry.owner_key.as_deref()).map(|key| subject(Subject::Owner(key))),
                uetr: report.uetr.map(|uetr| uetr.as_bytes().to_vec()),
                reporter,
                reported: report.reported,
                reason: report.reason.number(),
                state: InfractionState::Open.number(),
                agreed_on: None,
                reported_at: now,
                changed_at: now,
            };
            on_db!(conn, c => diesel::insert_into(directory_infraction::table).values(&row).execute(c))?;
            notice::tell(conn, report.reported, NoticeKind::InfractionReported, row.id.as_uuid(), now)?;
            Ok(row.record())
        })
    }

    /// Takes a step of a report for `participant`, which must be one of its sides.
    ///
    /// # Errors
    /// [`DirectoryError::Infraction`] when it is not taken, [`DirectoryError::NotFound`] also for others' reports.
    pub fn take_infraction_step(
        &self,
        participant: ClearingCode,
        id: InfractionId,
        step: InfractionStep,
        now: Timestamp,
    ) -> Result<InfractionRecord, DirectoryError> {
        self.db().write(move |conn| {
            let row = find(conn, id)?.ok_or(DirectoryError::NotFound)?;
            let by = match participant {
                one if one == row.reporter => InfractionParty::Reporter,
                one if one == row.reported => InfractionParty::Reported,
                _ => return Err(DirectoryError::NotFound),
            };
            let state = row.state().take(step, by)?;
            if state == row.state() {
                return Ok(row.record());
            }
            let agreed_on = (state == InfractionState::Agreed).then(|| day(now));
            let after = InfractionRow { state: state.number(), agreed_on, changed_at: now, ..row.clone() };
            // Another step that came in between decides alone.
            let taken = on_db!(conn, c => diesel::update(directory_infraction::table.find(id))
                .filter(directory_infraction::state.eq(row.state))
                .set((
                    directory_infraction::state.eq(after.state),
                    directory_infraction::agreed_on.eq(after.agreed_on),
                    directory_infraction::changed_at.eq(after.changed_at),
                ))
                .execute(c))?;
            if taken != 1 {
                return Err(DirectoryError::Busy);
            }
            if agreed_on.is_some() {
                changed(conn)?;
            }
            let other = if by == InfractionParty::Reporter { row.reported } else { row.reporter };
            notice::tell(conn, other, NoticeKind::InfractionChanged, id.as_uuid(), now)?;
            Ok(after.record())
        })
    }

    /// The reports that `participant` is a side of, oldest first, a page after `cursor`.
    pub fn infractions(
        &self,
        participant: ClearingCode,
        cursor: Option<InfractionId>,
    ) -> Result<Page<InfractionRecord, InfractionId>, DirectoryError> {
        let after = cursor.unwrap_or(InfractionId::from_uuid(Uuid::nil()));
        let rows: Vec<InfractionRow> = self.db().read(|conn| -> Result<_, DirectoryError> {
            let side =
                directory_infraction::reporter.eq(participant).or(directory_infraction::reported.eq(participant));
            Ok(on_db!(conn, c => directory_infraction::table
                .filter(side)
                .filter(directory_infraction::id.gt(after))
                .order(directory_infraction::id)
                .limit(PAGE)
                .select(InfractionRow::as_select())
                .load(c))?)
        })?;
        Page::of(rows, PAGE, |row| row.id, |row| Ok(row.record()))
    }
}

fn find(conn: &mut Conn<'_>, id: InfractionId) -> Result<Option<InfractionRow>, DirectoryError> {
    Ok(on_db!(conn, c => directory_infraction::table
        .find(id)
        .select(InfractionRow::as_select())
        .get_result(c)
        .optional())?)
}
