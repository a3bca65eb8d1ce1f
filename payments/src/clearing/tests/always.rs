//! What holds after any commands in any order.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use store::Timestamp;

use super::support::*;
use crate::clearing::{
    BusinessDay, Command, CreditTransfer, Event, EventRow, Movement, Operation, Payment, PaymentReturn, PaymentState,
    Row, State, Verdict,
};
use crate::iso20022::ReasonCode;
use crate::money::Currency;
use crate::participant::ClearingCode;

const BANKS: [&str; 3] = ["012", "027", "038"];

/// One thing that somebody does.
#[derive(Debug, Clone)]
enum Act {
    Pay { number: u32, from: usize, to: usize, minor: i64 },
    Answer { number: u32, by: usize, verdict: Verdict },
    Return { id: u32, number: u32, by: usize, minor: i64 },
    TimeOut { payment: i64 },
    Operate { bank: usize, operation: Operation },
    Propose { bank: usize, movement: Movement, minor: i64, key: u32 },
    Decide { officer: usize, proposal: i64, approve: bool },
    Wait { millis: u64 },
    EndDay,
}

fn act() -> impl Strategy<Value = Act> {
    let bank = 0..BANKS.len();
    let operation = prop_oneof![
        (-1..30_000_i64).prop_map(|cap| Operation::SetNetDebitCap(Currency::Hkd, cap)),
        Just(Operation::Suspend),
        Just(Operation::Block),
        Just(Operation::Resume),
        Just(Operation::GoOffline),
        Just(Operation::ComeOnline),
        any::<bool>().prop_map(|is_set| Operation::SetAppLink(
            is_set.then(|| "https://bank.example/{request_id}".parse().unwrap())
        )),
    ];
    prop_oneof![
        6 => (0..30_u32, bank.clone(), bank.clone(), 1..60_000_i64)
            .prop_map(|(number, from, to, minor)| Act::Pay { number, from, to, minor }),
        6 => (0..30_u32, bank.clone(), prop_oneof![2 => Just(Verdict::Accepted), 3 => later()])
            .prop_map(|(number, by, verdict)| Act::Answer { number, by, verdict }),
        4 => (0..12_u32, 0..30_u32, bank.clone(), 1..40_000_i64)
            .prop_map(|(id, number, by, minor)| Act::Return { id, number, by, minor }),
        2 => (1..80_i64).prop_map(|payment| Act::TimeOut { payment }),
        2 => (bank.clone(), operation).prop_map(|(bank, operation)| Act::Operate { bank, operation }),
        2 => (bank.clone(), any::<bool>(), 1..50_000_i64, 0..6_u32).prop_map(|(bank, funds, minor, key)| {
            let movement = if funds { Movement::Funding } else { Movement::Withdrawal };
            Act::Propose { bank, movement, minor, key }
        }),
        2 => (0..2_usize, 1..80_i64, any::<bool>())
            .prop_map(|(officer, proposal, approve)| Act::Decide { officer, proposal, approve }),
        2 => (0..8_000_u64).prop_map(|millis| Act::Wait { millis }),
        1 => Just(Act::EndDay),
    ]
}

fn later() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::AcceptedWithoutPosting),
        Just(Verdict::Rejected(ReasonCode::literal("AC04"))),
        Just(Verdict::Credited),
        Just(Verdict::Blocked),
    ]
}

/// The acts as commands, each with its moment.
fn commands(acts: &[Act]) -> Vec<(Command, Timestamp)> {
    let mut now = NOW;
    let mut commands = Vec::new();
    for act in acts {
        let command = match act {
            Act::Wait { millis } => {
                now = now + Duration::from_millis(*millis);
                continue;
            }
            Act::Pay { number, from, to, minor } => {
                let (debtor_agent, creditor_agent) = (bank(BANKS[*from]), bank(BANKS[*to]));
                let amount = hkd(*minor);
                let settlement_date = BusinessDay::of(now).date();
                let payment =
                    CreditTransfer { amount, settlement_date, debtor_agent, creditor_agent, ..transfer(*number, now) };
                pay(payment, now)
            }
            Act::Answer { number, by, verdict } => answer(BANKS[*by], *number, *verdict, now),
            Act::Return { id, number, by, minor } => {
                let settlement_date = BusinessDay::of(now).date();
                let back = PaymentReturn { settlement_date, ..back(&format!("R-{id}"), *number, *minor) };
                give_back(BANKS[*by], back, now)
            }
            Act::EndDay => {
                now = now + Duration::from_hours(24);
                Command::CutOver
            }
            Act::TimeOut { payment } => Command::TimeOut { payment: *payment },
            Act::Propose { bank, movement, minor, key } => {
                propose(BANKS[*bank], *movement, hkd(*minor), &key.to_string())
            }
            Act::Decide { officer, proposal, approve } => {
                decide(["an officer", "another officer"][*officer], *proposal, *approve)
            }
            Act::Operate { bank, operation } => operate(BANKS[*bank], operation.clone()),
        };
        commands.push((command, now));
    }
    commands
}

