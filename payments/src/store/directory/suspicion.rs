//! What is suspected, in memory: alerts in force and agreed frauds are few, look-ups are many.
//!
//! Every gateway reads all of it again when the version in the database has gone up, which it asks at most once a
//! second. So an alert is heeded everywhere a second after it was raised, and a look-up costs no query more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::payable::PayableRow;
use super::row::{day, owner_key};
use super::schema::{directory_alert, directory_infraction, directory_suspicion_version};
use super::{Core, DirectoryError};
use crate::clearing::CreditTransfer;
use crate::directory::sealed;
use crate::directory::sealed_text::Private;
use crate::directory::suspicion::{InForce, WINDOWS, gravest, warnings};
use crate::directory::{
    AccountNumber, AlertEffect, AlertReason, FraudCounters, Proxy, ProxyKind, Subject, SubjectHash, SuspectedName,
    Warning,
};
use crate::participant::ClearingCode;

/// How old the version may be that memory goes by.
const FRESH: Duration = Duration::from_secs(1);

/// What a payer's bank is told with a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suspicion {
    /// The warnings, the gravest of each subject first.
    pub warnings: Vec<Warning>,
    /// Frauds with this proxy.
    pub proxy: FraudCounters,
    /// Frauds of this owner, at whatever bank.
    pub owner: FraudCounters,
    /// Frauds with this account.
    pub account: FraudCounters,
}

/// What stands against one subject.
#[derive(Default)]
struct Against {
    alerts: Vec<InForce>,
    frauds: Vec<i32>,
}

/// Everything that is suspected, in one version.
#[derive(Default)]
struct Book {
    version: i64,
    /// Whether there are alerts in it, and not only frauds.
    has_alerts: bool,
    against: HashMap<SubjectHash, Against>,
}

/// The book, and when its version was last asked for.
#[derive(Default)]
pub(super) struct Memory(Mutex<(Option<Timestamp>, Arc<Book>)>);

