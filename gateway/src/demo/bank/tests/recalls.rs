//! A payer's bank asks for a payment back: what it sent by mistake goes back, and both customers can see it.

use payments::clearing::RecallRequest;
use payments::iso20022::ReasonCode;
use payments::iso20022::camt056::RecallMessage;
use payments::iso20022::case::Assignment;

use super::city::{City, code, desk, eventually};
use super::pages::Browser;
use super::{SHOP, balance, payer, prepare};
use crate::clock;
use crate::demo::bank::payment::Payment;
use crate::demo::bank::store::Books;

const SHOPS_ACCOUNT: &str = "027-200001-001";

impl City {
    /// Banyan Bank recalls a payment.
    async fn recall(&self, paid: &Payment, id: &str, reason: &'static str) {
        let assignment =
            Assignment { id: id.to_owned(), assigner: code("012"), assignee: code("027"), created: clock::now() };
        let request = RecallRequest {
            cancellation_id: id.to_owned(),
            original_transaction_id: paid.uetr.transaction_id(),
            original_uetr: *paid.uetr.as_uuid(),
            original_amount: None,
            reason: ReasonCode::literal(reason),
        };
        let message = RecallMessage::new(assignment, request);
        self.switch.recall(code("012"), message.request, message.body).await.unwrap().unwrap();
    }
}

#[actix_web::test]
async fn what_was_paid_twice_goes_back_once_and_what_only_the_customer_could_give_stays() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let mut paid = Vec::new();
    for _ in 0..2 {
        let payment = prepare(&banyan, SHOP, "48.00").await.unwrap();
        paid.push(desk(&banyan).confirm(payer(&banyan).account, payment.uetr).await.unwrap());
    }
    let (shop, payers_bank) = (desk(&seawall), desk(&banyan));
    eventually("both credits", || async { balance(shop, SHOPS_ACCOUNT).await == 9_600 }).await;

    city.recall(&paid[0], "C-1", "CUST").await;
    city.recall(&paid[1], "C-2", "DUPL").await;
    eventually("the return", || async { balance(payers_bank, "012-100001-001").await == 800_000 - 4_800 }).await;
    eventually("its end", || async { shop.books(Books::giving_back).await.unwrap().is_empty() }).await;
    assert_eq!(balance(shop, SHOPS_ACCOUNT).await, 4_800);
    let answers = city.switch.inbox(code("012"), 0, 100).unwrap();
    let said: Vec<String> = answers.messages.iter().map(|message| format!("{message:?}")).collect();
    assert!(said.iter().any(|one| one.contains("NOAS")), "the payer's own change of mind: {said:?}");

    let browser = Browser::signed_in(&banyan).await;
    let home = browser.open("/").await.1;
    assert_eq!(home.matches("已退回 HK$ 48.00").count(), 1, "the payer sees which payment came back");
    let history = shop.books(|books| books.history(&SHOPS_ACCOUNT.parse().unwrap(), 10)).await.unwrap();
    let back: Vec<(bool, i64)> = history.iter().map(|entry| (entry.uetr == paid[1].uetr, entry.back)).collect();
    assert!(back.contains(&(true, 4_800)) && back.contains(&(false, 0)), "{back:?}");
    for bank in [banyan, seawall] {
        bank.verify_books().await.unwrap();
        bank.stop().await;
    }
}

#[actix_web::test]
async fn a_mistake_whose_money_is_gone_is_not_given_back() {
    let city = City::found().await;
    let (banyan, seawall) = (city.open("012").await, city.open("027").await);
    let payment = prepare(&banyan, SHOP, "48.00").await.unwrap();
    let paid = desk(&banyan).confirm(payer(&banyan).account, payment.uetr).await.unwrap();
    let shop = desk(&seawall);
    eventually("the credit", || async { balance(shop, SHOPS_ACCOUNT).await == 4_800 }).await;
    let owner = shop.customer(&SHOPS_ACCOUNT.parse().unwrap()).unwrap().clone();
    let spent = shop.prepare(&owner, super::wish("91234567", "20.00")).await.unwrap();
    shop.confirm(owner.account, spent.uetr).await.unwrap();
    city.recall(&paid, "C-1", "DUPL").await;
    let told = || async {
        let inbox = city.switch.inbox(code("012"), 0, 100).unwrap();
        inbox.messages.iter().any(|message| format!("{message:?}").contains("AM04"))
    };
    eventually("the answer", told).await;
    assert_eq!(balance(shop, SHOPS_ACCOUNT).await, 2_800);
    banyan.stop().await;
    seawall.stop().await;
}
