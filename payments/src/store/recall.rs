//! Payments that memory has forgotten and a batch refers to: repetitions, and answers to what is final.

use std::collections::BTreeSet;

use store::Conn;
use uuid::Uuid;

use super::columns::RecordColumns;
use super::ids::Ids;
use super::memory::with_outcomes;
use super::recent::Recent;
use super::{after_settlement, days, history, keys};
use crate::clearing::{BusinessDay, Command, SearchKey, State};
use crate::error::Error;
use crate::participant::ClearingCode;

/// What has to be looked up: ids and UETRs of commands that memory does not hold and that may have been used.
#[derive(Debug, Clone, Default)]
pub(super) struct LookUps {
    /// Ids, which are ids for two business days.
    ids: BTreeSet<(ClearingCode, String)>,
    /// UETRs of new payments, which must differ from those of two business days.
    new_uetrs: BTreeSet<Uuid>,
    /// UETRs of payments of any time.
    uetrs: BTreeSet<Uuid>,
}

impl LookUps {
    pub(super) fn by(commands: &[Command], state: &State, known: &mut Ids) -> Self {
        let mut asked = Self::default();
        for command in commands {
            match command {
                Command::Reserve { transfer, .. } => {
                    asked.id(state, known, transfer.debtor_agent, &transfer.transaction_id);
                    let unseen = state.payment_by_uetr(transfer.uetr).is_none();
                    if unseen && !known.is_new(SearchKey::uetr(&transfer.uetr)) {
                        asked.new_uetrs.insert(transfer.uetr);
                    }
                }
                Command::Enquire { debtor_agent, transaction_id } => {
                    asked.id(state, known, *debtor_agent, transaction_id);
                }
                Command::Answer { answer, .. } => asked.uetr(state, answer.original_uetr),
                Command::Return { request, .. } => asked.uetr(state, request.original_uetr),
                Command::Recall { request, .. } => asked.uetr(state, request.original_uetr),
                Command::AnswerRecall { answer, .. } => asked.uetr(state, answer.original_uetr),
                Command::EnquireByUetr { original_uetr, .. } => asked.uetr(state, *original_uetr),
                Command::TimeOut { .. }
                | Command::CutOver
                | Command::WatchLiquidity { .. }
                | Command::Propose { .. }
                | Command::DecideProposal { .. }
                | Command::Operate { .. } => {}
            }
        }
        asked
    }

    /// Takes out what memory holds by now.
    pub(super) fn forget_known(&mut self, state: &State) {
        self.ids.retain(|(agent, id)| state.payment_by_transaction_id(*agent, id).is_none());
        self.new_uetrs.retain(|uetr| state.payment_by_uetr(*uetr).is_none());
        self.uetrs.retain(|uetr| state.payment_by_uetr(*uetr).is_none());
    }

    /// Whether nothing has to be looked up.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.new_uetrs.is_empty() && self.uetrs.is_empty()
    }

    /// Whether only ids of payments are asked for that are mostly new.
    pub(super) fn is_of_new_payments(&self) -> bool {
        self.uetrs.is_empty()
    }

    /// Whether the log holds nothing of what is asked for.
    pub(super) fn finds_nothing(
        &self,
        conn: &mut Conn<'_>,
        recent: &Recent,
        today: BusinessDay,
    ) -> Result<bool, Error> {
        Ok(self.records(conn, recent, today.previous())?.is_empty())
    }

    /// What the log holds of it, in no order.
    fn records(
        &self,
        conn: &mut Conn<'_>,
        recent: &Recent,
        yesterday: BusinessDay,
    ) -> Result<Vec<RecordColumns>, Error> {
        let mut sequences = self.of_any_time(conn, recent)?;
        sequences.extend(self.of_two_days(conn, recent, yesterday)?);
        let mut found = history::records(conn, &sequences.into_iter().collect::<Vec<_>>())?;
        found.retain(|columns| self.wants(columns, yesterday));
        Ok(found)
    }

    fn id(&mut self, state: &State, known: &mut Ids, agent: ClearingCode, transaction_id: &str) {
        let unseen = state.payment_by_transaction_id(agent, transaction_id).is_none();
        if unseen && !known.is_new(SearchKey::transaction_id(agent, transaction_id)) {
            self.ids.insert((agent, transaction_id.to_owned()));
        }
    }

    fn uetr(&mut self, state: &State, uetr: Uuid) {
        if state.payment_by_uetr(uetr).is_none() {
            self.uetrs.insert(uetr);
        }
    }

    fn of_any_time(&self, conn: &mut Conn<'_>, recent: &Recent) -> Result<BTreeSet<i64>, Error> {
        let asked: Vec<SearchKey> = self.uetrs.iter().map(SearchKey::uetr).collect();
        Ok(keys::find(conn, recent, &asked, 1)?.into_iter().collect())
    }

    fn of_two_days(&self, conn: &mut Conn<'_>, recent: &Recent, yesterday: BusinessDay) -> Result<Vec<i64>, Error> {
        let ids = self.ids.iter().map(|(agent, id)| SearchKey::transaction_id(*agent, id));
        let asked: Vec<SearchKey> = ids.chain(self.new_uetrs.iter().map(SearchKey::uetr)).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        match days::first_row_since(conn, yesterday)? {
            Some(first) => keys::find(conn, recent, &asked, first),
            None => Ok(Vec::new()),
        }
    }

    /// Whether this is what was asked for, rather than something that shares a hash or is too old.
    fn wants(&self, columns: &RecordColumns, yesterday: BusinessDay) -> bool {
        let has = |uetrs: &BTreeSet<Uuid>| Uuid::from_slice(&columns.uetr).is_ok_and(|uetr| uetrs.contains(&uetr));
        let has_id = || self.ids.contains(&(columns.debtor_agent, columns.transaction_id.clone()));
        has(&self.uetrs) || (columns.business_day >= yesterday && (has(&self.new_uetrs) || has_id()))
    }
}

/// Takes the payments into `state` that `commands` ask for. `today` is the business day in which they are decided.
///
/// # Errors
/// [`Error::HeadMoved`] when one of them is newer than the state: another gateway has recorded it.
pub(super) fn recall(
    conn: &mut Conn<'_>,
    state: &mut State,
    commands: &[Command],
    (asked, recent): (&LookUps, &Recent),
    today: BusinessDay,
) -> Result<(), Error> {
    after_settlement::recall(conn, state, commands)?;
    if asked.is_empty() {
        return Ok(());
    }
    let mut found = asked.records(conn, recent, today.previous())?;
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