/// The log as a database would keep it, for payments that memory has forgotten.
#[derive(Default)]
struct Archive {
    payments: HashMap<i64, Payment>,
    returns: Vec<EventRow>,
}

impl Archive {
    fn keep(&mut self, state: &State, row: &Row) {
        let payment = match row {
            Row::Payment(row) => row.payment.sequence,
            Row::Outcome(row) => row.payment,
            Row::Event(row) => match &row.event {
                Event::Posted { payment, .. } => *payment,
                Event::Returned(record) => {
                    self.returns.push(row.clone());
                    let Some(payment) = record.payment else { return };
                    payment
                }
                _ => return,
            },
        };
        self.payments.insert(payment, state.payment(payment).unwrap().clone());
    }

    fn recall(&self, state: &mut State, command: &Command) {
        let asked = |payment: &&Payment| match command {
            Command::Reserve { transfer, .. } => {
                payment.uetr == transfer.uetr || is(payment, transfer.debtor_agent, &transfer.transaction_id)
            }
            Command::Answer { answer, .. } => payment.uetr == answer.original_uetr,
            Command::Return { request, .. } => payment.uetr == request.original_uetr,
            _ => false,
        };
        let mut found: Vec<&Payment> = self.payments.values().filter(asked).collect();
        found.sort_by_key(|payment| payment.sequence);
        for payment in found {
            if state.payment(payment.sequence).is_none() {
                state.remember(payment.clone());
            }
        }
        if let Command::Return { .. } = command {
            self.returns.iter().for_each(|row| state.remember_return(row));
        }
    }
}

fn is(payment: &Payment, debtor_agent: ClearingCode, transaction_id: &str) -> bool {
    payment.debtor_agent == debtor_agent && payment.transaction_id == transaction_id
}

/// All rows, forgetting what is final after every `batch` commands.
fn rows(acts: &[Act], batch: usize) -> Vec<Row> {
    let (mut state, mut archive, mut rows) = (books(), Archive::default(), Vec::new());
    for commands in commands(acts).chunks(batch) {
        for (command, _) in commands {
            archive.recall(&mut state, command);
        }
        for (command, now) in commands {
            if let Some(row) = apply(&mut state, command, *now).row {
                archive.keep(&state, &row);
                rows.push(row);
            }
        }
        state.forget_final();
    }
    rows
}

