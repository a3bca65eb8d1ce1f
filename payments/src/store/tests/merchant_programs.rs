//! Merchants' programs and the outbox of their servers, on every database that is to be had.

use super::merchants::{Shop, person, refusal, till};
use super::*;
use crate::RequestsToPay;
use crate::merchant::{
    Asking, Delivery, DeliveryId, MOST_ATTEMPTS, MerchantRefusal, Merchants, ReturnAddress, wait_after,
};
use crate::request_to_pay::{RequestId, RequestToPay};

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
        merchants.set_webhook(shop.owner, id, Some("https://shop.example/hook".parse().unwrap()), NOW).unwrap();
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

#[test]
fn a_payer_goes_back_only_to_a_page_that_its_program_has_registered() {
    for world in World::each() {
        let shop = Shop::open(&world);
        let (merchants, id, requests) = (&shop.merchants, shop.merchant.id, RequestsToPay::new(world.db()));
        let page = |text: &str| text.parse::<ReturnAddress>().unwrap();
        let (done, other) = (page("https://shop.example/done"), page("https://shop.example/other"));
        let set = |pages: Vec<ReturnAddress>| merchants.set_return_addresses(shop.owner, id, "merchant-1", pages, NOW);
        assert_eq!(refusal(set(vec![done.clone()])), MerchantRefusal::UnknownProgram);
        merchants.add_program(shop.owner, id, "merchant-1", NOW).unwrap();
        let many = (0..=ReturnAddress::MOST).map(|number| page(&format!("https://shop.example/{number}"))).collect();
        assert_eq!(refusal(set(many)), MerchantRefusal::TooManyReturnAddresses);
        set(vec![done.clone(), done.clone()]).unwrap();
        assert_eq!(merchants.programs(id).unwrap()[0].return_addresses, std::slice::from_ref(&done));

        let request = cancelled(&shop, &requests, "basket").id;
        assert_eq!(merchants.return_of(request).unwrap(), None);
        let elsewhere = merchants.return_from(request, "merchant-1", other.clone());
        assert_eq!(refusal(elsewhere), MerchantRefusal::UnknownReturnAddress);
        merchants.return_from(request, "merchant-1", done.clone()).unwrap();
        assert_eq!(merchants.return_of(request).unwrap(), Some(done.clone()));
        set(vec![done.clone(), other.clone()]).unwrap();
        merchants.return_from(request, "merchant-1", other.clone()).unwrap();
        assert_eq!(merchants.return_of(request).unwrap(), Some(done.clone()), "the first word counts");
        set(vec![other]).unwrap();
        assert_eq!(merchants.return_of(request).unwrap(), None, "no longer registered");
        set(vec![done]).unwrap();
        merchants.remove_program(shop.owner, id, "merchant-1", NOW).unwrap();
        assert_eq!(merchants.return_of(request).unwrap(), None, "the program is ended");
    }
}

#[test]
fn a_merchant_follows_its_own_requests_and_no_others() {
    for world in World::each() {
        let shop = Shop::open(&world);
        let requests = RequestsToPay::new(world.db());
        let one = cancelled(&shop, &requests, "one");
        let foreign = Asking::at_till(till("T-1"), hkd(4_800), None, "foreign".to_owned(), NOW);
        let mut foreign = foreign.on_behalf_of(&shop.merchant);
        foreign.creditor.merchant = Some("another".to_owned());
        requests.create(&foreign, NOW).unwrap();
        // Another bank may call its own merchants as it likes.
        foreign.creditor = crate::request_to_pay::Creditor { agent: bank("012"), ..one.asked.creditor.clone() };
        requests.create(&foreign, NOW).unwrap();
        let two = cancelled(&shop, &requests, "two");
        let changes = |only, after| {
            let found = requests.changes_of_merchant(&shop.merchant, only, after).unwrap();
            found.into_iter().map(|(change, _)| (change.request, change.state.name(), change.sequence)).collect()
        };
        let all: Vec<(RequestId, &str, i64)> = changes(None, 0);
        let told: Vec<_> = all.iter().map(|(request, state, _)| (*request, *state)).collect();
        let (waiting, cancelled) = ("waiting", "cancelled");
        assert_eq!(told, [(one.id, waiting), (one.id, cancelled), (two.id, waiting), (two.id, cancelled)]);
        assert_eq!(changes(Some(two.id), 0), all[2..]);
        assert_eq!(changes(None, all[1].2), all[2..], "behind what was seen");
    }
}

#[test]
fn what_a_server_was_told_is_deleted_after_a_while_and_what_is_still_to_be_told_is_not() {
    for world in World::each() {
        let shop = Shop::open(&world);
        let (merchants, id, requests) = (&shop.merchants, shop.merchant.id, RequestsToPay::new(world.db()));
        feed(merchants, &requests);
        merchants.set_webhook(shop.owner, id, Some("https://shop.example/hook".parse().unwrap()), NOW).unwrap();
        for number in 0..6 {
            cancelled(&shop, &requests, &format!("basket {number}"));
        }
        feed(merchants, &requests);
        let told = merchants.take_deliveries(NOW, 5).unwrap();
        let later = NOW + Duration::from_hours(1);
        for (number, delivery) in told.iter().enumerate() {
            let taken = if number < 3 { NOW } else { later };
            merchants.end_delivery(delivery.id, None, taken).unwrap();
        }
        assert_eq!(merchants.forget_deliveries(NOW, 2).unwrap(), 2, "in small batches");
        assert_eq!(merchants.forget_deliveries(NOW, 2).unwrap(), 1);
        assert_eq!(merchants.forget_deliveries(NOW, 2).unwrap(), 0);
        assert_eq!(merchants.forget_deliveries(later, 9).unwrap(), 2, "one is still to be told");
        let mut now = later;
        for attempt in 1..=MOST_ATTEMPTS {
            assert_eq!(merchants.forget_deliveries(now, 9).unwrap(), 0, "attempt {attempt}");
            for delivery in merchants.take_deliveries(now, 9).unwrap() {
                merchants.end_delivery(delivery.id, Some("no".to_owned()), now).unwrap();
            }
            now = now + wait_after(attempt);
        }
        assert_eq!(merchants.forget_deliveries(now, 9).unwrap(), 1, "nobody tries it any more");
        assert!(merchants.deliveries(id).unwrap().is_empty());
    }
}
