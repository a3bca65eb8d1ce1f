//! The books on disk: the same rules as in `ledger`, across restarts and repetitions.

use std::time::Duration;

use payments::directory::{Proxy, ProxyKind};
use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};
use payments::presented_code::PresentedCodeId;
use store::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::demo::bank::account::AccountNumber;
use crate::demo::bank::ledger::{Incoming, IncomingState, Outcome, Outgoing, OutgoingState};
use crate::demo::bank::payment::{LookUp, Names, Payee, Payment, ReceivedPayment, Uetr};
use crate::demo::bank::presented::Presented;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const REASON: ReasonCode = ReasonCode::literal("AC04");

fn ann() -> AccountNumber {
    "012-100001-001".parse().unwrap()
}

fn ben() -> AccountNumber {
    "012-100002-001".parse().unwrap()
}

fn hkd(minor: i64) -> Amount {
    Amount::new(minor, Currency::Hkd).unwrap()
}

fn mobile() -> Proxy {
    Proxy::parse(ProxyKind::Mobile, "+852-91234567").unwrap()
}

/// Books with two customers who have HK$ 100.00 each.
fn books(folder: &TempDir) -> Books {
    let books = Books::open(&folder.path().join("bank.db")).unwrap();
    books.open_accounts(vec![(ann(), Some(hkd(10_000))), (ben(), Some(hkd(10_000)))], NOW).unwrap();
    books
}

fn payment(n: u8, minor: i64) -> Payment {
    Payment {
        uetr: Uetr::random([n; 16]),
        transfer: Outgoing { debtor: ann(), amount: hkd(minor), state: OutgoingState::Draft },
        debtor_name: "Ann".to_owned(),
        payee: Payee {
            bank: "027".parse().unwrap(),
            bank_names: Names { zh: "海堤銀行".to_owned(), en: "Seawall Bank".to_owned() },
            account_token: "token".to_owned(),
            names: Names { zh: "陳*文".to_owned(), en: "CHAN T*** M***".to_owned() },
            look_up: Some(LookUp { proxy: mobile(), reference: "reference".to_owned() }),
        },
        remittance_information: Some("bill 7".to_owned()),
        request_to_pay: None,
        till: Some("T-1".to_owned()),
        created: NOW,
        accepted: None,
        finished: None,
    }
}

fn received(n: u8, creditor: Option<AccountNumber>, state: IncomingState) -> ReceivedPayment {
    ReceivedPayment {
        uetr: Uetr::random([n; 16]),
        transaction_id: format!("tx{n}"),
        transfer: Incoming { creditor, amount: hkd(2_500), state },
        debtor_name: "Carol".to_owned(),
        remittance_information: Some("bill 9".to_owned()),
        received: NOW,
    }
}

#[test]
fn a_double_click_pays_once() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    let draft = payment(1, 4_000);
    books.draft(draft.clone()).unwrap();
    books.hold(draft.uetr, ann(), NOW).unwrap();
    let again = books.hold(draft.uetr, ann(), NOW);
    assert!(matches!(again, Err(Error::Refused(Refusal::ConfirmedBefore))), "{again:?}");
    assert_eq!(books.balance(&ann()).unwrap(), 6_000);
    books.verify().unwrap();
}

#[test]
fn a_customer_confirms_only_their_own_payment() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    let draft = payment(1, 4_000);
    books.draft(draft.clone()).unwrap();
    assert!(matches!(books.hold(draft.uetr, ben(), NOW), Err(Error::UnknownPayment)));
    assert!(matches!(books.payment(draft.uetr, &ben()), Err(Error::UnknownPayment)));
}

#[test]
fn a_held_payment_is_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let draft = payment(1, 4_000);
    let held = {
        let books = books(&folder);
        books.draft(draft.clone()).unwrap();
        books.hold(draft.uetr, ann(), NOW).unwrap()
    };
    let books = books(&folder);
    assert_eq!(books.held().unwrap(), vec![held]);
    assert_eq!(books.balance(&ann()).unwrap(), 6_000, "opening money is given once");
}

#[test]
fn a_rejected_payment_gives_the_money_back_once() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    let draft = payment(1, 4_000);
    books.draft(draft.clone()).unwrap();
    books.hold(draft.uetr, ann(), NOW).unwrap();
    let rejected = Outcome::Rejected(REASON);
    assert_eq!(books.finish(draft.uetr, rejected, NOW).unwrap(), Some(OutgoingState::Rejected(REASON)));
    for late in [rejected, Outcome::Settled] {
        assert_eq!(books.finish(draft.uetr, late, NOW).unwrap(), None);
    }
    assert_eq!(books.balance(&ann()).unwrap(), 10_000);
    assert!(books.held().unwrap().is_empty());
    books.verify().unwrap();
}

#[test]
fn a_replayed_inbox_credits_once() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    let mut postings = books.postings();
    for _ in 0..3 {
        books.receive(received(1, Some(ben()), IncomingState::Accepted)).unwrap();
        books.finish_incoming(Uetr::random([1; 16]), Outcome::Settled, NOW).unwrap();
        books.advance_cursor(5).unwrap();
    }
    books.advance_cursor(3).unwrap();
    assert_eq!(books.cursor().unwrap(), 5, "a cursor never goes back");
    assert_eq!(books.balance(&ben()).unwrap(), 12_500);
    assert!(postings.has_changed().unwrap(), "who waits for credits is woken");
    let credits = books.credits(&ben(), 0, 10).unwrap();
    assert_eq!(credits.len(), 1, "the opening balance is no payment");
    assert_eq!(credits[0].remittance_information.as_deref(), Some("bill 9"));
    assert!(books.credits(&ben(), credits[0].seq, 10).unwrap().is_empty());
    postings.mark_unchanged();
    books.verify().unwrap();
}

