//! Who is signed in at the bank: sessions in memory, a cookie of the bank's own name. Signing in is simulated:
//! whoever comes chooses a customer.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use payments::participant::ClearingCode;
use store::Timestamp;

use super::failure::Failure;
use crate::clock;
use crate::demo::bank::account::AccountNumber;
use crate::demo::bank::{Bank, Customer};

/// How long a session lasts.
const LIFETIME: Duration = Duration::from_hours(2);
/// Sessions at most; the oldest makes room.
const MOST: usize = 1_000;

/// The sessions of one bank.
#[derive(Default)]
pub(super) struct Sessions(Mutex<BTreeMap<String, Session>>);

struct Session {
    account: AccountNumber,
    begun: Timestamp,
}

impl Sessions {
    /// Begins a session under a fresh random `id`.
    pub(super) fn begin(&self, id: String, account: AccountNumber, now: Timestamp) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| now.since(session.begun) < LIFETIME);
        if sessions.len() >= MOST {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.begun).map(|(id, _)| id.clone());
            oldest.and_then(|id| sessions.remove(&id));
        }
        sessions.insert(id, Session { account, begun: now });
    }

    /// Ends a session.
    pub(super) fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn account(&self, id: &str, now: Timestamp) -> Option<AccountNumber> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(id).filter(|session| now.since(session.begun) < LIFETIME).map(|session| session.account.clone())
    }
}

/// The cookie's name. Cookies know no ports: on localhost each bank needs a name of its own.
pub(super) fn cookie_name(bank: ClearingCode) -> String {
    format!("bank-{bank}-session")
}

/// The cookie that carries the session `id`; an empty one takes it away.
pub(super) fn cookie(bank: ClearingCode, id: String) -> Cookie<'static> {
    let ended = id.is_empty();
    let mut cookie = Cookie::build(cookie_name(bank), id).path("/").http_only(true).same_site(SameSite::Lax).finish();
    if ended {
        cookie.make_removal();
    }
    cookie
}

/// Whoever is signed in. A request without a session is sent to the page that begins one.
pub(super) struct SignedIn {
    /// The customer.
    pub(super) customer: Customer,
}

impl FromRequest for SignedIn {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wanted = || Failure::NotSignedIn { request: request.match_info().get("id").and_then(|id| id.parse().ok()) };
        ready(signed_in(request).map(|customer| Self { customer }).ok_or_else(wanted))
    }
}

fn signed_in(request: &HttpRequest) -> Option<Customer> {
    let bank = request.app_data::<web::Data<Arc<Bank>>>()?;
    let sessions = request.app_data::<web::Data<Sessions>>()?;
    let cookie = request.cookie(&cookie_name(bank.config.clearing_code))?;
    let account = sessions.account(cookie.value(), clock::now())?;
    bank.customer(&account).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn account() -> AccountNumber {
        "012-100001-001".parse().unwrap()
    }

    #[test]
    fn a_session_ends_by_itself_or_when_asked() {
        let sessions = Sessions::default();
        sessions.begin("one".to_owned(), account(), NOW);
        assert_eq!(sessions.account("one", NOW), Some(account()));
        assert_eq!(sessions.account("one", NOW + LIFETIME), None);
        assert_eq!(sessions.account("two", NOW), None);
        sessions.end("one");
        assert_eq!(sessions.account("one", NOW), None);
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let sessions = Sessions::default();
        for n in 0..=u32::try_from(MOST).unwrap() {
            sessions.begin(n.to_string(), account(), NOW + Duration::from_secs(n.into()));
        }
        assert_eq!(sessions.account("0", NOW), None);
        assert!(sessions.account("1", NOW).is_some());
    }
}
