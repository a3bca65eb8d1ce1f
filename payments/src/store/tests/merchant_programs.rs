//! Merchants' programs and the outbox of their servers, on every database that is to be had.

use super::merchants::{Shop, person, refusal, till};
use super::*;
use crate::RequestsToPay;
use crate::merchant::{Asking, Delivery, DeliveryId, MOST_ATTEMPTS, MerchantRefusal, Merchants, wait_after};
use crate::request_to_pay::RequestToPay;

#[test]
fn a_program_acts_for_the_merchant_that_made_it_until_it_is_ended() {
    for world in World::each() {
        let shop = Shop::open(&world);
        let (merchants, id) = (&shop.merchants, shop.merchant.id);
        assert_eq!(refusal(merchants.of_program("merchant-1")), MerchantRefusal::Unknown);
        assert_eq!(refusal(merchants.add_program(person(9), id, "merchant-1", NOW)), MerchantRefusal::Unknown);
        merchants.add_program(shop.owner, id, "merchant-1", NOW).unwrap();
        assert!(merchants.add_program(shop.owner, id, "merchant-1", NOW).is_err(), "a client is bound once");
        assert_eq!(merchants.of_program("merchant-1").unwrap().id, id);
        assert_eq!(merchants.programs(id).unwrap().len(), 1);
        merchants.remove_program(shop.owner, id, "merchant-1", NOW).unwrap();
        merchants.remove_program(shop.owner, id, "merchant-1", NOW).unwrap();
        assert_eq!(refusal(merchants.of_program("merchant-1")), MerchantRefusal::Unknown);
        assert!(merchants.programs(id).unwrap().is_empty());
    }
}

/// Reads the feed to its end, as every gateway does.
fn feed(merchants: &Merchants, requests: &RequestsToPay) -> bool {
    let before = merchants.fed().unwrap();
    let changes = before.map(|after| requests.changes_after(after).unwrap()).unwrap_or_default();
    let last = changes.last().map_or(requests.last_change().unwrap(), |(change, _)| change.sequence);
    merchants.feed(before, last, changes, NOW).unwrap()
}

fn cancelled(shop: &Shop, requests: &RequestsToPay, reference: &str) -> RequestToPay {
    let asking = Asking::at_till(till("T-1"), hkd(4_800), None, reference.to_owned(), NOW);
    let made = requests.create(&asking.on_behalf_of(&shop.merchant), NOW).unwrap();
    requests.cancel(bank("027"), made.id, NOW).unwrap()
}

#[test]
fn a_merchant_s_server_is_told_once_by_one_gateway_and_again_when_it_did_not_answer() {
    for world in World::each() {
        let shop = Shop::open(&world);
        let (merchants, id, requests) = (&shop.merchants, shop.merchant.id, RequestsToPay::new(world.db()));
        assert!(feed(merchants, &requests), "the first time");
        cancelled(&shop, &requests, "before there was a server");
        assert!(feed(merchants, &requests));
        merchants.set_webhook(shop.owner, id, Some("https://shop.example/hook"), NOW).unwrap();
        let request = cancelled(&shop, &requests, "basket");
        let before = merchants.fed().unwrap();
        assert!(feed(merchants, &requests));
        assert!(!merchants.feed(before, 99, Vec::new(), NOW).unwrap(), "another gateway comes too late");

        let told = merchants.take_deliveries(NOW, 10).unwrap();
        let [Delivery { id: delivery, url, event }] = &told[..] else { panic!("{told:?}") };
        assert_eq!(
            (url.as_str(), event["type"].as_str()),
            ("https://shop.example/hook", Some("payment_request.cancelled"))
        );
        assert_eq!(event["payment_request"]["id"], request.id.as_str());
        assert!(merchants.take_deliveries(NOW, 10).unwrap().is_empty(), "it is being tried");
        merchants.end_delivery(*delivery, Some("the server answered with status 500".to_owned()), NOW).unwrap();
        let mut now = NOW;
        for attempt in 1..MOST_ATTEMPTS {
            now = now + wait_after(attempt);
            assert_eq!(merchants.take_deliveries(now, 10).unwrap().len(), 1, "attempt {}", attempt + 1);
        }
        now = now + wait_after(MOST_ATTEMPTS);
        assert!(merchants.take_deliveries(now, 10).unwrap().is_empty(), "no more by itself");
        let unknown = DeliveryId::from_uuid(uuid::Uuid::nil());
        assert_eq!(refusal(merchants.deliver_again(shop.owner, id, unknown, now)), MerchantRefusal::UnknownDelivery);
        merchants.deliver_again(shop.owner, id, *delivery, now).unwrap();
        assert_eq!(merchants.take_deliveries(now, 10).unwrap().len(), 1);
        merchants.end_delivery(*delivery, None, now).unwrap();
        let listed = merchants.deliveries(id).unwrap();
        assert_eq!((listed.len(), listed[0].delivered, listed[0].attempts), (1, Some(now), 1));
    }
}
