//! Requests to pay in the database: one row each as it stands, and the feed of what happened.
//!
//! Whatever changes a request takes its row first (`FOR UPDATE` in PostgreSQL; SQLite has one writer), so a payment and
//! a cancellation never both succeed.

mod feed;
pub(super) mod payment;
mod presented;
mod row;
mod schema;

use diesel::prelude::*;
use store::{Conn, Db, Timestamp, on_db};

use self::row::RequestColumns;
use self::schema::request_to_pay;
use super::random::{NoRandomness, random};
use crate::error::Error;
use crate::iso20022::ReasonCode;
use crate::merchant::{Merchant, label};
use crate::participant::ClearingCode;
use crate::presented_code::NotPresentable;
use crate::request_to_pay::{
    Change, Debtor, InvalidRequest, NewRequest, RequestId, RequestRefusal, RequestState, RequestStep, RequestToPay,
    step,
};

/// Requests or changes on a page.
const PAGE: i64 = 200;
/// So many requests expire in one transaction.
const EXPIRING: i64 = 100;

/// Why nothing was done with a request to pay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A field of a new request is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// The reference was used for another request.
    #[error("the reference was used for another request to pay")]
    ReferenceUsed,
    /// There is none, or it is none of the asker's business.
    #[error("there is no such request to pay")]
    NotFound,
    /// It does not take this step.
    #[error(transparent)]
    Refused(#[from] RequestRefusal),
    /// Nothing can be asked by the code that a payer shows.
    #[error(transparent)]
    NotPresentable(#[from] NotPresentable),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database failed, or holds what cannot be.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<store::Error> for RequestError {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<diesel::result::Error> for RequestError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The requests to pay of a database. Cheap to clone. Every method blocks while it works.
#[derive(Clone)]
pub struct RequestsToPay {
    db: Db,
}

impl RequestsToPay {
    /// Those in a database that has been migrated.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// Makes a request. The same reference of the same asker at the same creditor agent again gives the same request,
    /// as it stands by now.
    pub fn create(&self, asked: &NewRequest, now: Timestamp) -> Result<RequestToPay, RequestError> {
        let id = RequestId::from_random(&random()?);
        let asked = asked.clone();
        self.db.write(move |conn| create(conn, id, &asked, now))
    }

    /// The request with this id.
    pub fn get(&self, id: RequestId) -> Result<Option<RequestToPay>, RequestError> {
        self.db.read(|conn| find(conn, id))
    }

    /// Takes a request back. The same again changes nothing.
    pub fn cancel(&self, creditor: ClearingCode, id: RequestId, now: Timestamp) -> Result<RequestToPay, RequestError> {
        self.take(id, RequestStep::Cancel, None, now, move |request| request.may_be_cancelled_by(creditor))
    }

    /// Says that a request will be paid: by the bank of its debtor.
    pub fn accept(&self, debtor: ClearingCode, id: RequestId, now: Timestamp) -> Result<RequestToPay, RequestError> {
        self.take(id, RequestStep::Accept, None, now, move |request| request.may_be_answered_by(debtor))
    }

    /// Says that a request will not be paid: by the bank of its debtor.
    pub fn refuse(
        &self,
        debtor: ClearingCode,
        id: RequestId,
        reason: ReasonCode,
        now: Timestamp,
    ) -> Result<RequestToPay, RequestError> {
        self.take(id, RequestStep::Refuse, Some(reason), now, move |request| request.may_be_answered_by(debtor))
    }

    /// Records that requests have expired, and says how many. Any number of gateways may do so at once.
    pub fn expire_due(&self, now: Timestamp) -> Result<usize, RequestError> {
        let mut expired = 0;
        loop {
            let some = self.db.write(move |conn| expire_some(conn, now))?;
            expired += some;
            if i64::try_from(some) != Ok(EXPIRING) {
                return Ok(expired);
            }
        }
    }

    /// What happened to any request after number `after` of the feed, oldest first, a page of it, with the requests as
    /// they stand now.
    pub fn changes_after(&self, after: i64) -> Result<Vec<(Change, RequestToPay)>, RequestError> {
        Ok(self.db.read(|conn| feed::read(conn, feed::Of::Everybody, after, PAGE))?)
    }

    /// The same for requests that `agent` made for its customers, or that ask one of its customers.
    pub fn changes_for(&self, agent: ClearingCode, after: i64) -> Result<Vec<(Change, RequestToPay)>, RequestError> {
        let mut found = self.db.snapshot(|conn| -> Result<_, Error> {
            let mut found = feed::read(conn, feed::Of::Creditor(agent), after, PAGE)?;
            found.extend(feed::read(conn, feed::Of::Debtor(agent), after, PAGE)?);
            Ok(found)
        })?;
        found.sort_unstable_by_key(|(change, _)| change.sequence);
        // Both sides of a request may bank at one agent.
        found.dedup_by_key(|(change, _)| change.sequence);
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// The same for what a merchant asked; of one request alone, where one is named.
    pub fn changes_of_merchant(
        &self,
        merchant: &Merchant,
        request: Option<RequestId>,
        after: i64,
    ) -> Result<Vec<(Change, RequestToPay)>, RequestError> {
        let of = label(merchant.id);
        let of = feed::Of::Merchant(merchant.participant, &of, request);
        Ok(self.db.read(|conn| feed::read(conn, of, after, PAGE))?)
    }

    /// The number of the feed's last change: where somebody begins who wants to know only of what is to come.
    pub fn last_change(&self) -> Result<i64, RequestError> {
        Ok(self.db.read(feed::last)?)
    }

    /// Requests of `agent`'s customers, in the order in which they were made, a page after the one with `number`.
    pub fn by_creditor(&self, agent: ClearingCode, number: i64) -> Result<Vec<RequestToPay>, RequestError> {
        let found: Vec<RequestColumns> = self.db.read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => request_to_pay::table
                .filter(request_to_pay::creditor_agent.eq(agent))
                .filter(request_to_pay::number.gt(number))
                .order(request_to_pay::number)
                .limit(PAGE)
                .select(RequestColumns::as_select())
                .load(c))?)
        })?;
        all(found)
    }

    /// Requests that ask this debtor, latest first, a page of them.
    pub fn by_debtor(&self, debtor: &Debtor) -> Result<Vec<RequestToPay>, RequestError> {
        let found: Vec<RequestColumns> = self.db.read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => request_to_pay::table
                .filter(request_to_pay::debtor_agent.eq(debtor.agent))
                .filter(request_to_pay::debtor_account.eq(&debtor.account))
                .order(request_to_pay::number.desc())
                .limit(PAGE)
                .select(RequestColumns::as_select())
                .load(c))?)
        })?;
        all(found)
    }

    /// What a merchant asked for at no till, latest first, at most `limit`, before the one with this number: its bills, and
    /// baskets of its web shop.
    pub fn bills_of(
        &self,
        merchant: &Merchant,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<RequestToPay>, RequestError> {
        let of = label(merchant.id);
        let limit = i64::try_from(limit).unwrap_or(PAGE).min(PAGE);
        let found: Vec<RequestColumns> = self.db.read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => request_to_pay::table
                .filter(request_to_pay::merchant.eq(&of))
                .filter(request_to_pay::creditor_agent.eq(merchant.participant))
                .filter(request_to_pay::till.is_null())
                .filter(request_to_pay::number.lt(before.unwrap_or(i64::MAX)))
                .order(request_to_pay::number.desc())
                .limit(limit)
                .select(RequestColumns::as_select())
                .load(c))?)
        })?;
        all(found)
    }

    fn take(
        &self,
        id: RequestId,
        wanted: RequestStep,
        reason: Option<ReasonCode>,
        now: Timestamp,
        may: impl Fn(&RequestToPay) -> bool + Send + 'static,
    ) -> Result<RequestToPay, RequestError> {
        self.db.write(move |conn| {
            let mut found = payment::take(conn, &[id].into())?;
            let mut request = found.pop().filter(|request| may(request)).ok_or(RequestError::NotFound)?;
            let state = step(request.state, wanted, request.asked.expires, now)?;
            if state != request.state {
                (request.state, request.reason, request.changed) = (state, reason, now);
                save(conn, &request)?;
                feed::append(conn, std::slice::from_ref(&request))?;
            }
            Ok(request)
        })
    }
}

