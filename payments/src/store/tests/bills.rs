//! A bill that asks somebody in particular: their own page, the printed code and the link race each other, and it is paid
//! once.

use super::merchants::{Shop, till};
use super::requests::{pay, written};
use super::*;
use crate::clearing::tests::support::{say, transfer};
use crate::clearing::{Refusal, Status, Verdict};
use crate::iso20022::ReasonCode;
use crate::merchant::Asking;
use crate::participant::ClearingCode;
use crate::request_to_pay::tests::request_for;
use crate::request_to_pay::{Debtor, NewRequest, RequestId, RequestState, RequestToPay};

/// Who pays: the debtor from their own page, another customer of the same bank who opened the link, and a stranger at
/// another bank who holds the printed bill.
const WAYS: [(&str, &str); 3] = [("012", "012-100001-001"), ("012", "012-100009-001"), ("038", "038-300001-001")];

/// A bill of 100.00 for the customer of 012.
fn bill(world: &World, number: &str) -> RequestToPay {
    let asked = NewRequest {
        debtor: Some(Debtor { agent: bank("012"), account: "012-100001-001".to_owned() }),
        bill_number: Some(number.to_owned()),
        reference: number.to_owned(),
        ..request_for(&transfer(1, NOW), NOW).asked
    };
    world.requests().create(&asked, world.now()).unwrap()
}

/// Payment `number` of a bill, in this way.
fn paying((agent, account): (&str, &str), number: u32, id: RequestId, world: &World) -> Submission {
    written(CreditTransfer {
        request_to_pay: Some(id),
        debtor_agent: bank(agent),
        debtor_account: account.to_owned(),
        ..transfer(number, world.now())
    })
}

fn with_three_banks(world: &World) -> Switch {
    let switch = world.funded();
    wait(switch.fund(["an officer", "another"], bank("038"), hkd(50_000))).unwrap();
    switch
}

fn states(world: &World, of: ClearingCode, id: RequestId) -> Vec<RequestState> {
    let feed = world.requests().changes_for(of, 0).unwrap();
    feed.into_iter().filter(|(change, _)| change.request == id).map(|(change, _)| change.state).collect()
}

#[test]
fn a_printed_code_a_link_and_the_debtors_own_page_pay_one_bill_once() {
    for world in World::each() {
        let switch = with_three_banks(&world);
        for round in 0..4_u32 {
            let id = bill(&world, &format!("B-{round}")).id;
            let told: Vec<Status> = std::thread::scope(|scope| {
                let racers = (1_u32..).zip(WAYS).map(|(way, payer)| {
                    let (world, gateway) = (&world, world.elsewhere());
                    scope.spawn(move || pay(&gateway, paying(payer, round * 10 + way, id, world), NOW))
                });
                racers.collect::<Vec<_>>().into_iter().map(|racer| racer.join().unwrap()).collect()
            });
            let held = told.iter().position(|status| *status == Status::InProcess).unwrap();
            let refused = Status::Rejected(Refusal::RequestUnderWay.reason());
            assert_eq!(told.iter().filter(|status| **status == refused).count(), 2, "{told:?}");

            let number = round * 10 + u32::try_from(held).unwrap() + 1;
            wait(switch.answer(bank("027"), vec![say(number, Verdict::Accepted)], NOW)).unwrap();
            for (way, payer) in (5_u32..).zip(WAYS) {
                let late = pay(&switch, paying(payer, round * 10 + way, id, &world), NOW);
                assert_eq!(late, Status::Rejected(Refusal::RequestPaid.reason()));
            }
            let seen = [RequestState::Waiting, RequestState::Paying, RequestState::Paid];
            assert_eq!(states(&world, bank("012"), id), seen, "the debtor's bank is told, whoever paid");
        }
        let balance = switch.positions().unwrap().into_iter().find(|(agent, ..)| *agent == bank("027")).unwrap();
        assert_eq!(balance.2.balance, 50_000 + 4 * 10_000, "four bills, each paid once");
        world.assert_exact();
    }
}

#[test]
fn what_a_stranger_could_not_pay_waits_for_its_debtor() {
    for world in World::each() {
        let switch = with_three_banks(&world);
        let bill = bill(&world, "B-1");
        world.requests().accept(bank("012"), bill.id, NOW).unwrap();
        assert_eq!(pay(&switch, paying(WAYS[2], 1, bill.id, &world), NOW), Status::InProcess);
        let no = Verdict::Rejected(ReasonCode::literal("AC04"));
        wait(switch.answer(bank("027"), vec![say(1, no)], NOW)).unwrap();
        assert_eq!(world.state(bill.id), RequestState::Waiting);
        assert_eq!(pay(&switch, paying(WAYS[0], 2, bill.id, &world), NOW), Status::InProcess);
        wait(switch.answer(bank("027"), vec![say(2, Verdict::Accepted)], NOW)).unwrap();
        let debtor = bill.asked.debtor.unwrap();
        assert_eq!(world.requests().by_debtor(&debtor).unwrap()[0].state, RequestState::Paid);
        world.assert_exact();
    }
}

#[test]
fn what_its_debtor_refused_is_paid_by_nobody() {
    for world in World::each() {
        let (switch, id) = (with_three_banks(&world), bill(&world, "B-1").id);
        world.requests().refuse(bank("012"), id, ReasonCode::literal("CUST"), NOW).unwrap();
        for (number, payer) in (1_u32..).zip(WAYS) {
            let told = pay(&switch, paying(payer, number, id, &world), NOW);
            assert_eq!(told, Status::Rejected(Refusal::RequestRefused.reason()));
        }
        world.assert_exact();
    }
}

#[test]
fn a_merchant_sees_its_bills_latest_first_and_not_the_codes_of_its_tills() {
    for world in World::each() {
        let shop = Shop::open(&world);
        let requests = world.requests();
        let make = |asking: Asking| requests.create(&asking.on_behalf_of(&shop.merchant), NOW).unwrap();
        let bill = |number: &str| {
            make(Asking::bill(hkd(100), Some(number.to_owned()), None, None, number.to_owned(), NOW)).number
        };
        let (first, second) = (bill("B-1"), bill("B-2"));
        make(Asking::at_till(till("T-1"), hkd(100), None, "T".to_owned(), NOW));
        let third = bill("B-3");
        let listed = |before, limit| -> Vec<i64> {
            let found = requests.bills_of(&shop.merchant, before, limit).unwrap();
            found.into_iter().map(|bill| bill.number).collect()
        };
        assert_eq!(listed(None, 10), [third, second, first]);
        assert_eq!(listed(None, 1), [third]);
        assert_eq!(listed(Some(second), 10), [first]);
    }
}
