//! What the operator may and may not do.

use super::support::*;
use crate::app_link::AppLink;
use crate::clearing::{Movement, Operation, OperationRefusal, Reply};
use crate::money::{Amount, Currency};
use crate::participant::Thumbprint;

fn refused(code: &str, operation: Operation) -> OperationRefusal {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let before = state.clone();
    let step = apply(&mut state, &operate(code, operation), NOW);
    assert!(step.row.is_none() && state == before, "a refused act leaves nothing behind");
    match step.reply {
        Reply::Operated(Err(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn money_under_way_cannot_be_withdrawn() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let too_much = move_money(&mut state, "012", Movement::Withdrawal, hkd(90_001));
    assert_eq!(too_much, Err(OperationRefusal::InsufficientLiquidity));
    move_money(&mut state, "012", Movement::Withdrawal, hkd(90_000)).unwrap();
    assert_eq!(balance(&state, "012"), 10_000);
}

#[test]
fn a_cap_in_use_cannot_be_lowered() {
    let mut state = books();
    apply(&mut state, &operate("038", Operation::SetNetDebitCap(Currency::Hkd, 10_000)), NOW);
    let payment = crate::clearing::CreditTransfer { debtor_agent: bank("038"), ..transfer(1, NOW) };
    apply(&mut state, &pay(payment, NOW), NOW);
    assert_eq!(reserved(&state, "038"), 10_000, "a cap is liquidity");
    let lower = apply(&mut state, &operate("038", Operation::SetNetDebitCap(Currency::Hkd, 9_999)), NOW);
    assert_eq!(lower.reply, Reply::Operated(Err(OperationRefusal::CapInUse)));
}

#[test]
fn an_act_that_cannot_be_is_refused() {
    let most = Amount::new(Amount::MAX_MINOR, Currency::Hkd).unwrap();
    let thumbprint = Thumbprint::new([1; 32]);
    for (code, operation, refusal) in [
        ("099", Operation::Suspend, OperationRefusal::UnknownParticipant),
        ("012", Operation::Add(particulars("Another")), OperationRefusal::ClearingCodeTaken),
        ("099", Operation::Add(particulars("")), OperationRefusal::Malformed),
        ("012", Operation::SetNetDebitCap(Currency::Hkd, -1), OperationRefusal::OutOfRange),
        ("012", Operation::SetNetDebitCap(Currency::Hkd, i64::MAX), OperationRefusal::OutOfRange),
        ("012", Operation::RevokeCertificate(thumbprint), OperationRefusal::UnknownCertificate),
    ] {
        assert_eq!(refused(code, operation.clone()), refusal, "{code} {operation:?}");
    }
    let mut state = books();
    for _ in 0..3 {
        fund(&mut state, "012", most);
    }
    let refused = move_money(&mut state, "027", Movement::Funding, most);
    assert_eq!(refused, Err(OperationRefusal::OutOfRange), "no sum may overflow");
}

#[test]
fn a_certificate_is_one_participants_and_never_comes_back() {
    let mut state = books();
    let certificate = Thumbprint::new([1; 32]);
    let mut act = |code: &str, operation| match apply(&mut state, &operate(code, operation), NOW).reply {
        Reply::Operated(done) => done.map(drop),
        other => panic!("{other:?}"),
    };
    assert_eq!(act("012", Operation::AddCertificate(certificate)), Ok(()));
    assert_eq!(act("012", Operation::AddCertificate(certificate)), Ok(()), "the same again changes nothing");
    assert_eq!(act("027", Operation::AddCertificate(certificate)), Err(OperationRefusal::CertificateTaken));
    assert_eq!(act("027", Operation::RevokeCertificate(certificate)), Err(OperationRefusal::UnknownCertificate));
    assert_eq!(act("012", Operation::RevokeCertificate(certificate)), Ok(()));
    assert_eq!(act("012", Operation::AddCertificate(certificate)), Err(OperationRefusal::CertificateTaken));
}

#[test]
fn what_changes_nothing_leaves_no_event() {
    let mut state = books();
    let link: AppLink = "https://bank.example/{request_id}".parse().unwrap();
    for (operation, rows) in [
        (Operation::Add(particulars("012")), 0),
        (Operation::Resume, 0),
        (Operation::Suspend, 1),
        (Operation::Suspend, 0),
        (Operation::SetNetDebitCap(Currency::Hkd, 0), 0),
        (Operation::SetAppLink(None), 0),
        (Operation::SetAppLink(Some(link.clone())), 1),
        (Operation::SetAppLink(Some(link)), 0),
    ] {
        let step = apply(&mut state, &operate("012", operation.clone()), NOW);
        assert_eq!(usize::from(step.row.is_some()), rows, "{operation:?}");
    }
}
