//! What was credited to an account, for the customer's own program (a shop's till): a list that waits.
//!
//! `GET /api/credits?after=N&wait=20` with `Authorization: Bearer KEY`. The reader keeps the cursor; the same
//! cursor gives the same credits again.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::AUTHORIZATION;
use actix_web::rt::time::timeout;
use actix_web::{HttpRequest, HttpResponse, web};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::demo::bank::store::Credit;
use crate::demo::bank::{Bank, BankError, Customer};
use crate::error::Problem;

/// Longer than this no request waits, in seconds.
const MOST_WAIT: u64 = 30;
/// Credits in one answer.
const PAGE: i64 = 100;

#[derive(Deserialize)]
pub(super) struct Query {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    wait: u64,
}

#[derive(Serialize)]
struct Credits {
    credits: Vec<CreditBody>,
    next: i64,
}

#[derive(Serialize)]
struct CreditBody {
    id: i64,
    amount: String,
    currency: &'static str,
    payer: String,
    remittance_information: Option<String>,
    credited: String,
}

impl From<Credit> for CreditBody {
    fn from(credit: Credit) -> Self {
        Self {
            id: credit.seq,
            amount: credit.amount.to_decimal(),
            currency: credit.amount.currency().code(),
            payer: credit.debtor_name,
            remittance_information: credit.remittance_information,
            credited: credit.credited.to_string(),
        }
    }
}

pub(super) async fn list(
    request: HttpRequest,
    bank: web::Data<Arc<Bank>>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let customer = holder(&request, &bank).ok_or_else(|| Problem::forbidden("This key opens no account."))?;
    let (account, after) = (customer.account.clone(), query.after);
    let read = || {
        let account = account.clone();
        bank.books(move |books| books.credits(&account, after, PAGE))
    };
    let mut postings = bank.books.postings();
    postings.mark_unchanged();
    let mut found = read().await.map_err(failed)?;
    let until = actix_web::rt::time::Instant::now() + Duration::from_secs(query.wait.min(MOST_WAIT));
    while found.is_empty() {
        let left = until.saturating_duration_since(actix_web::rt::time::Instant::now());
        if left.is_zero() || timeout(left, postings.changed()).await.is_err() {
            break;
        }
        found = read().await.map_err(failed)?;
    }
    let next = found.last().map_or(after, |credit| credit.seq);
    Ok(HttpResponse::Ok().json(Credits { credits: found.into_iter().map(CreditBody::from).collect(), next }))
}

fn failed(error: BankError) -> Problem {
    Problem::internal(&error)
}

/// The customer whose key this is. Digests are compared, so that the time it takes says nothing of the key.
fn holder<'b>(request: &HttpRequest, bank: &'b Bank) -> Option<&'b Customer> {
    let shown = request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let shown = digest(&SHA256, shown.as_bytes());
    bank.config.customers.iter().find(|customer| {
        let key = customer.api_key.as_ref().map(|key| digest(&SHA256, key.0.as_bytes()));
        key.is_some_and(|key| key.as_ref() == shown.as_ref())
    })
}
