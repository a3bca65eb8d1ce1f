//! The rules for what the operator does. An act that would change nothing leaves no event.

use store::Timestamp;

use super::Operation;
use super::command::{Reply, Step};
use super::operation::is_name;
use super::position::Position;
use super::refusal::OperationRefusal;
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};
use crate::money::Currency;
use crate::participant::{ClearingCode, Participant};

pub(super) fn operate(
    state: &mut State,
    actor: &str,
    participant: ClearingCode,
    operation: &Operation,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let reply = |reply| Ok(Step { row: None, reply: Reply::Operated(reply) });
    match judge(state, actor, participant, operation) {
        Err(refusal) => reply(Err(refusal)),
        Ok(Change::None) => reply(Ok(state.sequence())),
        Ok(Change::Needed) => {
            let sequence = state.sequence() + 1;
            let event = Event::Operation(operation.clone());
            let row = EventRow { sequence, recorded: now, participant, actor: actor.to_owned(), event };
            record(state, Row::Event(row), Reply::Operated(Ok(sequence)))
        }
    }
}

enum Change {
    Needed,
    None,
}

fn judge(state: &State, actor: &str, code: ClearingCode, operation: &Operation) -> Result<Change, OperationRefusal> {
    if !is_name(actor) {
        return Err(OperationRefusal::Malformed);
    }
    if let Operation::Add(particulars) = operation {
        let same = |known: &Participant| {
            (&known.bic, &known.name_zh, &known.name_en)
                == (&particulars.bic, &particulars.name_zh, &particulars.name_en)
        };
        return match state.participant(code) {
            _ if !particulars.are_well_formed() || code == ClearingCode::SWITCH => Err(OperationRefusal::Malformed),
            None => Ok(Change::Needed),
            Some(known) if same(known) => Ok(Change::None),
            Some(_) => Err(OperationRefusal::ClearingCodeTaken),
        };
    }
    let participant = state.participant(code).ok_or(OperationRefusal::UnknownParticipant)?;
    let unless = |already: bool| Ok(if already { Change::None } else { Change::Needed });
    match operation {
        Operation::Add(_) => Ok(Change::None),
        Operation::SetNetDebitCap(currency, cap) => new_cap(state, state.position(code, *currency), *currency, *cap),
        Operation::SetLimits(_, limits) if !limits.are_well_formed() => Err(OperationRefusal::OutOfRange),
        Operation::SetLimits(currency, limits) => unless(state.position(code, *currency).limits == *limits),
        Operation::Suspend | Operation::Block | Operation::Resume => {
            unless(operation.standing() == Some(participant.standing))
        }
        Operation::GoOffline => unless(participant.is_offline),
        Operation::ComeOnline => unless(!participant.is_offline),
        Operation::SetAppLink(link) => unless(participant.app_link == *link),
        Operation::AddCertificate(thumbprint) => match state.certificates.get(thumbprint) {
            None => Ok(Change::Needed),
            Some(known) if known.participant == code && known.revoked.is_none() => Ok(Change::None),
            Some(_) => Err(OperationRefusal::CertificateTaken),
        },
        Operation::RevokeCertificate(thumbprint) => match state.certificates.get(thumbprint) {
            Some(known) if known.participant == code => unless(known.revoked.is_some()),
            _ => Err(OperationRefusal::UnknownCertificate),
        },
    }
}

fn new_cap(state: &State, now: Position, currency: Currency, cap: i64) -> Result<Change, OperationRefusal> {
    if cap < 0 {
        return Err(OperationRefusal::OutOfRange);
    }
    if cap == now.net_debit_cap {
        return Ok(Change::None);
    }
    if now.balance - now.reserved < -cap {
        return Err(OperationRefusal::CapInUse);
    }
    within_ceiling(state, currency, i128::from(cap) - i128::from(now.net_debit_cap)).map(|()| Change::Needed)
}

/// All money of a currency and all its caps stay so small that no sum of positions can overflow.
pub(super) fn within_ceiling(state: &State, currency: Currency, more: i128) -> Result<(), OperationRefusal> {
    let of_currency = state.positions().filter(|(_, of, _)| *of == currency);
    let held: i128 = of_currency.map(|(_, _, p)| i128::from(p.balance) + i128::from(p.net_debit_cap)).sum();
    if held + more > i128::from(Position::CEILING) { Err(OperationRefusal::OutOfRange) } else { Ok(()) }
}
