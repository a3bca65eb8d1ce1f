//! Alerts in the database: raised, listed, withdrawn.

use diesel::prelude::*;
use store::{Timestamp, on_db};

use super::schema::directory_alert;
use super::suspicion::{changed, effect_number};
use super::{Directory, DirectoryError, Page};
use crate::directory::{Alert, AlertEffect, AlertId, AlertReason, Raiser};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Alerts on a page.
const PAGE: i64 = 200;

/// An alert as whoever raised it reads it again: what it is about is kept as a hash only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRecord {
    /// Which.
    pub id: AlertId,
    /// `proxy`, `account` or `name`.
    pub subject: String,
    /// Why.
    pub reason: AlertReason,
    /// What it does.
    pub effect: AlertEffect,
    /// When it was raised.
    pub created: Timestamp,
    /// When it ends, or ended.
    pub expires: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_alert)]
struct AlertRow {
    id: AlertId,
    subject_hash: Vec<u8>,
    subject_kind: String,
    effect: i16,
    reason: i16,
    raised_by: ClearingCode,
    actor: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl AlertRow {
    fn record(self) -> AlertRecord {
        let refuses = self.effect == effect_number(AlertEffect::Refuse);
        AlertRecord {
            id: self.id,
            subject: self.subject_kind,
            reason: AlertReason::from_number(self.reason).unwrap_or(AlertReason::Other),
            effect: if refuses { AlertEffect::Refuse } else { AlertEffect::Warn },
            created: self.created_at,
            expires: self.expires_at,
        }
    }
}

impl Directory {
    /// Raises an alert.
    ///
    /// # Errors
    /// [`DirectoryError::Alert`] when it is not theirs to raise.
    pub fn raise_alert(
        &self,
        raised_by: &Raiser,
        alert: &Alert,
        now: Timestamp,
    ) -> Result<AlertRecord, DirectoryError> {
        alert.check(raised_by, now)?;
        let subject_hash = self.keys().subject_hash(&alert.subject).to_vec();
        let (raised_by, alert) = (raised_by.clone(), alert.clone());
        self.db().write(move |conn| {
            let row = AlertRow {
                id: AlertId::new(now, &random()?),
                subject_hash: subject_hash.clone(),
                subject_kind: alert.subject.kind().to_owned(),
                effect: effect_number(alert.effect),
                reason: alert.reason.number(),
                raised_by: raised_by.code(),
                actor: raised_by.actor().map(str::to_owned),
                created_at: now,
                expires_at: alert.expires,
            };
            on_db!(conn, c => diesel::insert_into(directory_alert::table).values(&row).execute(c))?;
            changed(conn)?;
            Ok(row.record())
        })
    }

    /// The alerts that a participant raised, or, for [`ClearingCode::SWITCH`], the operators; oldest first, a page after
    /// `cursor`.
    pub fn alerts(
        &self,
        raised_by: ClearingCode,
        cursor: Option<AlertId>,
    ) -> Result<Page<AlertRecord, AlertId>, DirectoryError> {
        let after = cursor.unwrap_or(AlertId::from_uuid(uuid::Uuid::nil()));
        let rows: Vec<AlertRow> = self.db().read(|conn| -> Result<_, DirectoryError> {
            Ok(on_db!(conn, c => directory_alert::table
                .filter(directory_alert::raised_by.eq(raised_by))
                .filter(directory_alert::id.gt(after))
                .order(directory_alert::id)
                .limit(PAGE)
                .select(AlertRow::as_select())
                .load(c))?)
        })?;
        Page::of(rows, PAGE, |row| row.id, |row| Ok(row.record()))
    }

    /// Ends an alert now; every operator may end what any of them entered. Its record stays.
    ///
    /// # Errors
    /// [`DirectoryError::NotFound`] also when somebody else raised it.
    pub fn withdraw_alert(&self, by: &Raiser, id: AlertId, now: Timestamp) -> Result<(), DirectoryError> {
        let by = by.clone();
        self.db().write(move |conn| {
            let expires: Option<Timestamp> = on_db!(conn, c => directory_alert::table
                .find(id)
                .filter(directory_alert::raised_by.eq(by.code()))
                .select(directory_alert::expires_at)
                .get_result(c)
                .optional())?;
            if expires.ok_or(DirectoryError::NotFound)? <= now {
                return Ok(());
            }
            on_db!(conn, c => diesel::update(directory_alert::table.find(id))
                .set((directory_alert::expires_at.eq(now), directory_alert::withdrawn_by.eq(by.actor())))
                .execute(c))?;
            changed(conn)
        })
    }
}
