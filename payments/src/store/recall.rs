//! Payments that memory has forgotten and a batch refers to: repetitions, and answers to what is final.

use std::collections::BTreeSet;

use store::Conn;
use uuid::Uuid;

use super::columns::RecordColumns;
use super::memory::with_outcomes;
use super::{after_settlement, days, history, keys};
use crate::clearing::{BusinessDay, Command, SearchKey, State};
use crate::error::Error;
use crate::participant::ClearingCode;

/// What is looked for: the ids and UETRs of commands that memory does not know.
#[derive(Default)]
struct Asked<'a> {
    /// Ids, which are ids for two business days.
    ids: BTreeSet<(ClearingCode, &'a str)>,
    /// UETRs of new payments, which must differ from those of two business days.
    new_uetrs: BTreeSet<Uuid>,
    /// UETRs of payments of any time.
    uetrs: BTreeSet<Uuid>,
}

/// Takes the payments into `state` that `commands` refer to and that it does not hold. `today` is the business day
/// in which they are decided.
///
/// # Errors
/// [`Error::HeadMoved`] when one of them is newer than the state: another gateway has recorded it.
pub(super) fn recall(
    conn: &mut Conn<'_>,
    state: &mut State,
    commands: &[Command],
    today: BusinessDay,
) -> Result<(), Error> {
    after_settlement::recall(conn, state, commands)?;
    let asked = Asked::by(commands, state);
    let yesterday = today.previous();
    let mut sequences = asked.of_any_time(conn)?;
    sequences.extend(asked.of_two_days(conn, yesterday)?);
    let mut found = history::records(conn, &sequences.into_iter().collect::<Vec<_>>())?;
    found.retain(|columns| asked.wants(columns, yesterday));
    found.sort_by_key(RecordColumns::claim);
    for known in with_outcomes(conn, found)? {
        if known.state_sequence > state.sequence() {
            return Err(Error::HeadMoved);
        }
        // One and the same may be asked for by its id and found by its UETR.
        if state.payment(known.sequence).is_none() {
            state.remember(known);
        }
    }
    Ok(())
}

impl<'a> Asked<'a> {
    fn by(commands: &'a [Command], state: &State) -> Self {
        let mut asked = Self::default();
        for command in commands {
            match command {
                Command::Reserve { transfer, .. } => {
                    asked.id(state, transfer.debtor_agent, &transfer.transaction_id);
                    if state.payment_by_uetr(transfer.uetr).is_none() {
                        asked.new_uetrs.insert(transfer.uetr);
                    }
                }
                Command::Enquire { debtor_agent, transaction_id } => asked.id(state, *debtor_agent, transaction_id),
                Command::Answer { answer, .. } => asked.uetr(state, answer.original_uetr),
                Command::Return { request, .. } => asked.uetr(state, request.original_uetr),
                Command::Recall { request, .. } => asked.uetr(state, request.original_uetr),
                Command::AnswerRecall { answer, .. } => asked.uetr(state, answer.original_uetr),
                Command::EnquireByUetr { original_uetr, .. } => asked.uetr(state, *original_uetr),
                Command::TimeOut { .. }
                | Command::CutOver
                | Command::WatchLiquidity { .. }
                | Command::Operate { .. } => {}
            }
        }
        asked
    }

    fn id(&mut self, state: &State, agent: ClearingCode, transaction_id: &'a str) {
        if state.payment_by_transaction_id(agent, transaction_id).is_none() {
            self.ids.insert((agent, transaction_id));
        }
    }

    fn uetr(&mut self, state: &State, uetr: Uuid) {
        if state.payment_by_uetr(uetr).is_none() {
            self.uetrs.insert(uetr);
        }
    }

    fn of_any_time(&self, conn: &mut Conn<'_>) -> Result<BTreeSet<i64>, Error> {
        let asked: Vec<SearchKey> = self.uetrs.iter().map(SearchKey::uetr).collect();
        Ok(keys::find(conn, &asked, 1)?.into_iter().collect())
    }

    fn of_two_days(&self, conn: &mut Conn<'_>, yesterday: BusinessDay) -> Result<Vec<i64>, Error> {
        let ids = self.ids.iter().map(|(agent, id)| SearchKey::transaction_id(*agent, id));
        let asked: Vec<SearchKey> = ids.chain(self.new_uetrs.iter().map(SearchKey::uetr)).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        match days::first_row_since(conn, yesterday)? {
            Some(first) => keys::find(conn, &asked, first),
            None => Ok(Vec::new()),
        }
    }

    /// Whether this is what was asked for, rather than something that shares a hash or is too old.
    fn wants(&self, columns: &RecordColumns, yesterday: BusinessDay) -> bool {
        let has = |uetrs: &BTreeSet<Uuid>| Uuid::from_slice(&columns.uetr).is_ok_and(|uetr| uetrs.contains(&uetr));
        let has_id = || self.ids.contains(&(columns.debtor_agent, columns.transaction_id.as_str()));
        has(&self.uetrs) || (columns.business_day >= yesterday && (has_id() || has(&self.new_uetrs)))
    }
}
