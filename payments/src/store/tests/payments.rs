//! Payments through the switch, from submission to the end.

use std::time::Duration;

use super::*;
use crate::clearing::tests::support::{rejected, say, transfer, uetr};
use crate::clearing::{Status, Verdict};
use crate::directory::{AccountNumber, Currencies, LookupRequest, Owner, OwnerKind, Proxy, Registration};
use crate::money::Currency;
use crate::participant::Thumbprint;
use crate::{OperationError, SubmitError};

fn balances(switch: &Switch) -> Vec<(String, i64, i64)> {
    let positions = switch.positions().unwrap();
    positions.iter().map(|(code, _, held)| (code.to_string(), held.balance, held.reserved)).collect()
}

#[test]
fn a_payment_settles() {
    for world in World::each() {
        let switch = world.funded();
        let reserved = submit(&switch, transfer(1, NOW), NOW);
        assert_eq!(reserved.status, Status::InProcess);
        assert_eq!(balances(&switch), [("012".to_owned(), 100_000, 10_000), ("027".to_owned(), 50_000, 0)]);
        let told = wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap().remove(0).unwrap();
        assert_eq!(told.status, Status::Settled);
        assert_eq!(balances(&switch), [("012".to_owned(), 90_000, 0), ("027".to_owned(), 60_000, 0)]);
        assert_eq!(switch.payment(uetr(1)).unwrap().unwrap().report(), told);
        assert_eq!(switch.metrics().settled, 1);
        world.assert_exact();
    }
}

#[test]
fn many_payments_in_one_request_are_told_apart() {
    for world in World::each() {
        let switch = world.funded();
        let mut many: Vec<_> = (0..10).map(|number| submission(transfer(number, NOW))).collect();
        many.push(submission(transfer(3, NOW)));
        many.push(submission(transfer(11, NOW)));
        let told = wait(switch.submit(bank("012"), many, NOW)).unwrap();
        assert!(told[..10].iter().all(|report| report.status == Status::InProcess));
        assert_eq!(told[10], told[3], "a repetition in the same request");
        assert_eq!(told[11].status, rejected("AM04"), "ten payments took all the money");
        world.assert_exact();
    }
}

#[test]
fn nobody_pays_for_another_participant() {
    for world in World::each() {
        let switch = world.funded();
        let head = *switch.head().borrow();
        let two = vec![
            submission(CreditTransfer { debtor_agent: bank("027"), creditor_agent: bank("038"), ..transfer(1, NOW) }),
            submission(transfer(2, NOW)),
        ];
        let refused = wait(switch.submit(bank("027"), two, NOW));
        assert_eq!(refused, Err(SubmitError::NotDebtorAgent { index: 1 }));
        assert_eq!(*switch.head().borrow(), head, "nothing was taken");
    }
}

#[test]
fn an_unanswered_payment_times_out_by_itself_and_whoever_waits_is_told() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        let waiting = switch.clone();
        let told = std::thread::spawn(move || wait(waiting.wait_final(bank("012"), "TX-1")).unwrap().unwrap());
        world.pass(Duration::from_millis(10_050));
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(submit(&switch, transfer(1, NOW), world.now()).status, Status::InProcess, "grace for an answer");
        world.pass(Duration::from_millis(100));
        assert_eq!(told.join().unwrap().status, rejected("AB05"));
        assert_eq!(wait(switch.wait_final(bank("012"), "TX-1")).unwrap().unwrap().status, rejected("AB05"));
        assert_eq!(wait(switch.wait_final(bank("012"), "TX-9")).unwrap(), None);
        assert_eq!(balances(&switch)[0], ("012".to_owned(), 100_000, 0));
        world.assert_exact();
    }
}

#[test]
fn a_repetition_the_next_day_has_the_same_outcome_and_two_days_later_the_id_is_free() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        let day = Duration::from_hours(24);
        world.pass(day);
        assert_eq!(submit(&switch, transfer(1, NOW), world.now()).status, Status::Settled);
        world.pass(day);
        let later = CreditTransfer {
            uetr: uetr(2),
            settlement_date: time::macros::date!(2026 - 11 - 24),
            ..transfer(1, world.now())
        };
        assert_eq!(submit(&switch, later, world.now()).status, Status::InProcess);
        world.assert_exact();
    }
}

