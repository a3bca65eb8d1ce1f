//! Requests to pay through the switch: paid once, whoever tries, however often.

use super::*;
use crate::clearing::tests::support::{rejected, say, transfer};
use crate::clearing::{Refusal, Status, Verdict};
use crate::iso20022::ReasonCode;
use crate::iso20022::pacs008::ParsedTransfer;
use crate::participant::ClearingCode;
use crate::request_to_pay::tests::request_for;
use crate::request_to_pay::{AmountRule, Debtor, NewRequest, RequestId, RequestRefusal, RequestState, RequestToPay};
use crate::{RequestError, RequestsToPay};

impl World {
    pub(super) fn requests(&self) -> RequestsToPay {
        RequestsToPay::new(self.db())
    }

    /// A request for what [`transfer`] pays, in the till's words `reference`.
    fn ask(&self, reference: &str) -> RequestToPay {
        let asked = NewRequest { reference: reference.to_owned(), ..request_for(&transfer(1, NOW), NOW).asked };
        self.requests().create(&asked, self.now()).unwrap()
    }

    pub(super) fn state(&self, id: RequestId) -> RequestState {
        self.requests().get(id).unwrap().unwrap().state
    }
}

/// Payment `number` of a request, as a bank writes it.
fn paying(number: u32, id: RequestId, world: &World) -> Submission {
    written(CreditTransfer { request_to_pay: Some(id), ..transfer(number, world.now()) })
}

/// A payment with the body that a bank writes.
pub(super) fn written(transfer: CreditTransfer) -> Submission {
    let ParsedTransfer { transfer, body } = ParsedTransfer::new(transfer);
    Submission { transfer, body }
}

pub(super) fn pay(switch: &Switch, payment: Submission, now: Timestamp) -> Status {
    wait(switch.submit(payment.transfer.debtor_agent, vec![payment], now)).unwrap().remove(0).status
}

fn refused(refusal: Refusal) -> Status {
    Status::Rejected(refusal.reason())
}

fn answer(switch: &Switch, number: u32, verdict: Verdict, now: Timestamp) -> Status {
    wait(switch.answer(bank("027"), vec![say(number, verdict)], now)).unwrap().remove(0).unwrap().status
}

#[test]
fn a_request_is_held_freed_and_spent_by_its_payments() {
    for world in World::each() {
        let (switch, id) = (world.funded(), world.ask("R-1").id);
        assert_eq!(pay(&switch, paying(1, id, &world), NOW), Status::InProcess);
        assert_eq!(world.state(id), RequestState::Paying);
        assert_eq!(pay(&switch, paying(2, id, &world), NOW), refused(Refusal::RequestUnderWay));
        assert_eq!(pay(&switch, paying(1, id, &world), NOW), Status::InProcess, "a repetition is the same payment");
        let cancelled = world.requests().cancel(bank("027"), id, NOW);
        assert!(matches!(cancelled, Err(RequestError::Refused(RequestRefusal::UnderWay))), "{cancelled:?}");
        let no = ReasonCode::literal("AC04");
        assert_eq!(answer(&switch, 1, Verdict::Rejected(no), NOW), Status::Rejected(no));
        assert_eq!(world.state(id), RequestState::Waiting);
        assert_eq!(pay(&switch, paying(3, id, &world), NOW), Status::InProcess);
        assert_eq!(answer(&switch, 3, Verdict::Accepted, NOW), Status::Settled);
        let paid = world.requests().get(id).unwrap().unwrap();
        assert_eq!((paid.state, paid.payment.unwrap().amount), (RequestState::Paid, hkd(10_000)));
        assert_eq!(pay(&switch, paying(4, id, &world), NOW), refused(Refusal::RequestPaid));
        assert_eq!(pay(&switch, paying(3, id, &world), NOW), Status::Settled);
        world.assert_exact();
    }
}

#[test]
fn of_two_scans_in_one_batch_one_pays() {
    for world in World::each() {
        let (switch, id) = (world.funded(), world.ask("R-1").id);
        let both = vec![paying(1, id, &world), paying(2, id, &world)];
        let told = wait(switch.submit(bank("012"), both, NOW)).unwrap();
        assert_eq!(told[0].status, Status::InProcess);
        assert_eq!(told[1].status, refused(Refusal::RequestUnderWay));
        world.assert_exact();
    }
}

