//! What a customer is asked to pay, from a bill in their app or from a code, and what is refused with a kind sentence.

use std::time::Duration;

use payments::money::{Amount, Currency};
use payments::qr::{AdditionalData, Asked, HongKongCode, Payee};
use payments::request_to_pay::{AmountRule, Creditor, Debtor, NewRequest, RequestId, RequestState, RequestToPay};
use reqwest::StatusCode;

use super::city::{City, code, desk, hkd, proxy};
use super::pages::{Browser, PAYER, client};
use super::{SHOP, balance};
use crate::clock;

/// What the shop at Seawall Bank asks.
pub(super) fn new(reference: &str) -> NewRequest {
    NewRequest {
        creditor: Creditor {
            agent: code("027"),
            account: "027-200001-001".to_owned(),
            name_zh: Some("晨光文具".to_owned()),
            name_en: Some("Morning Light".to_owned()),
            merchant: None,
            till: None,
        },
        amount: hkd("48.00"),
        amount_rule: AmountRule::Exact,
        purpose: Some("pens".to_owned()),
        bill_number: Some(format!("ML-{reference}")),
        due: None,
        expires: clock::now() + Duration::from_mins(5),
        debtor: None,
        reference: reference.to_owned(),
        created_by: "till".to_owned(),
    }
}

impl City {
    async fn ask(&self, asked: NewRequest) -> RequestToPay {
        let requests = self.switch.requests_to_pay();
        actix_web::web::block(move || requests.create(&asked, clock::now())).await.unwrap().unwrap()
    }

    pub(super) async fn state(&self, id: RequestId) -> RequestState {
        let requests = self.switch.requests_to_pay();
        actix_web::web::block(move || requests.get(id)).await.unwrap().unwrap().unwrap().state
    }
}

/// The code of a request, as a till shows it.
fn payload(id: RequestId, asked: Asked) -> String {
    let code = HongKongCode {
        payee: Payee::Proxy { proxy: proxy(SHOP), clearing_code: Some(code("027")) },
        asked,
        one_time: true,
        may_change_amount: Some(false),
        valid_until: None,
        category: 5_943,
        name: Some("Morning Light".to_owned()),
        name_zh: None,
        additional: AdditionalData { reference_label: Some(id.to_string()), ..AdditionalData::default() },
    };
    code.write().unwrap()
}

#[actix_web::test]
async fn a_scanned_request_is_paid_once() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let browser = Browser::signed_in(&banyan).await;
    let request = city.ask(new("1")).await;
    let page = format!("/requests/{}", request.id);
    let scanned = payload(request.id, Asked::Amount(hkd("48.00")));
    let form = [("payload", scanned.as_str())];
    let twice = [browser.submit("pay", &form).await.1, browser.submit(&format!("{page}/pay"), &[]).await.1];
    for payment in &twice {
        let (_, shown) = browser.open(payment).await;
        for part in ["晨光文具", "48.00", "海堤銀行", "ML-1"] {
            assert!(shown.contains(part), "{part} is shown before it is confirmed");
        }
    }
    for payment in &twice {
        browser.submit(&format!("{payment}/confirm"), &[]).await;
    }
    assert_eq!(city.state(request.id).await, RequestState::Paid);
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000 - 4_800, "two scans pay once");
    assert!(browser.open(&twice[1]).await.1.contains("沒有收兩次"));
    assert_eq!(
        browser.submit("pay", &form).await,
        (StatusCode::SEE_OTHER, page.clone()),
        "nothing to confirm any more"
    );
    assert!(browser.open(&page).await.1.contains("這張單已經付了"));
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_paid_is_refused_with_a_sentence_in_both_languages() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    let browser = Browser::signed_in(&banyan).await;
    let request = city.ask(new("1")).await;
    let yuan = |text| Amount::parse(text, Currency::Cny).unwrap();
    for (asked, zh, en) in [
        (Asked::Amount(hkd("47.00")), "可能被人改過", "Somebody may have changed it"),
        (Asked::Amount(yuan("48.00")), "不是港元", "another currency"),
    ] {
        let form = [("payload", payload(request.id, asked))];
        for (language, words) in [("zh-HK", zh), ("en", en)] {
            let send = browser.client.post(browser.bank.join("pay").unwrap()).form(&form);
            let refused = send.header("accept-language", language).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().await.unwrap().contains(words), "{words}");
        }
    }
    let cancelled = city.ask(new("2")).await;
    let (requests, id) = (city.switch.requests_to_pay(), cancelled.id);
    actix_web::web::block(move || requests.cancel(code("027"), id, clock::now())).await.unwrap().unwrap();
    let page = browser.open(&format!("/requests/{id}")).await.1;
    assert!(page.contains("對方取消了這張單") && !page.contains("核對後付款"), "nothing to click that would pay");
    let short = NewRequest { expires: clock::now() + Duration::from_millis(300), ..new("3") };
    let late = city.ask(short).await;
    actix_web::rt::time::sleep(Duration::from_millis(350)).await;
    assert!(browser.open(&format!("/requests/{}", late.id)).await.1.contains("這張單已過期"));
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000);
    banyan.stop().await;
}

