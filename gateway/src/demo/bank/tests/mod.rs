//! Banks and the switch together, over mutual TLS: who pays whom, and what is left when something goes wrong.

mod city;
mod pages;
mod presented;
mod recalls;
mod requests;

use std::sync::Arc;
use std::time::Duration;

use city::{City, account, code, desk, eventually, hkd, proxy};
use payments::iso20022::ReasonCode;
use payments::money::Currency;

use super::ledger::OutgoingState;
use super::outcome::Attempt;
use super::pay::Wish;
use super::payment::Payment;
use super::{Bank, BankError, Customer, RunningBank};
use crate::clock;

const SHOP: &str = "shop@morninglight.example";

fn payer(bank: &RunningBank) -> Customer {
    desk(bank).customer(&account("012-100001-001")).unwrap().clone()
}

fn wish(to: &str, amount: &str) -> Wish {
    Wish {
        proxy: proxy(to),
        creditor_agent: None,
        amount: hkd(amount),
        remittance_information: Some("ML1".to_owned()),
        request_to_pay: None,
        till: None,
    }
}

async fn prepare(bank: &RunningBank, to: &str, amount: &str) -> Result<Payment, BankError> {
    desk(bank).prepare(&payer(bank), wish(to, amount)).await
}

/// Prepares and confirms; how it ended.
async fn pay(bank: &RunningBank, to: &str, amount: &str) -> OutgoingState {
    let payment = prepare(bank, to, amount).await.unwrap();
    desk(bank).confirm(payer(bank).account, payment.uetr).await.unwrap().transfer.state
}

async fn balance(bank: &Arc<Bank>, number: &str) -> i64 {
    let number = account(number);
    bank.books(move |books| books.balance(&number)).await.unwrap()
}

fn position(city: &City, bank: &str) -> i64 {
    let positions = city.switch.positions().unwrap();
    let of = positions.iter().find(|(who, currency, _)| *who == code(bank) && *currency == Currency::Hkd);
    of.map_or(0, |(_, _, position)| position.balance)
}

#[actix_web::test]
async fn a_payment_reaches_the_shop_and_every_book_agrees() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let payment = prepare(&banyan, SHOP, "48.00").await.unwrap();
    assert_eq!(payment.payee.names.zh, "晨光文具", "an organisation's name is public");
    let paid = desk(&banyan).confirm(payer(&banyan).account, payment.uetr).await.unwrap();
    assert_eq!(paid.transfer.state, OutgoingState::Settled);
    let shop = desk(&seawall);
    eventually("the shop's credit", || async { balance(shop, "027-200001-001").await == 4_800 }).await;
    assert_eq!(balance(desk(&banyan), "012-100001-001").await, 800_000 - 4_800);
    assert_eq!((position(&city, "012"), position(&city, "027")), (95_200, 104_800));
    for bank in [banyan, seawall] {
        bank.verify_books().await.unwrap();
        bank.stop().await;
    }
}

#[actix_web::test]
async fn what_the_other_bank_rejects_or_ignores_comes_back() {
    let city = City::found().await;
    let (banyan, ferry) = (city.open("012").await, city.open("038").await);
    let closed = ReasonCode::literal("AC04");
    assert_eq!(pay(&banyan, "93456789", "20.00").await, OutgoingState::Rejected(closed));
    let no_answer = ReasonCode::literal("AB05");
    assert_eq!(pay(&banyan, "94567890", "20.00").await, OutgoingState::Rejected(no_answer));
    let broke = pay(&banyan, "93456789", "1000.01").await;
    assert_eq!(broke, OutgoingState::Rejected(ReasonCode::literal("AM04")), "beyond the bank's own liquidity");
    assert!(matches!(prepare(&banyan, "61112222", "20.00").await, Err(BankError::UnknownPayee)));
    assert_eq!(balance(desk(&banyan), "012-100001-001").await, 800_000);
    assert_eq!(position(&city, "012"), 100_000);
    for bank in [banyan, ferry] {
        bank.verify_books().await.unwrap();
        bank.stop().await;
    }
}

#[actix_web::test]
async fn two_clicks_at_once_pay_once() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let payment = prepare(&banyan, SHOP, "48.00").await.unwrap();
    let click = || desk(&banyan).confirm(payer(&banyan).account, payment.uetr);
    let (one, other) = futures_util::join!(click(), click());
    assert!(one.is_ok() != other.is_ok(), "one click pays, the other is told that it was paid");
    assert_eq!(balance(desk(&banyan), "012-100001-001").await, 800_000 - 4_800);
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn customers_of_one_bank_pay_each_other_without_the_switch() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    assert_eq!(pay(&banyan, "92345678", "100.00").await, OutgoingState::Settled);
    assert_eq!(balance(desk(&banyan), "012-100002-001").await, 910_000);
    assert_eq!(position(&city, "012"), 100_000);
    banyan.verify_books().await.unwrap();
    banyan.stop().await;
}

/// The crash falls after the hold is durable and before, or after, the message was sent.
#[actix_web::test]
async fn a_payment_in_doubt_is_resolved_after_a_restart() {
    let city = City::found().await;
    let seawall = city.open("027").await;
    let banyan = city.open("012").await;
    for sent_before_the_crash in [false, true] {
        let payment = prepare(&banyan, SHOP, "10.00").await.unwrap();
        let (uetr, debtor) = (payment.uetr, payer(&banyan).account);
        let held = desk(&banyan).books(move |books| books.hold(uetr, debtor, clock::now())).await.unwrap();
        if sent_before_the_crash {
            // The bank never hears the answer.
            let message = super::message::credit_transfer(&held, code("012"));
            desk(&banyan).switch.pay(message, Duration::from_secs(5)).await.unwrap();
        }
    }
    banyan.stop().await;
    let banyan = city.open("012").await;
    let desk = desk(&banyan);
    eventually("both outcomes", || async { desk.books(super::store::Books::held).await.unwrap().is_empty() }).await;
    assert_eq!(balance(desk, "012-100001-001").await, 800_000 - 2_000, "each was paid, and once");
    assert_eq!(position(&city, "027"), 102_000);
    banyan.verify_books().await.unwrap();
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn a_bank_that_was_away_credits_only_what_settled() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    assert_eq!(pay(&banyan, SHOP, "10.00").await, OutgoingState::Settled);
    seawall.stop().await;
    assert!(matches!(pay(&banyan, SHOP, "20.00").await, OutgoingState::Rejected(_)));
    let seawall = city.open_unready("027").await;
    assert_eq!(pay(&banyan, SHOP, "30.00").await, OutgoingState::Settled);
    let shop = desk(&seawall);
    eventually("the shop's credits", || async { balance(shop, "027-200001-001").await == 4_000 }).await;
    seawall.verify_books().await.unwrap();
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn a_replayed_payment_gets_the_outcome_that_stands() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let payment = prepare(&banyan, SHOP, "48.00").await.unwrap();
    let paid = desk(&banyan).confirm(payer(&banyan).account, payment.uetr).await.unwrap();
    for _ in 0..3 {
        desk(&banyan).send(&paid, Attempt::Again, Duration::ZERO).await.unwrap();
    }
    let shop = desk(&seawall);
    eventually("the shop's credit", || async { balance(shop, "027-200001-001").await == 4_800 }).await;
    assert_eq!(position(&city, "012"), 95_200);
    banyan.stop().await;
    seawall.stop().await;
}
