//! Paying: the form, the confirmation that names the payee, the result.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use payments::request_to_pay::AmountRule;

use super::failure::Failure;
use super::session::SignedIn;
use super::view::View;
use super::wish::{self, Field, NotYet, PayForm, Wanted};
use super::{request, words};
use crate::clock;
use crate::demo::bank::ledger::{OutgoingState, Refusal};
use crate::demo::bank::payment::{Payment, Uetr};
use crate::demo::bank::request::{Asked, CannotPay};
use crate::demo::bank::{Bank, BankError, Customer, store};

/// The empty form.
pub(super) async fn form(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
) -> Result<HttpResponse, Failure> {
    let balance = balance(&bank, &customer).await?;
    Ok(view.pay(balance, &PayForm::default(), None))
}

/// Looks the payee up, and goes on to the confirmation.
pub(super) async fn prepare(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    form: web::Form<PayForm>,
) -> Result<HttpResponse, Failure> {
    let balance = balance(&bank, &customer).await?;
    let Wanted { wish, request } = match wish::read(&form, clock::now()) {
        Ok(wanted) => wanted,
        Err(not_yet) => return Ok(view.pay(balance, &form, Some((not_yet.field(), not_yet.words())))),
    };
    if let Some(coded) = request {
        match bank.asked(&customer, coded.id).await {
            Ok(Some(asked)) if asked.agrees_with_code(coded.creditor_agent, coded.amount) => {
                return answer(view, &bank, &customer, balance, &form, asked).await;
            }
            Ok(Some(_)) => return Ok(view.pay(balance, &form, Some((Field::Payload, CannotPay::Tampered.words())))),
            Ok(None) => {
                return Ok(view.pay(balance, &form, Some((Field::Payload, CannotPay::Unknown.words()))));
            }
            Err(BankError::Switch(error)) => {
                tracing::warn!(%error, "a request to pay could not be read");
                return Ok(view.pay(balance, &form, Some((Field::Payload, words::unreachable()))));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let Some(wish) = wish else {
        let no_amount = NotYet::NoAmount;
        return Ok(view.pay(balance, &form, Some((no_amount.field(), no_amount.words()))));
    };
    if balance < wish.amount.minor() {
        let words = words::insufficient_funds(balance, wish.amount);
        return Ok(view.pay(balance, &form, Some((Field::Amount, words))));
    }
    match bank.prepare(&customer, wish).await {
        Ok(payment) => Ok(see(payment.uetr)),
        Err(BankError::UnknownPayee) => Ok(view.pay(balance, &form, Some((Field::Payee, words::unknown_payee())))),
        Err(BankError::Switch(error)) => {
            tracing::warn!(%error, "a look-up failed");
            Ok(view.pay(balance, &form, Some((Field::Payee, words::unreachable()))))
        }
        Err(other) => Err(other.into()),
    }
}

/// Answers the request that a code stands for: goes on to the confirmation when there is nothing to choose, otherwise to
/// the request's own page.
async fn answer(
    view: View,
    bank: &Arc<Bank>,
    customer: &Customer,
    balance: i64,
    form: &PayForm,
    asked: Asked,
) -> Result<HttpResponse, Failure> {
    match asked.amount(&form.amount) {
        Ok(amount) if asked.amount_rule == AmountRule::Exact => {
            if balance < amount.minor() {
                let words = words::insufficient_funds(balance, amount);
                return Ok(view.pay(balance, form, Some((Field::Amount, words))));
            }
            Ok(see(bank.prepare_answer(customer, asked, amount).await?.uetr))
        }
        _ => Ok(request::to(asked.id)),
    }
}

/// A payment of the customer: to be confirmed, or how it went.
pub(super) async fn show(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    uetr: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let payment = find(&bank, &customer, &uetr).await?;
    match payment.transfer.state {
        OutgoingState::Draft => Ok(view.confirm(&payment, None)),
        _ => Ok(view.result(&payment)),
    }
}

/// The customer confirms. A second click shows what the first one did.
pub(super) async fn confirm(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    uetr: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let payment = find(&bank, &customer, &uetr).await?;
    match bank.confirm(customer.account.clone(), payment.uetr).await {
        Ok(_) | Err(BankError::Books(store::Error::Refused(Refusal::ConfirmedBefore))) => Ok(see(payment.uetr)),
        Err(BankError::Books(store::Error::Refused(Refusal::InsufficientFunds))) => {
            let balance = balance(&bank, &customer).await?;
            let words = words::insufficient_funds(balance, payment.transfer.amount);
            Ok(view.confirm(&payment, Some(&words)))
        }
        Err(BankError::Books(store::Error::Refused(Refusal::SameAccount))) => {
            Ok(view.confirm(&payment, Some(&words::same_account())))
        }
        Err(other) => Err(other.into()),
    }
}

async fn find(bank: &Arc<Bank>, customer: &Customer, uetr: &str) -> Result<Payment, Failure> {
    let uetr: Uetr = uetr.parse().map_err(|_| Failure::NotFound)?;
    let account = customer.account.clone();
    Ok(bank.books(move |books| books.payment(uetr, &account)).await?)
}

pub(super) async fn balance(bank: &Arc<Bank>, customer: &Customer) -> Result<i64, BankError> {
    let account = customer.account.clone();
    bank.books(move |books| books.balance(&account)).await
}

/// On to the payment's own page: reloading it sends nothing again.
pub(super) fn see(uetr: Uetr) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, format!("/payments/{uetr}"))).finish()
}
