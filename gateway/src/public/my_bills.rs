//! What the resident is asked to pay by the numbers and addresses in their name, at every bank: shown, and refused.
//!
//! Identity says who the resident is; the directory which entries are theirs; requests to pay are found by what those
//! entries lead to. Bills are paid in the bank's own app.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::session::Session;
use payments::RequestError;
use payments::app_link::opened_at;
use payments::directory::EntryStatus;
use payments::iso20022::ReasonCode;
use payments::request_to_pay::{Debtor, RequestId, RequestState, RequestToPay};

use super::banks::Banks;
use super::my_proxies::owner;
use super::page;
use super::refusal::PageError;
use super::session::{FormToken, StronglySignedIn};
use crate::clock;
use crate::pages::money::money;
use crate::pages::my_bills::{MyBill, MyBills};
use crate::server::Gateway;

/// The customer does not want to pay it (ISO 20022 external status reason).
const BY_CUSTOMER: ReasonCode = ReasonCode::literal("CUST");

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/me/bills", web::get().to(show)).route("/me/bills/{id}/refuse", web::post().to(refuse));
}

async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let bills = web::block(move || gather(&gateway, &session.0)).await??;
    page::render(MyBills { page, bills }.render())
}

/// Where the resident is asked: what their proven entries lead to.
fn debtors(gateway: &Gateway, session: &Session) -> Result<Vec<Debtor>, PageError> {
    let entries = gateway.directory.entries_of_owner(owner(gateway, session)?.key)?;
    let proven = entries.into_iter().filter(|entry| entry.status != EntryStatus::Pending);
    let mut debtors: Vec<Debtor> = proven
        .map(|entry| Debtor { agent: entry.participant, account: entry.account_token.as_str().to_owned() })
        .collect();
    debtors.dedup();
    Ok(debtors)
}

fn gather(gateway: &Gateway, session: &Session) -> Result<Vec<MyBill>, PageError> {
    let banks = Banks::of(gateway)?;
    let (requests, now) = (gateway.switch.requests_to_pay(), clock::now());
    let mut bills = Vec::new();
    for debtor in debtors(gateway, session)? {
        for request in requests.by_debtor(&debtor)? {
            let link = opened_at(banks.all(), debtor.agent, request.id);
            bills.push(MyBill { link, ..bill(&request, banks.name(debtor.agent), request.state_at(now)) });
        }
    }
    // What waits comes first, the most urgent of it at the top; then the latest.
    bills.sort_by_key(|bill| (!bill.waits(), bill.waits().then_some(bill.expires), std::cmp::Reverse(bill.created)));
    Ok(bills)
}

fn bill(request: &RequestToPay, (bank_zh, bank_en): (String, String), state: RequestState) -> MyBill {
    let asked = request.asked.clone();
    let either = asked.creditor.name_zh.clone().or(asked.creditor.name_en.clone()).unwrap_or_default();
    let paid = request.payment.map_or(asked.amount, |payment| payment.amount);
    MyBill {
        id: request.id.to_string(),
        payee_zh: asked.creditor.name_zh.unwrap_or_else(|| either.clone()),
        payee_en: asked.creditor.name_en.unwrap_or(either),
        bank_zh,
        bank_en,
        link: None,
        amount: money(paid),
        purpose: asked.purpose,
        bill_number: asked.bill_number,
        due: asked.due.map(|due| due.to_string()),
        expires: asked.expires,
        created: request.created,
        state,
    }
}

async fn refuse(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let id: RequestId = id.parse().map_err(|_| PageError::NothingHere)?;
    web::block(move || -> Result<(), PageError> {
        let requests = gateway.switch.requests_to_pay();
        let request = requests.get(id)?.ok_or(PageError::NothingHere)?;
        let debtor = request.asked.debtor.ok_or(PageError::NothingHere)?;
        if !debtors(&gateway, &session.0)?.contains(&debtor) {
            return Err(PageError::NothingHere);
        }
        match requests.refuse(debtor.agent, id, BY_CUSTOMER, clock::now()) {
            // It was paid or taken back meanwhile: the page shows how it stands.
            Ok(_) | Err(RequestError::Refused(_)) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    })
    .await??;
    Ok(page::see_other("/me/bills"))
}