#[test]
fn money_goes_where_the_payer_was_shown_or_nowhere() {
    for world in World::each() {
        let (switch, directory) = (world.funded(), world.directory());
        let proxy = Proxy::parse_any("91234567").unwrap();
        let register = |account: &str| Registration {
            proxy: proxy.clone(),
            account: AccountNumber::parse(account).unwrap(),
            owner: Owner::new(OwnerKind::Person, None, Some("HO Mei Yee")).unwrap(),
            owner_key: None,
            currencies: Currencies::ALL,
            default: true,
        };
        directory.register(bank("027"), register("A-1"), NOW).unwrap();
        let shown = directory.lookup_blocking(LookupRequest::for_payment(bank("012"), proxy.clone()), NOW).unwrap();
        let to_proxy = |number| CreditTransfer {
            creditor_account: shown.account_token.as_str().to_owned(),
            creditor_proxy: Some(proxy.clone()),
            lookup_reference: Some(shown.reference.as_str().to_owned()),
            ..transfer(number, NOW)
        };
        let unproven = CreditTransfer { lookup_reference: None, ..to_proxy(1) };
        assert_eq!(submit(&switch, unproven, NOW).status, rejected("FF02"));
        let elsewhere = CreditTransfer { creditor_agent: bank("038"), ..to_proxy(2) };
        assert_eq!(submit(&switch, elsewhere, NOW).status, rejected("BE01"));
        assert_eq!(submit(&switch, to_proxy(3), NOW).status, Status::InProcess);
        directory.register(bank("027"), register("A-2"), NOW).unwrap();
        assert_eq!(submit(&switch, to_proxy(4), NOW).status, rejected("BE01"), "it moved since");
        assert_eq!(submit(&switch, to_proxy(3), NOW).status, Status::InProcess, "a repetition is not judged again");
        world.assert_exact();
    }
}

#[test]
fn a_certificate_acts_until_it_is_revoked() {
    for world in World::each() {
        let switch = world.funded();
        let thumbprint = Thumbprint::new([9; 32]);
        assert_eq!(switch.participant_of_certificate(&thumbprint).unwrap(), None);
        wait(switch.add_certificate("an officer", bank("027"), thumbprint)).unwrap();
        assert_eq!(switch.participant_of_certificate(&thumbprint).unwrap(), Some(bank("027")));
        wait(switch.revoke_certificate("an officer", bank("027"), thumbprint)).unwrap();
        assert_eq!(switch.participant_of_certificate(&thumbprint).unwrap(), None);
        world.assert_exact();
    }
}

#[test]
fn what_officers_do_stays_on_record() {
    for world in World::each() {
        let switch = world.funded();
        wait(switch.suspend("Officer Lam", bank("038"))).unwrap();
        wait(switch.set_net_debit_cap("Officer Lam", bank("038"), Currency::Hkd, 5_000)).unwrap();
        let unknown = wait(switch.resume("Officer Lam", bank("099")));
        assert!(matches!(unknown, Err(OperationError::Refused(_))));
        let events = switch.events(None, 2).unwrap();
        assert!(events.iter().all(|event| event.actor == "Officer Lam" && event.participant == bank("038")));
        assert_eq!(switch.events(Some(events[1].sequence), 100).unwrap().len(), 7, "the page before");
        world.assert_exact();
    }
}

#[test]
fn the_operator_sees_payments_and_minutes() {
    for world in World::each() {
        let switch = world.funded();
        for number in 1..=3 {
            submit(&switch, transfer(number, NOW), NOW);
        }
        wait(switch.answer(bank("027"), vec![say(2, Verdict::Accepted)], NOW)).unwrap();
        let newest = switch.payments(None, 2).unwrap();
        assert_eq!(newest.iter().map(|p| p.transaction_id.as_str()).collect::<Vec<_>>(), ["TX-3", "TX-2"]);
        assert_eq!(switch.payments(Some(newest[1].sequence), 2).unwrap()[0].transaction_id, "TX-1");
        assert_eq!(newest[1].state.status(), Status::Settled);
        let minutes = switch.statistics().unwrap();
        assert_eq!(minutes.len(), 60);
        let last = minutes.last().unwrap();
        assert_eq!((last.reserved, last.settled, last.refused), (3, 1, 0));
    }
}

#[test]
fn after_stopping_nothing_is_taken() {
    for world in World::each() {
        let switch = world.funded();
        switch.stop();
        assert!(!switch.is_running());
        let refused = wait(switch.submit(bank("012"), vec![submission(transfer(1, NOW))], NOW));
        assert_eq!(refused, Err(SubmitError::Unavailable));
    }
}