impl Core {
    /// What is suspected of an entry that was found by `proxy`.
    pub(super) fn suspicion_of(
        &self,
        proxy: &Proxy,
        participant: ClearingCode,
        private: &Private,
        owner: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Suspicion, DirectoryError> {
        let book = self.book(now)?;
        if book.against.is_empty() {
            return Ok(Suspicion::default());
        }
        let against = |subject: Subject| book.against.get(&self.keys.subject_hash(&subject));
        let counters = |found: Option<&Against>| found.map(|a| FraudCounters::of(&a.frauds, day(now)));
        let proxy = against(Subject::Proxy(proxy.clone()));
        let account = against(Subject::Account(participant, private.account.clone()));
        let owner = owner_key(owner).and_then(|key| against(Subject::Owner(key)));
        let mut told = Vec::new();
        for (subject, found) in [("proxy", proxy), ("account", account)] {
            told.extend(found.into_iter().flat_map(|against| warnings(subject, &against.alerts, now)));
        }
        for name in [private.owner.name_zh(), private.owner.name_en()].into_iter().flatten() {
            let found = SuspectedName::parse(name).ok().and_then(|name| against(Subject::Name(name)));
            told.extend(found.into_iter().flat_map(|against| warnings("name", &against.alerts, now)));
        }
        Ok(Suspicion {
            warnings: told,
            proxy: counters(proxy).unwrap_or_default(),
            owner: counters(owner).unwrap_or_default(),
            account: counters(account).unwrap_or_default(),
        })
    }

    /// What the gravest alert on the payee of a payment does: on the account and the name that the payment gives or,
    /// where it names a proxy, on that and on the account and the owner behind it. Whoever is not suspected costs
    /// nothing while there are no alerts, and a few hashes otherwise.
    pub(super) fn alert_on_payee(
        &self,
        transfer: &CreditTransfer,
        behind: Option<&PayableRow>,
        now: Timestamp,
    ) -> Result<Option<AlertEffect>, DirectoryError> {
        let book = self.book(now)?;
        if !book.has_alerts {
            return Ok(None);
        }
        let subjects: Vec<SubjectHash> = match (behind, &transfer.creditor_proxy) {
            (Some(row), Some(proxy)) => {
                let private = sealed::open(&self.keys, row.place(), &row.sealed)?;
                let names = [private.owner.name_zh(), private.owner.name_en()].into_iter().flatten();
                let names = names.filter_map(|name| self.suspected_name(name));
                let account = Subject::Account(row.participant, private.account.clone());
                let by_proxy = match proxy.kind() {
                    ProxyKind::Hkid => self.keys.subject_of_card(row.hash()),
                    _ => self.keys.subject_hash(&Subject::Proxy(proxy.clone())),
                };
                names.chain([by_proxy, self.keys.subject_hash(&account)]).collect()
            }
            _ => self.named_subjects(transfer),
        };
        let against = subjects.iter().filter_map(|subject| book.against.get(subject));
        Ok(against.filter_map(|against| gravest(&against.alerts, now)).max())
    }

    /// The account and the name that a payment without a proxy gives.
    fn named_subjects(&self, transfer: &CreditTransfer) -> Vec<SubjectHash> {
        let account = AccountNumber::parse(&transfer.creditor_account).ok();
        let account = account.map(|number| Subject::Account(transfer.creditor_agent, number));
        let account = account.map(|account| self.keys.subject_hash(&account));
        account.into_iter().chain(self.suspected_name(&transfer.creditor_name)).collect()
    }

    fn suspected_name(&self, name: &str) -> Option<SubjectHash> {
        SuspectedName::parse(name).ok().map(|name| self.keys.subject_hash(&Subject::Name(name)))
    }

    /// Reads again what has changed, unless that was done a moment ago.
    pub(super) fn refresh_suspicion(&self, now: Timestamp) -> Result<(), DirectoryError> {
        self.book(now).map(drop)
    }

    fn book(&self, now: Timestamp) -> Result<Arc<Book>, DirectoryError> {
        let known = {
            let memory = self.suspicion.0.lock().unwrap_or_else(PoisonError::into_inner);
            if memory.0.is_some_and(|asked| now < asked + FRESH) {
                return Ok(Arc::clone(&memory.1));
            }
            memory.0.map(|_| memory.1.version)
        };
        let read = self.db.read(|conn| read(conn, known, now))?;
        let mut memory = self.suspicion.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.0 = Some(now);
        if let Some(book) = read.filter(|book| book.version >= memory.1.version) {
            memory.1 = Arc::new(book);
        }
        Ok(Arc::clone(&memory.1))
    }
}

/// The subjects of an agreed fraud, and its day.
type FraudRow = (Vec<u8>, Vec<u8>, Option<Vec<u8>>, Option<i32>);

/// The book, when its version is another than the one that is `known`.
fn read(conn: &mut Conn<'_>, known: Option<i64>, now: Timestamp) -> Result<Option<Book>, DirectoryError> {
    // The version first: what changes in between is read again the next time.
    let version: i64 = on_db!(conn, c => directory_suspicion_version::table
        .select(directory_suspicion_version::version)
        .first(c))?;
    if known == Some(version) {
        return Ok(None);
    }
    let alerts: Vec<(Vec<u8>, i16, i16, ClearingCode, Timestamp)> = on_db!(conn, c => directory_alert::table
        .filter(directory_alert::expires_at.gt(now))
        .select((
            directory_alert::subject_hash,
            directory_alert::effect,
            directory_alert::reason,
            directory_alert::raised_by,
            directory_alert::expires_at,
        ))
        .load(c))?;
    let oldest = day(now) - WINDOWS[2];
    let frauds: Vec<FraudRow> = on_db!(conn, c => directory_infraction::table
        .filter(directory_infraction::agreed_on.gt(oldest))
        .select((
            directory_infraction::proxy_subject,
            directory_infraction::account_subject,
            directory_infraction::owner_subject,
            directory_infraction::agreed_on,
        ))
        .load(c))?;
    let mut against: HashMap<SubjectHash, Against> = HashMap::new();
    let has_alerts = !alerts.is_empty();
    for (hash, effect, reason, raised_by, expires) in alerts {
        let effect = if effect == effect_number(AlertEffect::Refuse) { AlertEffect::Refuse } else { AlertEffect::Warn };
        let reason = AlertReason::from_number(reason).unwrap_or(AlertReason::Other);
        let alert = InForce { effect, reason, police: raised_by == ClearingCode::SWITCH, expires };
        if let Ok(hash) = hash.try_into() {
            against.entry(hash).or_default().alerts.push(alert);
        }
    }
    for (proxy, account, owner, agreed_on) in frauds {
        let subjects = [Some(proxy), Some(account), owner].into_iter().flatten();
        for hash in subjects.filter_map(|hash| SubjectHash::try_from(hash).ok()) {
            against.entry(hash).or_default().frauds.extend(agreed_on);
        }
    }
    Ok(Some(Book { version, has_alerts, against }))
}

/// Makes every gateway read what is suspected again. In the transaction of the change.
pub(super) fn changed(conn: &mut Conn<'_>) -> Result<(), DirectoryError> {
    on_db!(conn, c => diesel::update(directory_suspicion_version::table)
        .set(directory_suspicion_version::version.eq(directory_suspicion_version::version + 1))
        .execute(c))?;
    Ok(())
}

/// The number in the database. One once given stays.
pub(super) const fn effect_number(effect: AlertEffect) -> i16 {
    match effect {
        AlertEffect::Warn => 1,
        AlertEffect::Refuse => 2,
    }
}
