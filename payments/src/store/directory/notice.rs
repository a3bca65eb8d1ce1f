//! What the directory tells participants: an inbox of its own, beside that of payments.
//!
//! Payments' inboxes are derived from the clearing log. Who owns a telephone number is no business of that log: it is
//! kept for ever and handed to auditors, and its sequencer should not wait for claims. So notices are rows, written in
//! the transaction of what they tell of, numbered without gaps for each participant, and read by cursor.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};
use uuid::Uuid;

use super::schema::{directory_inbox, directory_notice};
use super::{Directory, DirectoryError};
use crate::participant::ClearingCode;

/// Notices on a page.
const PAGE: i64 = 200;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// A claim was opened against this participant, or against another with entries of the same proxy.
    ClaimOpened,
    /// The donor has seen a claim.
    ClaimAcknowledged,
    /// The donor lets go.
    ClaimConfirmed,
    /// A claim was completed.
    ClaimCompleted,
    /// A claim was cancelled.
    ClaimCancelled,
    /// Another bank of the same owner is the default now.
    DefaultReplaced,
    /// An entry went to another owner or bank by a claim.
    EntryLost,
    /// The owner removed an entry.
    EntryRemovedByOwner,
    /// Another bank reported a fraud with an entry.
    InfractionReported,
    /// The other side took a step of an infraction report.
    InfractionChanged,
    /// A merchant of this participant asks it to send money back.
    RefundInstructed,
    /// A payment is being made to a payee whom an alert warns of; its UETR is told to both banks.
    PayeeSuspected,
}

const KINDS: [(NoticeKind, &str); 12] = [
    (NoticeKind::ClaimOpened, "claim_opened"),
    (NoticeKind::ClaimAcknowledged, "claim_acknowledged"),
    (NoticeKind::ClaimConfirmed, "claim_confirmed"),
    (NoticeKind::ClaimCompleted, "claim_completed"),
    (NoticeKind::ClaimCancelled, "claim_cancelled"),
    (NoticeKind::DefaultReplaced, "default_replaced"),
    (NoticeKind::EntryLost, "entry_lost"),
    (NoticeKind::EntryRemovedByOwner, "entry_removed_by_owner"),
    (NoticeKind::InfractionReported, "infraction_reported"),
    (NoticeKind::InfractionChanged, "infraction_changed"),
    (NoticeKind::RefundInstructed, "refund_instructed"),
    (NoticeKind::PayeeSuspected, "payee_suspected"),
];

impl NoticeKind {
    /// The word of the API and the database.
    pub fn code(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, code)| code)
    }

    fn from_code(code: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == code).map(|(kind, _)| *kind)
    }
}

/// One notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Its number in this participant's inbox, from 1, without gaps.
    pub seq: i64,
    /// What happened.
    pub kind: NoticeKind,
    /// The claim, entry, report, refund or payment that it is about.
    pub subject: Uuid,
    /// When.
    pub at: Timestamp,
}

/// Writes a notice for `participant`.
pub(in crate::store) fn tell(
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    kind: NoticeKind,
    subject: &Uuid,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let seq: i64 = on_db!(conn, c => diesel::insert_into(directory_inbox::table)
        .values((directory_inbox::participant.eq(participant), directory_inbox::last_seq.eq(1_i64)))
        .on_conflict(directory_inbox::participant)
        .do_update()
        .set(directory_inbox::last_seq.eq(directory_inbox::last_seq + 1))
        .returning(directory_inbox::last_seq)
        .get_result(c))?;
    on_db!(conn, c => diesel::insert_into(directory_notice::table)
        .values((
            directory_notice::participant.eq(participant),
            directory_notice::seq.eq(seq),
            directory_notice::kind.eq(kind.code()),
            directory_notice::subject.eq(subject.as_bytes().as_slice()),
            directory_notice::at.eq(now),
        ))
        .execute(c))?;
    Ok(())
}

impl Directory {
    /// The notices of `participant` after `after`, oldest first, a page of them.
    pub fn notices(&self, participant: ClearingCode, after: i64) -> Result<Vec<Notice>, DirectoryError> {
        read(self, participant, after)
    }
}

fn read(directory: &Directory, participant: ClearingCode, after: i64) -> Result<Vec<Notice>, DirectoryError> {
    let rows: Vec<(i64, String, Vec<u8>, Timestamp)> = directory.db().read(|conn| -> Result<_, DirectoryError> {
        Ok(on_db!(conn, c => directory_notice::table
                .filter(directory_notice::participant.eq(participant))
                .filter(directory_notice::seq.gt(after))
                .order(directory_notice::seq)
                .limit(PAGE)
                .select((
                    directory_notice::seq,
                    directory_notice::kind,
                    directory_notice::subject,
                    directory_notice::at,
                ))
                .load(c))?)
    })?;
    let notice = |(seq, kind, subject, at): (i64, String, Vec<u8>, Timestamp)| {
        Some(Notice { seq, kind: NoticeKind::from_code(&kind)?, subject: Uuid::from_slice(&subject).ok()?, at })
    };
    Ok(rows.into_iter().filter_map(notice).collect())
}
