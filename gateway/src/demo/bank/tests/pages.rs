//! The bank's and the shop's pages as a customer's browser uses them.

use std::net::TcpListener;

use payments::qr;
use payments::qr::render::{Picture, Purpose};
use reqwest::header::LOCATION;
use reqwest::{Client, StatusCode};
use url::Url;
use zeroize::Zeroizing;

use super::city::{City, code, desk, eventually, proxy};
use super::{SHOP, balance};
use crate::clock;
use crate::demo::bank::{ApiKey, RunningBank};
use crate::demo::shop::{self, BankApi, RunningShop, ShopConfig};
use crate::http::tls;

pub(super) const PAYER: &str = "012-100001-001";

pub(super) fn client() -> Client {
    let config = tls::client(rustls::RootCertStore::empty(), None).unwrap();
    let builder = Client::builder().tls_backend_preconfigured(config).cookie_store(true);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A customer's browser, signed in at the bank.
pub(super) struct Browser {
    pub(super) client: Client,
    pub(super) bank: Url,
}

impl Browser {
    pub(super) async fn signed_in(bank: &RunningBank) -> Self {
        let browser = Self { client: client(), bank: bank.url.clone() };
        assert_eq!(browser.submit("login", &[("account", PAYER)]).await.1, "/");
        browser
    }

    pub(super) async fn submit(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let response = self.client.post(self.bank.join(path).unwrap()).form(form).send().await.unwrap();
        let place = response.headers().get(LOCATION).map(|place| place.to_str().unwrap().to_owned());
        (response.status(), place.unwrap_or_default())
    }

    pub(super) async fn open(&self, path: &str) -> (StatusCode, String) {
        let response = self.client.get(self.bank.join(path).unwrap()).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }
}

fn open_shop(bank: &RunningBank) -> RunningShop {
    let config = ShopConfig {
        name_zh: "晨光文具".to_owned(),
        name_en: "Morning Light".to_owned(),
        clearing_code: code("027"),
        proxy: proxy(SHOP),
        bank: BankApi::new(client(), &bank.url, ApiKey(Zeroizing::new("the shop's key".to_owned()))).unwrap(),
    };
    shop::start(config, TcpListener::bind("127.0.0.1:0").unwrap()).unwrap()
}

#[actix_web::test]
async fn a_bill_is_scanned_confirmed_and_seen_paid_at_the_till() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let (shop, counter) = (open_shop(&seawall), client());
    let mut live = counter.get(shop.url.join("events").unwrap()).send().await.unwrap();

    let opened = counter.post(shop.url.join("bills").unwrap()).form(&[("amount", "48.00")]).send().await.unwrap();
    let bill = shop.url.join(opened.headers()[LOCATION].to_str().unwrap()).unwrap();
    let picture = counter.get(format!("{bill}/code.png")).send().await.unwrap().bytes().await.unwrap();

    let browser = Browser::signed_in(&banyan).await;
    let scan = browser.client.post(banyan.url.join("pay/scan").unwrap()).body(picture);
    let scanned: serde_json::Value = scan.send().await.unwrap().json().await.unwrap();
    let payload = scanned["payload"].as_str().unwrap();
    let asked = qr::parse(payload, clock::now()).unwrap().hong_kong.unwrap();
    assert_eq!(asked.asked.amount().unwrap().minor(), 4_800);
    assert!(!asked.amount_may_change());

    let (status, _) = browser.submit("pay", &[("payload", payload), ("amount", "1.00")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a bill is paid whole");
    let (status, payment) = browser.submit("pay", &[("payload", payload)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(browser.open(&payment).await.1.contains("晨光文具"), "the payee is named before paying");
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000, "nothing moves before the payer confirms");

    for _ in 0..2 {
        let (status, place) = browser.submit(&format!("{payment}/confirm"), &[]).await;
        assert_eq!((status, place.as_str()), (StatusCode::SEE_OTHER, payment.as_str()));
    }
    assert_eq!(browser.open(&payment).await.0, StatusCode::OK);
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000 - 4_800, "two clicks pay once");
    let till = client();
    eventually("the till's event", || async {
        let page = till.get(bill.clone()).send().await.unwrap().text().await.unwrap();
        page.contains("CHAN Tai Man")
    })
    .await;
    let event = live.chunk().await.unwrap().unwrap();
    assert!(event.starts_with(b"id: "), "the till hears of it without asking");

    shop.stop().await;
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn nobody_sees_or_pays_without_signing_in() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    let stranger = Browser { client: client(), bank: banyan.url.clone() };
    for path in ["", "pay", "link", "payments/0193e0e4-5b3a-4f0a-9d3e-0123456789ab"] {
        let response = stranger.client.get(banyan.url.join(path).unwrap()).send().await.unwrap();
        assert_eq!(response.headers().get(LOCATION).unwrap(), "/login", "{path}");
    }
    let (status, place) = stranger.submit("pay", &[("payee", SHOP), ("amount", "1.00")]).await;
    assert_eq!((status, place.as_str()), (StatusCode::SEE_OTHER, "/login"));
    let forged = stranger.client.post(banyan.url.join("login").unwrap()).form(&[("account", PAYER)]);
    let forged = forged.header("origin", "https://elsewhere.example").send().await.unwrap();
    assert_eq!(forged.status(), StatusCode::FORBIDDEN, "forms of other sites are not taken");
    banyan.stop().await;
}

#[actix_web::test]
async fn a_form_that_is_no_payment_says_so_and_moves_nothing() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    let browser = Browser::signed_in(&banyan).await;
    let elsewhere = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    for form in [
        &[("payee", ""), ("amount", "1.00")][..],
        &[("payee", "not a number"), ("amount", "1.00")],
        &[("payee", "92345678"), ("amount", "")],
        &[("payee", "92345678"), ("amount", "0")],
        &[("payee", "92345678"), ("amount", "1,00.005")],
        &[("payee", "92345678"), ("amount", "8000.01")],
        &[("payee", "61112222"), ("amount", "1.00")],
        &[("payload", "https://shop.example"), ("amount", "1.00")],
    ] {
        let (status, _) = browser.submit("pay", form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
    }
    let scan = |body: Vec<u8>| browser.client.post(banyan.url.join("pay/scan").unwrap()).body(body).send();
    assert_eq!(scan(elsewhere).await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let other = Picture::of("not a payment", Purpose::Screen).unwrap().png().unwrap();
    assert_eq!(scan(other).await.unwrap().status(), StatusCode::OK, "it is read; whether it pays is the form's");
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000);
    banyan.stop().await;
}

#[actix_web::test]
async fn a_customer_links_a_number_and_is_paid_by_it() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let browser = Browser::signed_in(&banyan).await;
    assert_eq!(browser.submit("link", &[("proxy", "6123 4567")]).await.0, StatusCode::OK);
    assert_eq!(browser.submit("link", &[("proxy", "6123 4567")]).await.0, StatusCode::OK, "again is the same");
    assert_eq!(browser.submit("link", &[("proxy", "nobody")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let found = desk(&seawall).switch.look_up(&proxy("61234567"), None, None).await.unwrap().unwrap();
    assert_eq!((found.bank, found.names.zh.as_str()), (code("012"), "陳*文"), "a person's name is masked");
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn credits_are_told_only_to_who_has_the_key() {
    let city = City::found().await;
    let seawall = city.open("027").await;
    let url = seawall.url.join("api/credits").unwrap();
    for key in [None, Some("another key")] {
        let request = client().get(url.clone());
        let request = key.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    }
    let told = client().get(url).bearer_auth("the shop's key").send().await.unwrap();
    assert_eq!(told.text().await.unwrap(), r#"{"credits":[],"next":0}"#);
    seawall.stop().await;
}