fn all(found: Vec<RequestColumns>) -> Result<Vec<RequestToPay>, RequestError> {
    found.into_iter().map(|columns| Ok(columns.request()?)).collect()
}

/// Those of these requests that there are.
pub(in crate::store) fn these(conn: &mut Conn<'_>, ids: &[RequestId]) -> Result<Vec<RequestToPay>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<RequestColumns> = on_db!(conn, c => request_to_pay::table
        .filter(request_to_pay::id.eq_any(ids.iter().map(RequestId::as_str)))
        .select(RequestColumns::as_select())
        .load(c))?;
    found.into_iter().map(RequestColumns::request).collect()
}

fn find(conn: &mut Conn<'_>, id: RequestId) -> Result<Option<RequestToPay>, RequestError> {
    let found: Option<RequestColumns> = on_db!(conn, c => request_to_pay::table
        .find(id.as_str())
        .select(RequestColumns::as_select())
        .get_result(c)
        .optional())?;
    Ok(found.map(RequestColumns::request).transpose()?)
}

/// The request that has this reference already.
fn under_reference(conn: &mut Conn<'_>, asked: &NewRequest) -> Result<Option<RequestToPay>, RequestError> {
    let found: Option<RequestColumns> = on_db!(conn, c => request_to_pay::table
        .filter(request_to_pay::creditor_agent.eq(asked.creditor.agent))
        .filter(request_to_pay::created_by.eq(&asked.created_by))
        .filter(request_to_pay::reference.eq(&asked.reference))
        .select(RequestColumns::as_select())
        .first(c)
        .optional())?;
    Ok(found.map(RequestColumns::request).transpose()?)
}

