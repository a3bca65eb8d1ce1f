//! Every state with every step, and what a payment must agree with.

use std::time::Duration;

use store::Timestamp;

use super::payable::payable;
use super::*;
use crate::clearing::CreditTransfer;
use crate::clearing::tests::support::{NOW, bank, hkd, transfer};

const DOCUMENT: &str = include_str!("../../../docs/requests-to-pay.md");

/// What asks for exactly that payment, until a quarter of an hour after `now`.
pub(crate) fn request_for(transfer: &CreditTransfer, now: Timestamp) -> RequestToPay {
    RequestToPay {
        id: RequestId::from_random(&[7; 13]),
        number: 1,
        asked: NewRequest {
            creditor: Creditor {
                agent: transfer.creditor_agent,
                account: transfer.creditor_account.clone(),
                name_zh: Some("晨光文具".to_owned()),
                name_en: Some("Morning Light Stationery".to_owned()),
                merchant: None,
                till: Some("1".to_owned()),
            },
            amount: transfer.amount,
            amount_rule: AmountRule::Exact,
            purpose: None,
            bill_number: None,
            due: None,
            expires: now + Duration::from_mins(15),
            debtor: None,
            reference: "R-1".to_owned(),
            created_by: "till 1".to_owned(),
        },
        created: now,
        state: RequestState::Waiting,
        reason: None,
        payment: None,
        changed: now,
    }
}

/// The row of one state and step in the document's table: in time, and late.
fn documented(state: RequestState, wanted: RequestStep) -> (String, String) {
    let row = DOCUMENT.lines().find_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let about = cells.len() > 5 && cells[1] == format!("{state:?}") && cells[2] == format!("`{wanted:?}`");
        about.then(|| (cells[3].to_owned(), cells[4].to_owned()))
    });
    row.unwrap_or_else(|| panic!("no row for {state:?} and {wanted:?}"))
}

fn said(done: Result<RequestState, RequestRefusal>) -> String {
    match done {
        Ok(state) => format!("{state:?}"),
        Err(refusal) => format!("refused: {refusal:?}"),
    }
}

#[test]
fn every_step_from_every_state_is_as_documented() {
    let expires = NOW;
    for state in RequestState::ALL {
        for wanted in RequestStep::ALL {
            let in_time = step(state, wanted, expires, NOW - Duration::from_micros(1));
            let late = step(state, wanted, expires, NOW);
            assert_eq!((said(in_time), said(late)), documented(state, wanted), "{state:?}, {wanted:?}");
        }
    }
}

#[test]
fn what_is_final_stays() {
    for state in RequestState::ALL.into_iter().filter(|state| state.is_final()) {
        for wanted in RequestStep::ALL {
            for now in [NOW - Duration::from_secs(1), NOW] {
                assert!(
                    matches!(step(state, wanted, NOW, now), Ok(same) if same == state)
                        || step(state, wanted, NOW, now).is_err()
                );
            }
        }
    }
}

#[test]
fn every_state_has_its_own_name_and_number() {
    for state in RequestState::ALL {
        assert_eq!(RequestState::from_number(state.number()), Some(state));
        assert_eq!(RequestState::ALL.iter().filter(|other| other.name() == state.name()).count(), 1);
    }
}

/// What the document's table of banks says of one: told whom it asks, answers, takes back, pays.
fn documented_of(whose: &str) -> [bool; 4] {
    let row = DOCUMENT.lines().find_map(|line| line.strip_prefix(&format!("| {whose} |")));
    let cells: Vec<bool> = row.unwrap().split('|').map(str::trim).take(4).map(|cell| cell == "yes").collect();
    cells.try_into().unwrap()
}

#[test]
fn every_bank_may_do_what_is_documented() {
    let mut request = request_for(&transfer(1, NOW), NOW);
    request.asked.debtor = Some(Debtor { agent: bank("012"), account: "012-100001-001".to_owned() });
    let may = |request: &RequestToPay, code: &str| {
        let paying = CreditTransfer { debtor_agent: bank(code), ..transfer(1, NOW) };
        [
            request.tells_its_debtor_to(bank(code)),
            request.may_be_answered_by(bank(code)),
            request.may_be_cancelled_by(bank(code)),
            payable(Some(request), &paying, NOW).is_ok(),
        ]
    };
    for (whose, code) in [("the creditor's", "027"), ("the debtor's", "012"), ("any other", "038")] {
        assert_eq!(may(&request, code), documented_of(whose), "{whose}");
    }
    request.asked.debtor = None;
    assert_eq!(may(&request, "027"), documented_of("the creditor's"));
    for code in ["012", "038"] {
        assert_eq!(may(&request, code), documented_of("any other"), "it asks nobody in particular");
    }
}

#[test]
fn a_payment_is_held_to_what_was_asked() {
    let exact = request_for(&transfer(1, NOW), NOW);
    let mut open = exact.clone();
    open.asked.amount_rule = AmountRule::LessAllowed;
    let of = |minor| CreditTransfer { amount: hkd(minor), ..transfer(1, NOW) };
    for (request, minor, wanted) in [
        (&exact, 10_000, Ok(())),
        (&exact, 9_999, Err(NotPayable::OtherAmount)),
        (&exact, 10_001, Err(NotPayable::OtherAmount)),
        (&open, 10_000, Ok(())),
        (&open, 1, Ok(())),
        (&open, 10_001, Err(NotPayable::OtherAmount)),
    ] {
        assert_eq!(payable(Some(request), &of(minor), NOW), wanted, "{minor}");
    }
    assert_eq!(payable(None, &of(10_000), NOW), Err(NotPayable::Unknown));
    assert_eq!(payable(Some(&exact), &of(10_000), exact.asked.expires), Err(NotPayable::Expired));
    let elsewhere = CreditTransfer { creditor_agent: bank("038"), ..transfer(1, NOW) };
    assert_eq!(payable(Some(&exact), &elsewhere, NOW), Err(NotPayable::OtherCreditor));
}

#[test]
fn a_request_says_what_is_wrong_with_it() {
    let good = request_for(&transfer(1, NOW), NOW).asked;
    assert_eq!(good.check(NOW), Ok(()));
    let field = |spoil: &dyn Fn(&mut NewRequest)| {
        let mut request = good.clone();
        spoil(&mut request);
        request.check(NOW).unwrap_err().field
    };
    assert_eq!(field(&|one| one.creditor.account.clear()), "creditor.account");
    assert_eq!(field(&|one| (one.creditor.name_zh, one.creditor.name_en) = (None, None)), "creditor.name");
    assert_eq!(field(&|one| one.creditor.name_zh = Some("晨".repeat(70))), "creditor.name_zh");
    assert_eq!(field(&|one| one.purpose = Some("a\nb".to_owned())), "purpose");
    assert_eq!(field(&|one| one.bill_number = Some("1".repeat(26))), "bill_number");
    assert_eq!(field(&|one| one.reference.clear()), "reference");
    assert_eq!(field(&|one| one.expires = NOW), "expires");
    assert_eq!(field(&|one| one.expires = NOW + MAX_LIFE + Duration::from_secs(1)), "expires");
    let nowhere = Debtor { agent: bank("027"), account: "1".repeat(35) };
    assert_eq!(field(&|one| one.debtor = Some(nowhere.clone())), "debtor.account");
}