proptest! {
    #[test]
    fn money_is_conserved_and_no_cap_is_broken(acts in prop::collection::vec(act(), 1..120)) {
        let mut state = books();
        let mut funded: i64 = 150_000;
        for (command, now) in commands(&acts) {
            if let Some(Row::Event(event)) = apply(&mut state, &command, now).row {
                match event.event {
                    Event::Moved { movement: Movement::Funding, amount, .. } => funded += amount.minor(),
                    Event::Moved { movement: Movement::Withdrawal, amount, .. } => funded -= amount.minor(),
                    _ => {}
                }
            }
            let held: i64 = state.positions().map(|(_, _, position)| position.balance).sum();
            prop_assert_eq!(held, funded);
            for (code, _, position) in state.positions() {
                prop_assert!(position.available() >= 0 && position.reserved >= 0, "{} {:?}", code, position);
                prop_assert!(position.balance >= -position.net_debit_cap, "{} {:?}", code, position);
            }
        }
    }

    #[test]
    fn each_day_begins_where_the_last_ended_and_its_entries_explain_where_it_ends(
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let (mut state, mut closing) = (books(), HashMap::new());
        for (command, now) in commands(&acts) {
            let Some(row) = apply(&mut state, &command, now).row else { continue };
            let Row::Event(EventRow { event: Event::CutOver(cut_over), .. }) = row else { continue };
            for of in &cut_over.statements {
                let before = closing.insert((of.participant, of.currency), of.closing);
                prop_assert_eq!(of.opening, before.unwrap_or(0));
                prop_assert_eq!(of.closing, of.opening + of.turnover.credits().sum - of.turnover.debits().sum);
            }
            let cleared: i64 = cut_over.statements.iter().map(|of| of.turnover.net_cleared()).sum();
            prop_assert_eq!(cleared, 0, "what some are owed, others owe");
        }
    }

    #[test]
    fn what_is_final_stays(acts in prop::collection::vec(act(), 1..120)) {
        let mut state = books();
        let mut last: HashMap<i64, PaymentState> = HashMap::new();
        for (command, now) in commands(&acts) {
            apply(&mut state, &command, now);
            for sequence in 1..=state.sequence() {
                if let Some(payment) = state.payment(sequence) {
                    let before = last.insert(sequence, payment.state);
                    prop_assert!(before.is_none_or(|before| !before.is_final() || before == payment.state));
                }
            }
        }
    }

    #[test]
    fn no_more_comes_back_than_was_paid(acts in prop::collection::vec(act(), 1..120)) {
        let mut state = books();
        for (command, now) in commands(&acts) {
            apply(&mut state, &command, now);
        }
        for payment in (1..=state.sequence()).filter_map(|sequence| state.payment(sequence)) {
            let most = if payment.state == PaymentState::Settled { payment.amount.minor() } else { 0 };
            prop_assert!((0..=most).contains(&payment.returned), "{:?}", payment);
        }
    }

    #[test]
    fn batching_changes_nothing(acts in prop::collection::vec(act(), 1..120), batch in 1..40_usize) {
        prop_assert_eq!(rows(&acts, batch), rows(&acts, usize::MAX));
    }

    #[test]
    fn the_state_is_a_fold_over_the_rows(acts in prop::collection::vec(act(), 1..120)) {
        let (mut state, mut folded) = (books(), books());
        for (command, now) in commands(&acts) {
            if let Some(row) = apply(&mut state, &command, now).row {
                prop_assert_eq!(folded.fold(&row), Ok(()));
            }
        }
        prop_assert_eq!(state, folded);
    }

    #[test]
    fn what_is_undone_never_was(
        before in prop::collection::vec(act(), 1..60),
        undone in prop::collection::vec(act(), 1..60),
    ) {
        let mut state = books();
        for (command, now) in commands(&before) {
            apply(&mut state, &command, now);
        }
        let mark = state.mark();
        let stood = state.clone();
        for (command, now) in commands(&undone) {
            apply(&mut state, &command, now);
        }
        state.undo(&mark);
        prop_assert_eq!(state, stood);
    }

    #[test]
    fn what_was_decided_ahead_can_be_undone_by_itself(
        before in prop::collection::vec(act(), 1..60),
        recorded in prop::collection::vec(act(), 1..60),
        ahead in prop::collection::vec(act(), 1..60),
    ) {
        let mut state = books();
        for (command, now) in commands(&before) {
            apply(&mut state, &command, now);
        }
        state.mark();
        for (command, now) in commands(&recorded) {
            apply(&mut state, &command, now);
        }
        let after = state.mark_again();
        let mut stood = state.clone();
        for (command, now) in commands(&ahead).into_iter().filter(|(command, _)| goes_ahead(command)) {
            apply(&mut state, &command, now);
        }
        state.forget_before(&after);
        state.undo(&after);
        stood.forget_final();
        prop_assert_eq!(state, stood);
    }
}

/// What the switch decides before the batch it follows is recorded.
fn goes_ahead(command: &Command) -> bool {
    match command {
        Command::Answer { answer, .. } => !matches!(answer.verdict, Verdict::Credited | Verdict::Blocked),
        Command::Reserve { .. } | Command::TimeOut { .. } => true,
        _ => false,
    }
}