fn create(
    conn: &mut Conn<'_>,
    id: RequestId,
    asked: &NewRequest,
    now: Timestamp,
) -> Result<RequestToPay, RequestError> {
    if let Some(known) = under_reference(conn, asked)? {
        return if known.asked.asks_the_same_as(asked) { Ok(known) } else { Err(RequestError::ReferenceUsed) };
    }
    asked.check(now)?;
    // Whoever makes another at the same time waits here, and is seen by the second look.
    let number = feed::take_numbers(conn, 1)?;
    if let Some(known) = under_reference(conn, asked)? {
        return if known.asked.asks_the_same_as(asked) { Ok(known) } else { Err(RequestError::ReferenceUsed) };
    }
    let request = RequestToPay {
        id,
        number,
        asked: asked.clone(),
        created: now,
        state: RequestState::Waiting,
        reason: None,
        payment: None,
        changed: now,
    };
    let columns = RequestColumns::of(&request);
    on_db!(conn, c => diesel::insert_into(request_to_pay::table).values(&columns).execute(c))?;
    feed::append_as(conn, number, &request)?;
    Ok(request)
}

/// Writes how far a request has come; what it asks never changes.
fn save(conn: &mut Conn<'_>, request: &RequestToPay) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(request_to_pay::table.find(request.id.as_str()))
        .set((
            request_to_pay::state.eq(request.state.number()),
            request_to_pay::reason.eq(request.reason.map(|reason| reason.to_string())),
            request_to_pay::payment.eq(request.payment.map(|payment| payment.sequence)),
            request_to_pay::paid_amount.eq(request.payment.map(|payment| payment.amount.minor())),
            request_to_pay::changed.eq(request.changed),
        ))
        .execute(c))?;
    Ok(())
}

fn expire_some(conn: &mut Conn<'_>, now: Timestamp) -> Result<usize, RequestError> {
    let due: Vec<String> = on_db!(conn, c => request_to_pay::table
        .filter(request_to_pay::state.le(RequestState::Accepted.number()))
        .filter(request_to_pay::expires.le(now))
        .order(request_to_pay::expires)
        .limit(EXPIRING)
        .select(request_to_pay::id)
        .load(c))?;
    let ids = due.iter().filter_map(|id| id.parse().ok()).collect();
    let mut expired = Vec::new();
    for mut request in payment::take(conn, &ids)? {
        // Another gateway may have been quicker, or a payment.
        let Ok(state) = step(request.state, RequestStep::Expire, request.asked.expires, now) else { continue };
        if state != request.state {
            (request.state, request.changed) = (state, now);
            save(conn, &request)?;
            expired.push(request);
        }
    }
    feed::append(conn, &expired)?;
    Ok(expired.len())
}
