//! A customer shows a code at a till: what a shop asks by it is paid, within what was agreed, once.

use payments::presented_code::{NotPresentable, PresentedToken};
use payments::request_to_pay::{NewRequest, RequestState, RequestToPay};
use payments::{RequestError, qr};
use reqwest::StatusCode;

use super::city::{City, account, desk, eventually, hkd};
use super::pages::{Browser, PAYER};
use super::requests::new;
use super::{RunningBank, balance};
use crate::clock;

impl City {
    async fn scan(&self, code: &str, asked: NewRequest) -> Result<RequestToPay, RequestError> {
        let (requests, token) = (self.switch.requests_to_pay(), PresentedToken::read(code).unwrap());
        actix_web::web::block(move || requests.ask_presented(&token, &asked, clock::now())).await.unwrap()
    }
}

/// Agrees to a limit. Returns the page of the code, and the text that a scanner reads from its picture.
async fn show(bank: &RunningBank, browser: &Browser, limit: &str) -> (String, String) {
    let (status, page) = browser.submit("show", &[("limit", limit)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, svg) = browser.open(&format!("{page}/code.svg")).await;
    assert!(svg.starts_with("<svg"), "{svg}");
    let (id, of) = (page.rsplit('/').next().unwrap().parse().unwrap(), account(PAYER));
    let kept = desk(bank).books(move |books| books.presented(id, &of)).await.unwrap();
    assert!(qr::consumer::ConsumerPayload::parse(&kept.code).is_ok());
    (page, kept.code)
}

#[actix_web::test]
async fn a_shop_that_scans_a_customers_code_is_paid_once() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let browser = Browser::signed_in(&banyan).await;
    let (page, code) = show(&banyan, &browser, "100").await;
    assert!(browser.open(&page).await.1.contains("HK$ 100.00"));
    let asked = city.scan(&code, new("1")).await.unwrap();
    eventually("the payment", || async { city.state(asked.id).await == RequestState::Paid }).await;
    eventually("the page", || async { browser.open(&page).await.1.contains("已付款") }).await;
    assert_eq!(browser.open(&format!("{page}/code.svg")).await.0, StatusCode::NOT_FOUND, "nothing is left to scan");
    let again = city.scan(&code, new("2")).await;
    assert!(matches!(again, Err(RequestError::NotPresentable(NotPresentable::Spent))), "{again:?}");
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000 - 4_800);
    banyan.verify_books().await.unwrap();
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn more_than_a_customer_agreed_to_is_not_paid() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    let browser = Browser::signed_in(&banyan).await;
    assert_eq!(browser.submit("show", &[("limit", "8000.01")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.submit("show", &[("limit", "much")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, code) = show(&banyan, &browser, "47.99").await;
    let asked = city.scan(&code, new("1")).await;
    assert!(matches!(asked, Err(RequestError::NotPresentable(NotPresentable::AboveLimit))), "{asked:?}");
    let within = city.scan(&code, NewRequest { amount: hkd("47.99"), ..new("1") }).await;
    assert!(within.is_ok(), "a refused amount does not spend the code");
    banyan.stop().await;
}

#[actix_web::test]
async fn what_was_spent_meanwhile_is_refused_and_not_overdrawn() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let browser = Browser::signed_in(&banyan).await;
    let (first, second) = (show(&banyan, &browser, "900").await, show(&banyan, &browser, "8000").await);
    let sale = |reference: &str, amount| NewRequest { amount: hkd(amount), ..new(reference) };
    let paid = city.scan(&first.1, sale("1", "900.00")).await.unwrap();
    eventually("the first payment", || async { city.state(paid.id).await == RequestState::Paid }).await;
    let refused = city.scan(&second.1, sale("2", "7100.01")).await.unwrap();
    eventually("the refusal", || async { city.state(refused.id).await == RequestState::Refused }).await;
    eventually("the page", || async { browser.open(&second.0).await.1.contains("已失效") }).await;
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000 - 90_000);
    banyan.stop().await;
    seawall.stop().await;
}