#[test]
fn of_scans_at_two_gateways_one_pays() {
    for world in World::each() {
        world.funded();
        for round in 0..5_u32 {
            let id = world.ask(&format!("R-{round}")).id;
            let paid: Vec<Status> = std::thread::scope(|scope| {
                let scans = (0..4_u32).map(|scan| {
                    let (world, switch) = (&world, world.elsewhere());
                    scope.spawn(move || pay(&switch, paying(round * 10 + scan, id, world), NOW))
                });
                scans.collect::<Vec<_>>().into_iter().map(|scan| scan.join().unwrap()).collect()
            });
            let reserved = paid.iter().filter(|status| **status == Status::InProcess).count();
            assert_eq!(reserved, 1, "{paid:?}");
            assert_eq!(world.state(id), RequestState::Paying);
        }
        world.assert_exact();
    }
}

#[test]
fn an_unanswered_payment_gives_the_request_back_also_after_a_crash() {
    for world in World::each() {
        let id = world.ask("R-1").id;
        let switch = world.funded();
        assert_eq!(pay(&switch, paying(1, id, &world), NOW), Status::InProcess);
        switch.stop();
        world.pass(Duration::from_millis(10_200));
        let switch = world.open();
        let told = wait(switch.wait_final(bank("012"), "TX-1")).unwrap().unwrap();
        assert_eq!(told.status, rejected("AB05"));
        assert_eq!(world.state(id), RequestState::Waiting);
        assert_eq!(pay(&switch, paying(2, id, &world), world.now()), Status::InProcess);
        world.assert_exact();
    }
}

#[test]
fn a_payment_of_nothing_that_was_asked_is_refused() {
    for world in World::each() {
        let (switch, asked) = (world.funded(), world.ask("R-1"));
        let less = ParsedTransfer::new(CreditTransfer { amount: hkd(9_999), ..paying(1, asked.id, &world).transfer });
        let less = Submission { transfer: less.transfer, body: less.body };
        assert_eq!(pay(&switch, less, NOW), refused(Refusal::RequestOtherAmount));
        let unknown = RequestId::from_random(&[9; 13]);
        assert_eq!(pay(&switch, paying(2, unknown, &world), NOW), refused(Refusal::RequestUnknown));
        world.requests().cancel(bank("027"), asked.id, NOW).unwrap();
        assert_eq!(pay(&switch, paying(3, asked.id, &world), NOW), refused(Refusal::RequestCancelled));
        let late = world.ask("R-2");
        world.pass(Duration::from_mins(15));
        assert_eq!(pay(&switch, paying(4, late.id, &world), world.now()), refused(Refusal::RequestExpired));
        assert_eq!(world.requests().expire_due(world.now()).unwrap(), 1);
        assert_eq!(world.requests().expire_due(world.now()).unwrap(), 0);
        assert_eq!(world.state(late.id), RequestState::Expired);
        world.assert_exact();
    }
}

fn balances(switch: &Switch) -> Vec<(ClearingCode, i64)> {
    let positions = switch.positions().unwrap().into_iter();
    positions.map(|(participant, _, position)| (participant, position.balance)).collect()
}

#[test]
fn a_request_is_paid_between_two_customers_of_one_bank() {
    for world in World::each() {
        let (switch, home) = (world.funded(), bank("012"));
        let at_home = CreditTransfer { creditor_agent: home, ..transfer(1, NOW) };
        let debtor = Some(Debtor { agent: home, account: at_home.debtor_account.clone() });
        let asked = world.requests().create(&NewRequest { debtor, ..request_for(&at_home, NOW).asked }, NOW).unwrap();
        let told = world.requests().changes_for(home, 0).unwrap();
        assert_eq!(told.len(), 1, "the bank is on both sides, and told once");

        let before = balances(&switch);
        let unasked =
            CreditTransfer { transaction_id: "TX-2".to_owned(), uetr: transfer(2, NOW).uetr, ..at_home.clone() };
        assert_eq!(pay(&switch, written(unasked), NOW), refused(Refusal::SameAgent));
        let answering = CreditTransfer { request_to_pay: Some(asked.id), ..at_home };
        assert_eq!(pay(&switch, written(answering), NOW), Status::InProcess);
        let said = wait(switch.answer(home, vec![say(1, Verdict::Accepted)], NOW)).unwrap().remove(0).unwrap();
        assert_eq!((said.status, world.state(asked.id)), (Status::Settled, RequestState::Paid));
        assert_eq!(balances(&switch), before, "no money leaves the bank");

        let page = switch.inbox(home, 0, 100).unwrap();
        assert_eq!(page.messages.len(), 3, "the refusal, the payment to answer, its outcome: {page:?}");
        world.assert_exact();
    }
}

