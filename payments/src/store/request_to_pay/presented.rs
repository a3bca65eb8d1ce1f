//! Codes that payers show: made by their banks, taken back, and turned into a request to pay by the shop that scans one.

use std::time::Duration;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::super::columns::{currency, currency_column};
use super::schema::presented_code;
use super::{RequestError, RequestsToPay, create, find, random};
use crate::error::Error;
use crate::money::Amount;
use crate::participant::ClearingCode;
use crate::presented_code::{
    NotPresentable, PayerConsent, PresentedCode, PresentedCodeId, PresentedState, PresentedToken, TIME_TO_PAY,
    presentable,
};
use crate::request_to_pay::{InvalidRequest, NewRequest, RequestId, RequestToPay};

/// How long a code is remembered, so that its bank can see what became of it.
const REMEMBERED: Duration = Duration::from_hours(24);
/// So many are forgotten in one transaction.
const FORGETTING: i64 = 500;

/// Table `presented_code`.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = presented_code, treat_none_as_default_value = false)]
struct CodeColumns {
    id: PresentedCodeId,
    token_digest: Vec<u8>,
    debtor_agent: ClearingCode,
    currency: i16,
    most: i64,
    consent: String,
    created: Timestamp,
    withdrawn: bool,
    request: Option<String>,
}

impl CodeColumns {
    fn code(self) -> Result<PresentedCode, Error> {
        let id = self.id;
        let bad = |column| Error::Damaged(format!("presented code {id}: its {column} cannot be read"));
        let currency = currency(self.currency).ok_or_else(|| bad("currency"))?;
        let limit = Amount::new(self.most, currency).map_err(|_| bad("limit"))?;
        let request: Option<RequestId> =
            self.request.map(|text| text.parse().map_err(|_| bad("request"))).transpose()?;
        let state = match request {
            Some(request) => PresentedState::Spent(request),
            None if self.withdrawn => PresentedState::Withdrawn,
            None => PresentedState::Waiting,
        };
        let consent = PayerConsent { debtor_agent: self.debtor_agent, limit, reference: self.consent };
        Ok(PresentedCode { id, consent, created: self.created, state })
    }
}

impl RequestsToPay {
    /// Makes a code of what a payer has agreed to. Its secret is given once.
    ///
    /// # Errors
    /// [`RequestError::Invalid`] when the consent's reference is not one.
    pub fn issue_presented_code(
        &self,
        consent: &PayerConsent,
        now: Timestamp,
    ) -> Result<(PresentedCode, PresentedToken), RequestError> {
        consent.check().map_err(|why| InvalidRequest { field: "consent", why })?;
        let token = PresentedToken::new(random()?);
        let id = PresentedCodeId::new(now, &random()?);
        let code = PresentedCode { id, consent: consent.clone(), created: now, state: PresentedState::Waiting };
        let columns = CodeColumns {
            id,
            token_digest: token.digest(),
            debtor_agent: consent.debtor_agent,
            currency: currency_column(consent.limit.currency()),
            most: consent.limit.minor(),
            consent: consent.reference.clone(),
            created: now,
            withdrawn: false,
            request: None,
        };
        self.db.write(move |conn| -> Result<_, RequestError> {
            on_db!(conn, c => diesel::insert_into(presented_code::table).values(&columns).execute(c))?;
            Ok(())
        })?;
        Ok((code, token))
    }

    /// A code of `agent`'s customer.
    ///
    /// # Errors
    /// [`NotPresentable::Unknown`].
    pub fn presented_code(&self, agent: ClearingCode, id: PresentedCodeId) -> Result<PresentedCode, RequestError> {
        self.db.read(|conn| of_agent(conn, agent, id))
    }

    /// Takes a code back that nobody has scanned; one that was scanned stays spent. Says how it stands then.
    ///
    /// # Errors
    /// [`NotPresentable::Unknown`].
    pub fn withdraw_presented_code(
        &self,
        agent: ClearingCode,
        id: PresentedCodeId,
    ) -> Result<PresentedCode, RequestError> {
        self.db.write(move |conn| {
            on_db!(conn, c => diesel::update(presented_code::table.find(id))
                .filter(presented_code::debtor_agent.eq(agent))
                .filter(presented_code::request.is_null())
                .set(presented_code::withdrawn.eq(true))
                .execute(c))?;
            of_agent(conn, agent, id)
        })
    }