#[test]
fn what_was_not_settled_is_not_credited() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    for (n, state) in [(1, IncomingState::Accepted), (2, IncomingState::Silent), (3, IncomingState::Refused(REASON))] {
        books.receive(received(n, Some(ben()), state)).unwrap();
    }
    assert_eq!(books.unanswered().unwrap().len(), 2, "the silent one is never answered");
    for n in 1..=3 {
        let state = books.finish_incoming(Uetr::random([n; 16]), Outcome::Rejected(REASON), NOW).unwrap();
        assert_eq!(state, Some(IncomingState::Rejected(REASON)));
    }
    assert_eq!(books.balance(&ben()).unwrap(), 10_000);
    assert!(books.unanswered().unwrap().is_empty());
}

#[test]
fn a_payment_within_the_bank_is_settled_at_once_and_seen_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    let draft = payment(1, 4_000);
    books.draft(draft.clone()).unwrap();
    books.transfer_within(draft.uetr, ann(), ben(), NOW).unwrap();
    assert_eq!((books.balance(&ann()).unwrap(), books.balance(&ben()).unwrap()), (6_000, 14_000));
    let (paid, got) = (books.history(&ann(), 10).unwrap(), books.history(&ben(), 10).unwrap());
    assert!(paid[0].outgoing && paid[0].state == EntryState::Settled);
    assert!(!got[0].outgoing && got[0].names.zh == "Ann");
    assert_eq!(books.credits(&ben(), 0, 10).unwrap().len(), 1);
    books.verify().unwrap();
}

#[test]
fn an_account_is_found_by_its_number_and_by_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    books.ask_link(&mobile(), &ben(), NOW).unwrap();
    assert!(!books.links().unwrap()[0].confirmed);
    books.confirm_link(&mobile(), &ben(), "tok-1".to_owned()).unwrap();
    assert!(books.links().unwrap()[0].confirmed);
    for (named, expected) in
        [("tok-1", Some(ben())), ("012-100001-001", Some(ann())), ("suspense", None), ("027-1", None)]
    {
        assert_eq!(books.account_of(named).unwrap(), expected, "{named}");
    }
}

#[test]
fn a_link_that_stands_moves_only_when_the_directory_confirms_it() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    books.ask_link(&mobile(), &ben(), NOW).unwrap();
    books.confirm_link(&mobile(), &ben(), "tok-1".to_owned()).unwrap();
    books.ask_link(&mobile(), &ann(), NOW).unwrap();
    books.forget_link(&mobile()).unwrap();
    assert_eq!(books.account_of("tok-1").unwrap(), Some(ben()), "refused: nothing changes");
    books.confirm_link(&mobile(), &ann(), "tok-2".to_owned()).unwrap();
    assert_eq!(books.account_of("tok-2").unwrap(), Some(ann()));
    assert_eq!(books.account_of("tok-1").unwrap(), None);
}

#[test]
fn a_link_that_was_never_confirmed_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    books.ask_link(&mobile(), &ben(), NOW).unwrap();
    books.forget_link(&mobile()).unwrap();
    assert!(books.links().unwrap().is_empty());
}

#[test]
fn books_that_were_altered_do_not_verify() {
    use diesel::connection::SimpleConnection;
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    books.verify().unwrap();
    books
        .write(|conn| Ok(conn.batch_execute("UPDATE account SET balance = balance + 1 WHERE number LIKE '012-%'")?))
        .unwrap();
    assert!(matches!(books.verify(), Err(Error::Unbalanced(_))));
}

#[test]
fn money_that_comes_back_is_credited_once_for_each_return() {
    let folder = tempfile::tempdir().unwrap();
    let books = books(&folder);
    let uetr = Uetr::random([1; 16]);
    books.draft(payment(1, 2_500)).unwrap();
    books.hold(uetr, ann(), NOW).unwrap();
    books.finish(uetr, Outcome::Settled, NOW).unwrap();
    for _ in 0..2 {
        books.take_back(uetr, "R-1".to_owned(), hkd(1_000), NOW).unwrap();
        books.take_back(uetr, "R-2".to_owned(), hkd(500), NOW).unwrap();
        books.take_back(Uetr::random([9; 16]), "R-3".to_owned(), hkd(700), NOW).unwrap();
    }
    assert_eq!(books.balance(&ann()).unwrap(), 9_000, "what belongs to nobody here is not hers");
    books.verify().unwrap();
}

#[test]
fn a_code_that_a_customer_showed_is_forgotten_a_day_later_and_its_payment_is_not() {
    let folder = TempDir::new().unwrap();
    let books = books(&folder);
    let id = PresentedCodeId::new(NOW, &[7; 10]);
    let limit = hkd(5_000);
    let code = "hQVDUFYwMQ".to_owned();
    books
        .keep_presented(Presented { id, account: ann(), limit, code, expires: NOW, payment: None, over: false })
        .unwrap();
    let paid = books.hold_presented(id, payment(1, 4_800), NOW).unwrap().unwrap();
    let day = Duration::from_hours(24);
    assert_eq!(books.forget_presented(NOW + day).unwrap(), 0, "not before the day is over");
    assert!(books.presented(id, &ann()).is_ok());
    assert_eq!(books.forget_presented(NOW + day + Duration::from_micros(1)).unwrap(), 1);
    assert!(books.presented(id, &ann()).is_err());
    assert_eq!(books.held().unwrap()[0].uetr, paid.uetr);
}
