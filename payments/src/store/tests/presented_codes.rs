//! Codes that payers show: scanned once, whoever scans, and paid as any request is.

use super::requests::{pay, written};
use super::*;
use crate::RequestError;
use crate::clearing::tests::support::{say, transfer};
use crate::clearing::{Status, Verdict};
use crate::presented_code::{LASTS, NotPresentable, PayerConsent, PresentedState, PresentedToken};
use crate::request_to_pay::tests::request_for;
use crate::request_to_pay::{NewRequest, RequestState, RequestToPay};

/// What a shop asks who scans a code: what [`transfer`] pays.
fn sale(reference: &str, now: Timestamp) -> NewRequest {
    NewRequest { reference: reference.to_owned(), ..request_for(&transfer(1, now), now).asked }
}

fn consent(limit: i64) -> PayerConsent {
    PayerConsent { debtor_agent: bank("012"), limit: hkd(limit), reference: "C-1".to_owned() }
}

fn why(asked: Result<RequestToPay, RequestError>) -> NotPresentable {
    match asked {
        Err(RequestError::NotPresentable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_becomes_one_request_that_asks_its_payer() {
    for world in World::each() {
        let (switch, requests) = (world.funded(), world.requests());
        let (code, token) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        let asked = requests.ask_presented(&token, &sale("S-1", NOW), NOW).unwrap();
        assert_eq!(asked.asked.debtor, Some(code.debtor()));
        assert!(asked.asked.expires <= NOW + Duration::from_mins(1));
        let again = requests.ask_presented(&token, &sale("S-1", NOW), NOW + LASTS).unwrap();
        assert_eq!(again.id, asked.id, "an answer that was lost is asked for again");
        assert_eq!(why(requests.ask_presented(&token, &sale("S-2", NOW), NOW)), NotPresentable::Spent);
        let known = requests.presented_code(bank("012"), code.id).unwrap();
        assert_eq!(known.state, PresentedState::Spent(asked.id));
        let after = requests.withdraw_presented_code(bank("012"), code.id).unwrap();
        assert_eq!(after.state, PresentedState::Spent(asked.id), "what was scanned stays so");

        let told = requests.changes_for(bank("012"), 0).unwrap();
        assert_eq!(told[0].1.asked.debtor.as_ref().unwrap().account, code.id.account());
        let answering = CreditTransfer { request_to_pay: Some(asked.id), ..transfer(1, NOW) };
        assert_eq!(pay(&switch, written(answering), NOW), Status::InProcess);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        assert_eq!(world.state(asked.id), RequestState::Paid);
        world.assert_exact();
    }
}

#[test]
fn what_a_payer_did_not_agree_to_cannot_be_asked() {
    for world in World::each() {
        let requests = world.requests();
        let (_, low) = requests.issue_presented_code(&consent(9_999), NOW).unwrap();
        assert_eq!(why(requests.ask_presented(&low, &sale("S-1", NOW), NOW)), NotPresentable::AboveLimit);
        let (_, late) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        assert_eq!(why(requests.ask_presented(&late, &sale("S-1", NOW), NOW + LASTS)), NotPresentable::Expired);
        let (gone, token) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        assert!(requests.withdraw_presented_code(bank("038"), gone.id).is_err(), "another bank's");
        requests.withdraw_presented_code(bank("012"), gone.id).unwrap();
        assert_eq!(why(requests.ask_presented(&token, &sale("S-1", NOW), NOW)), NotPresentable::Withdrawn);
        let forged = PresentedToken::new([9; 16]);
        assert_eq!(why(requests.ask_presented(&forged, &sale("S-1", NOW), NOW)), NotPresentable::Unknown);
        assert!(requests.changes_after(0).unwrap().is_empty(), "nobody was asked anything");
    }
}

#[test]
fn a_reference_belongs_to_one_code() {
    for world in World::each() {
        let requests = world.requests();
        let (_, first) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        let (second_code, second) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        requests.ask_presented(&first, &sale("S-1", NOW), NOW).unwrap();
        let other = requests.ask_presented(&second, &sale("S-1", NOW), NOW);
        assert!(matches!(other, Err(RequestError::ReferenceUsed)), "{other:?}");
        let unspent = requests.presented_code(bank("012"), second_code.id).unwrap();
        assert_eq!(unspent.state, PresentedState::Waiting);
    }
}

#[test]
fn of_two_shops_that_scan_one_code_at_once_one_asks() {
    for world in World::each() {
        let requests = world.requests();
        let (_, token) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        let asked: Vec<_> = std::thread::scope(|scope| {
            let scans = (0..4).map(|shop| {
                let (requests, token) = (requests.clone(), &token);
                scope.spawn(move || requests.ask_presented(token, &sale(&format!("S-{shop}"), NOW), NOW))
            });
            scans.collect::<Vec<_>>().into_iter().map(|scan| scan.join().unwrap()).collect()
        });
        let (made, refused): (Vec<_>, Vec<_>) = asked.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1);
        assert!(refused.into_iter().all(|one| why(one) == NotPresentable::Spent));
    }
}

#[test]
fn codes_are_forgotten_after_a_day() {
    for world in World::each() {
        let requests = world.requests();
        let (code, _) = requests.issue_presented_code(&consent(10_000), NOW).unwrap();
        let day = Duration::from_hours(24);
        assert_eq!(requests.forget_presented_codes(NOW + day).unwrap(), 0);
        assert_eq!(requests.forget_presented_codes(NOW + day + LASTS).unwrap(), 1);
        assert!(requests.presented_code(bank("012"), code.id).is_err());
    }
}