    /// Makes the request `asked` of the payer who shows the code with this secret. The payer's bank has a minute to pay it.
    /// The same reference of the same asker again gives the same request.
    ///
    /// # Errors
    /// [`RequestError::NotPresentable`], and what [`RequestsToPay::create`] refuses.
    pub fn ask_presented(
        &self,
        token: &PresentedToken,
        asked: &NewRequest,
        now: Timestamp,
    ) -> Result<RequestToPay, RequestError> {
        let (digest, id) = (token.digest(), RequestId::from_random(&random()?));
        let mut asked = asked.clone();
        self.db.write(move |conn| {
            let code = take(conn, &digest)?;
            if let Some(PresentedState::Spent(request)) = code.as_ref().map(|code| code.state)
                && let Some(known) = find(conn, request)?
                && is_of(&known, &asked)
            {
                return Ok(known);
            }
            presentable(code.as_ref(), asked.amount, now)?;
            let code = code.ok_or(NotPresentable::Unknown)?;
            asked.debtor = Some(code.debtor());
            asked.expires = asked.expires.min(now + TIME_TO_PAY);
            let made = create(conn, id, &asked, now)?;
            if made.id != id {
                // The reference belongs to a request that was made of another code.
                return Err(RequestError::ReferenceUsed);
            }
            on_db!(conn, c => diesel::update(presented_code::table.find(code.id))
                .set(presented_code::request.eq(id.as_str()))
                .execute(c))?;
            Ok(made)
        })
    }

    /// Forgets codes whose minute was over a day ago, and says how many. Any number of gateways may do so at once.
    ///
    /// # Errors
    /// When the database failed.
    pub fn forget_presented_codes(&self, now: Timestamp) -> Result<usize, RequestError> {
        self.db.write(move |conn| {
            let over: Vec<PresentedCodeId> = on_db!(conn, c => presented_code::table
                .filter(presented_code::created.lt(now - REMEMBERED))
                .order(presented_code::created)
                .limit(FORGETTING)
                .select(presented_code::id)
                .load(c))?;
            if over.is_empty() {
                return Ok(0);
            }
            Ok(on_db!(conn, c => diesel::delete(presented_code::table.filter(presented_code::id.eq_any(&over)))
                .execute(c))?)
        })
    }
}

/// Whether `known` is the request that `asked` repeats.
fn is_of(known: &RequestToPay, asked: &NewRequest) -> bool {
    let by = |one: &NewRequest| (one.creditor.agent, one.created_by.clone(), one.reference.clone());
    let repeated = NewRequest { debtor: known.asked.debtor.clone(), ..asked.clone() };
    by(&known.asked) == by(asked) && known.asked.asks_the_same_as(&repeated)
}

/// The code with this secret. Whoever else would spend it waits until this transaction ends.
fn take(conn: &mut Conn<'_>, digest: &[u8]) -> Result<Option<PresentedCode>, Error> {
    let wanted = presented_code::table.filter(presented_code::token_digest.eq(digest));
    let found: Option<CodeColumns> = match conn {
        Conn::Postgres(c) => wanted.select(CodeColumns::as_select()).for_update().get_result(*c).optional()?,
        Conn::Sqlite(c) => wanted.select(CodeColumns::as_select()).get_result(*c).optional()?,
    };
    found.map(CodeColumns::code).transpose()
}

fn of_agent(conn: &mut Conn<'_>, agent: ClearingCode, id: PresentedCodeId) -> Result<PresentedCode, RequestError> {
    let found: Option<CodeColumns> = on_db!(conn, c => presented_code::table
        .find(id)
        .filter(presented_code::debtor_agent.eq(agent))
        .select(CodeColumns::as_select())
        .get_result(c)
        .optional())?;
    Ok(found.ok_or(NotPresentable::Unknown)?.code()?)
}