#[test]
fn the_same_reference_is_the_same_request_and_the_feed_tells_all() {
    for world in World::each() {
        let requests = world.requests();
        let first = world.ask("R-1");
        assert_eq!(world.ask("R-1"), first);
        let other = NewRequest { amount_rule: AmountRule::LessAllowed, ..first.asked.clone() };
        assert!(matches!(requests.create(&other, NOW), Err(RequestError::ReferenceUsed)));
        let debtor = Debtor { agent: bank("012"), account: "token".to_owned() };
        let named = NewRequest { debtor: Some(debtor.clone()), reference: "R-2".to_owned(), ..first.asked.clone() };
        let named = requests.create(&named, NOW).unwrap();
        assert!(matches!(requests.accept(bank("012"), first.id, NOW), Err(RequestError::NotFound)), "it asks nobody");
        assert!(matches!(requests.accept(bank("038"), named.id, NOW), Err(RequestError::NotFound)));
        assert_eq!(requests.accept(bank("012"), named.id, NOW).unwrap().state, RequestState::Accepted);
        let reason = ReasonCode::literal("CUST");
        assert_eq!(requests.refuse(bank("012"), named.id, reason, NOW).unwrap().reason, Some(reason));
        assert!(matches!(requests.cancel(bank("012"), first.id, NOW), Err(RequestError::NotFound)));
        requests.cancel(bank("027"), first.id, NOW).unwrap();

        let told = |found: Vec<(crate::request_to_pay::Change, RequestToPay)>| -> Vec<_> {
            found.into_iter().map(|(change, now)| (change.request == now.id, change.request, change.state)).collect()
        };
        let (a, b) = (first.id, named.id);
        let all = [
            (true, a, RequestState::Waiting),
            (true, b, RequestState::Waiting),
            (true, b, RequestState::Accepted),
            (true, b, RequestState::Refused),
            (true, a, RequestState::Cancelled),
        ];
        let feed = requests.changes_after(0).unwrap();
        assert!(feed.is_sorted_by_key(|(change, _)| change.sequence));
        let second = feed[1].0.sequence;
        assert_eq!(told(feed), all);
        assert_eq!(told(requests.changes_after(second).unwrap()), all[2..]);
        assert_eq!(told(requests.changes_for(bank("027"), 0).unwrap()), all);
        assert_eq!(told(requests.changes_for(bank("012"), 0).unwrap()), all[1..4]);
        assert!(requests.changes_for(bank("038"), 0).unwrap().is_empty());
        assert_eq!(requests.by_debtor(&debtor).unwrap().len(), 1);
        assert_eq!(requests.by_creditor(bank("027"), first.number).unwrap().len(), 1);
    }
}

#[test]
fn the_audit_finds_a_request_that_was_paid_by_nothing() {
    for world in World::each() {
        let (switch, id) = (world.funded(), world.ask("R-1").id);
        pay(&switch, paying(1, id, &world), NOW);
        answer(&switch, 1, Verdict::Accepted, NOW);
        world.assert_exact();
        world
            .db()
            .write(|conn| -> Result<(), crate::Error> {
                let forged = "UPDATE request_to_pay SET state = 0, payment = NULL, paid_amount = NULL";
                store::on_db!(conn, c => diesel::RunQueryDsl::execute(diesel::sql_query(forged), c))?;
                Ok(())
            })
            .unwrap();
        assert_eq!(pay(&switch, paying(2, id, &world), NOW), Status::InProcess, "nothing else knows");
        answer(&switch, 2, Verdict::Accepted, NOW);
        let report = crate::audit::verify(&world.db()).unwrap();
        let said: Vec<String> = report.differences.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|line| line.contains("that payment")), "{said:?}");
        switch.stop();
    }
}
