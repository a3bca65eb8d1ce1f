//! Banks, payments and a state to try the rules on.

use std::sync::Arc;

use store::Timestamp;
use time::macros::date;
use uuid::Uuid;

use crate::clearing::{
    Answer, Command, CreditTransfer, Movement, Operation, OperationRefusal, Particulars, PaymentReturn,
    ProposedMovement, Reply, Rules, State, Status, StatusReport, Step, Verdict, settle,
};
use crate::iso20022::ReasonCode;
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;

/// Noon in Hong Kong on 22 November 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_320_000);

pub(crate) fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

pub(crate) fn hkd(minor: i64) -> Amount {
    Amount::new(minor, Currency::Hkd).unwrap()
}

pub(crate) fn uetr(number: u32) -> Uuid {
    uuid::Builder::from_random_bytes(u128::from(number).to_be_bytes()).into_uuid()
}

/// Payment `number` of 100.00 from 012 to 027, accepted at `accepted`.
pub(crate) fn transfer(number: u32, accepted: Timestamp) -> CreditTransfer {
    CreditTransfer {
        instruction_id: None,
        end_to_end_id: format!("E2E-{number}"),
        transaction_id: format!("TX-{number}"),
        uetr: uetr(number),
        amount: hkd(10_000),
        settlement_date: date!(2026 - 11 - 22),
        accepted,
        debtor_name: "CHAN Tai Man".to_owned(),
        debtor_account: "012-100001-001".to_owned(),
        debtor_agent: bank("012"),
        creditor_agent: bank("027"),
        creditor_name: "Morning Light Stationery".to_owned(),
        creditor_account: "027-200001-001".to_owned(),
        creditor_proxy: None,
        lookup_reference: None,
        remittance_information: None,
        request_to_pay: None,
    }
}

pub(crate) fn particulars(name_en: &str) -> Particulars {
    Particulars { bic: None, name_zh: "銀行".to_owned(), name_en: name_en.to_owned() }
}

/// That payment as it comes in at `at`.
pub(crate) fn pay(transfer: CreditTransfer, arrived: Timestamp) -> Command {
    Command::Reserve { transfer: Box::new(transfer), body: Arc::from(&b"<CdtTrfTxInf/>"[..]), arrived }
}

/// What its creditor agent says to payment `number` at `arrived`.
pub(crate) fn say(number: u32, verdict: Verdict) -> Answer {
    Answer { original_uetr: uetr(number), original_transaction_id: format!("TX-{number}"), verdict }
}

pub(crate) fn answer(sender: &str, number: u32, verdict: Verdict, arrived: Timestamp) -> Command {
    Command::Answer { sender: bank(sender), answer: say(number, verdict), arrived }
}

/// Return `id` of so much of payment `number`.
pub(crate) fn back(id: &str, number: u32, minor: i64) -> PaymentReturn {
    PaymentReturn {
        message_id: format!("M-{id}"),
        return_id: id.to_owned(),
        original_message: None,
        original_transaction_id: format!("TX-{number}"),
        original_uetr: uetr(number),
        original_amount: None,
        amount: hkd(minor),
        settlement_date: date!(2026 - 11 - 22),
        reason: ReasonCode::literal("CUST"),
    }
}

/// That return as `sender` sends it at `arrived`.
pub(crate) fn give_back(sender: &str, request: PaymentReturn, arrived: Timestamp) -> Command {
    Command::Return { sender: bank(sender), request: Box::new(request), body: Arc::from("<TxInf/>"), arrived }
}

pub(crate) fn operate(code: &str, operation: Operation) -> Command {
    Command::Operate { actor: "an officer".to_owned(), participant: bank(code), operation }
}

/// What an officer proposes for a participant.
pub(crate) fn propose(code: &str, movement: Movement, amount: Amount, key: &str) -> Command {
    let wanted = ProposedMovement { participant: bank(code), movement, amount, key: key.to_owned() };
    Command::Propose { officer: "an officer".to_owned(), wanted: Box::new(wanted) }
}

/// What an officer says to proposal `proposal`.
pub(crate) fn decide(officer: &str, proposal: i64, approve: bool) -> Command {
    Command::DecideProposal { officer: officer.to_owned(), proposal, approve }
}

/// The number that a proposal got, or why it was refused.
pub(crate) fn operated(step: Step) -> Result<i64, OperationRefusal> {
    match step.reply {
        Reply::Operated(done) => done,
        other => panic!("not an officer's: {other:?}"),
    }
}

/// Moves a participant's money, as two officers do.
pub(crate) fn move_money(
    state: &mut State,
    code: &str,
    movement: Movement,
    amount: Amount,
) -> Result<i64, OperationRefusal> {
    let key = format!("after row {}", state.sequence()).replace(' ', "-");
    let proposal = operated(apply(state, &propose(code, movement, amount, &key), NOW))?;
    operated(apply(state, &decide("another officer", proposal, true), NOW))
}

/// Gives a participant money.
pub(crate) fn fund(state: &mut State, code: &str, amount: Amount) {
    move_money(state, code, Movement::Funding, amount).unwrap();
}

pub(crate) fn apply(state: &mut State, command: &Command, now: Timestamp) -> Step {
    settle::apply(state, command, None, now, &Rules::default()).unwrap()
}

/// The report in a reply to a payment or an answer.
pub(crate) fn report(step: Step) -> StatusReport {
    match step.reply {
        Reply::Reserved(report)
        | Reply::Answered(Ok(report))
        | Reply::Enquired(Some(report))
        | Reply::Returned(report) => report,
        other => panic!("no report: {other:?}"),
    }
}

pub(crate) fn rejected(reason: &'static str) -> Status {
    Status::Rejected(ReasonCode::literal(reason))
}

/// 012 with 1,000.00, 027 with 500.00, 038 with nothing.
pub(crate) fn books() -> State {
    let mut state = State::default();
    for code in ["012", "027", "038"] {
        apply(&mut state, &operate(code, Operation::Add(particulars(code))), NOW);
    }
    fund(&mut state, "012", hkd(100_000));
    fund(&mut state, "027", hkd(50_000));
    state
}

pub(crate) fn balance(state: &State, code: &str) -> i64 {
    state.position(bank(code), Currency::Hkd).balance
}

pub(crate) fn reserved(state: &State, code: &str) -> i64 {
    state.position(bank(code), Currency::Hkd).reserved
}