#[actix_web::test]
async fn a_bill_waits_in_the_app_and_is_paid_in_part_or_refused() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let browser = Browser::signed_in(&banyan).await;
    let to = |account: &str| Some(Debtor { agent: code("012"), account: account.to_owned() });
    let bill = NewRequest { debtor: to(PAYER), amount_rule: AmountRule::LessAllowed, ..new("1") };
    let bill = city.ask(bill).await;
    city.ask(NewRequest { debtor: to("012-100002-001"), ..new("2") }).await;
    let unwanted = city.ask(NewRequest { debtor: to(PAYER), ..new("3") }).await;
    let (_, home) = browser.open("/").await;
    assert!(home.contains("ML-1") && home.contains("ML-3") && !home.contains("ML-2"), "only the customer's own");
    let unknown = RequestId::from_random(&[9; 13]);
    assert_eq!(browser.open(&format!("/requests/{unknown}")).await.0, StatusCode::NOT_FOUND);

    browser.submit(&format!("/requests/{}/refuse", unwanted.id), &[]).await;
    assert_eq!(city.state(unwanted.id).await, RequestState::Refused);
    let page = format!("/requests/{}/pay", bill.id);
    assert_eq!(browser.submit(&page, &[("amount", "48.01")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, payment) = browser.submit(&page, &[("amount", "20.00")]).await;
    browser.submit(&format!("{payment}/confirm"), &[]).await;
    assert_eq!(city.state(bill.id).await, RequestState::Paid);
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000 - 2_000);
    assert!(!browser.open("/").await.1.contains("/requests/"), "nothing waits any more");
    banyan.stop().await;
    seawall.stop().await;
}

#[actix_web::test]
async fn a_link_from_outside_leads_through_the_sign_in_to_the_request() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    let request = city.ask(new("1")).await;
    let page = format!("/requests/{}", request.id);
    let visitor = Browser { client: client(), bank: banyan.url.clone() };
    let sent = visitor.client.get(banyan.url.join(&page).unwrap()).send().await.unwrap();
    let sign_in = sent.headers()["location"].to_str().unwrap().to_owned();
    assert!(visitor.open(&sign_in).await.1.contains(request.id.as_str()));
    for (wanted, place) in [("https://evil.example/", "/"), (request.id.as_str(), page.as_str())] {
        let form = [("account", PAYER), ("request", wanted)];
        assert_eq!(visitor.submit("login", &form).await.1, place, "nowhere else");
    }
    assert!(visitor.open(&page).await.1.contains("ML-1"));
    banyan.stop().await;
}

#[actix_web::test]
async fn a_bill_of_another_customer_is_paid_by_whoever_holds_its_code() {
    let city = City::found().await;
    let (banyan, seawall, ferry) = (city.open("012").await, city.open("027").await, city.open("038").await);
    let ask = |agent: &str, account: &str, reference: &str| NewRequest {
        debtor: Some(Debtor { agent: code(agent), account: account.to_owned() }),
        ..new(reference)
    };
    let of_another_bank = city.ask(ask("038", "038-300001-001", "1")).await;
    let of_this_bank = city.ask(ask("012", "012-100002-001", "2")).await;
    let daughter = Browser::signed_in(&banyan).await;
    let mother = Browser { client: client(), bank: banyan.url.clone() };
    mother.submit("login", &[("account", "012-100002-001")]).await;
    assert!(mother.open("/").await.1.contains("ML-2"), "it waits in her app");
    for id in [of_another_bank.id, of_this_bank.id] {
        let (_, shown) = daughter.open(&format!("/requests/{id}")).await;
        assert!(shown.contains("核對後付款") && !shown.contains("/refuse"), "she may pay it, not refuse it");
        assert!(!shown.contains("100002") && !shown.contains("300001"), "whom it asks is told to nobody");
        daughter.submit(&format!("/requests/{id}/refuse"), &[]).await;
        assert_eq!(city.state(id).await, RequestState::Waiting);
        let scanned = payload(id, Asked::Amount(hkd("48.00")));
        let (_, payment) = daughter.submit("pay", &[("payload", scanned.as_str())]).await;
        daughter.submit(&format!("{payment}/confirm"), &[]).await;
        assert_eq!(city.state(id).await, RequestState::Paid);
    }
    assert_eq!(balance(desk(&banyan), PAYER).await, 800_000 - 9_600);
    assert!(!mother.open("/").await.1.contains("ML-2"), "nothing waits for her any more");
    let page = mother.open(&format!("/requests/{}", of_this_bank.id)).await.1;
    assert!(page.contains("這張單已經付了") && !page.contains("核對後付款"));
    for bank in [banyan, seawall, ferry] {
        bank.stop().await;
    }
}

#[actix_web::test]
async fn a_code_that_stands_for_nothing_is_refused_with_a_sentence_in_both_languages() {
    let city = City::found().await;
    let banyan = city.open("012").await;
    let browser = Browser::signed_in(&banyan).await;
    let form = [("payload", payload(RequestId::from_random(&[9; 13]), Asked::Amount(hkd("48.00"))))];
    for (language, words) in [("zh-HK", "找不到這個二維碼的單"), ("en", "Nothing is asked by this code")] {
        let send = browser.client.post(browser.bank.join("pay").unwrap()).form(&form);
        let refused = send.header("accept-language", language).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains(words), "{words}");
    }
    banyan.stop().await;
}
