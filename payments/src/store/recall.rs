//! Payments that memory has forgotten and a batch refers to: repetitions, and answers to what is final. Most
//! batches refer to none, so this first asks for sequence numbers only, by index, in one statement.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Integer, SmallInt, Text};
use store::{Conn, Timestamp, on_db};

use super::after_settlement;
use super::columns::RecordColumns;
use super::memory::with_outcomes;
use super::schema::payment;
use crate::clearing::{BusinessDay, Command, State};
use crate::error::Error;
use crate::participant::ClearingCode;

/// What is looked for: the ids and UETRs of commands that memory does not know.
struct Asked<'a> {
    /// An id is an id for two business days, so each is asked for twice.
    business_days: Vec<BusinessDay>,
    debtor_agents: Vec<ClearingCode>,
    transaction_ids: Vec<&'a str>,
    uetrs: Vec<&'a [u8]>,
}

/// Takes the payments into `state` that `commands` refer to and that it does not hold.
///
/// # Errors
/// [`Error::HeadMoved`] when one of them is newer than the state: another gateway has recorded it.
pub(super) fn recall(
    conn: &mut Conn<'_>,
    state: &mut State,
    commands: &[Command],
    now: Timestamp,
) -> Result<(), Error> {
    after_settlement::recall(conn, state, commands)?;
    let today = BusinessDay::of(state.clock(now));
    let asked = Asked::by(commands, state, today);
    let mut sequences = match conn {
        Conn::Postgres(c) => asked.load(*c)?,
        Conn::Sqlite(c) => asked.one_by_one(c)?,
    };
    if sequences.is_empty() {
        return Ok(());
    }
    sequences.sort_unstable();
    sequences.dedup();
    // The first payment with a UETR owns it, so they come in the order of the log.
    let found: Vec<RecordColumns> = on_db!(conn, c => payment::table
        .filter(payment::seq.eq_any(&sequences))
        .order(payment::seq)
        .select(RecordColumns::as_select())
        .load(c))?;
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
    fn by(commands: &'a [Command], state: &State, today: BusinessDay) -> Self {
        let mut asked = Self {
            business_days: Vec::new(),
            debtor_agents: Vec::new(),
            transaction_ids: Vec::new(),
            uetrs: Vec::new(),
        };
        for command in commands {
            match command {
                Command::Reserve { transfer, .. } => {
                    asked.id(state, today, transfer.debtor_agent, &transfer.transaction_id);
                    asked.uetr(state, &transfer.uetr);
                }
                Command::Enquire { debtor_agent, transaction_id } => {
                    asked.id(state, today, *debtor_agent, transaction_id);
                }
                Command::Answer { answer, .. } => asked.uetr(state, &answer.original_uetr),
                Command::Return { request, .. } => asked.uetr(state, &request.original_uetr),
                Command::Recall { request, .. } => asked.uetr(state, &request.original_uetr),
                Command::AnswerRecall { answer, .. } => asked.uetr(state, &answer.original_uetr),
                Command::EnquireByUetr { original_uetr, .. } => asked.uetr(state, original_uetr),
                Command::TimeOut { .. } | Command::WatchLiquidity { .. } | Command::Operate { .. } => {}
            }
        }
        asked
    }

    fn id(&mut self, state: &State, today: BusinessDay, agent: ClearingCode, transaction_id: &'a str) {
        if state.payment_by_transaction_id(agent, transaction_id).is_none() {
            for day in [today, today.previous()] {
                self.business_days.push(day);
                self.debtor_agents.push(agent);
                self.transaction_ids.push(transaction_id);
            }
        }
    }

    fn uetr(&mut self, state: &State, uetr: &'a uuid::Uuid) {
        if state.payment_by_uetr(*uetr).is_none() {
            self.uetrs.push(uetr.as_bytes());
        }
    }

    /// In SQLite a statement costs no journey, and a short one is prepared once.
    fn one_by_one(&self, conn: &mut SqliteConnection) -> Result<Vec<i64>, Error> {
        let mut found = Vec::new();
        let ids = self.business_days.iter().zip(&self.debtor_agents).zip(&self.transaction_ids);
        for ((day, agent), id) in ids {
            let same = payment::table
                .filter(payment::business_day.eq(day))
                .filter(payment::debtor_agent.eq(agent))
                .filter(payment::transaction_id.eq(id));
            found.extend(same.select(payment::seq).first::<i64>(conn).optional()?);
        }
        for uetr in &self.uetrs {
            found.extend(payment::table.filter(payment::uetr.eq(uetr)).select(payment::seq).load::<i64>(conn)?);
        }
        Ok(found)
    }
}

impl QueryId for Asked<'_> {
    type QueryId = Asked<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Asked<'_> {
    type SqlType = BigInt;
}

impl QueryFragment<Pg> for Asked<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // A join with one list of whole keys: of days and ids apart, the planner would look for the ids first,
        // and without its first column an index has to be read from end to end.
        out.push_sql("SELECT payment.seq FROM unnest(");
        out.push_bind_param::<Array<Integer>, _>(&self.business_days)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SmallInt>, _>(&self.debtor_agents)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.transaction_ids)?;
        out.push_sql(") asked (business_day, debtor_agent, transaction_id) ");
        out.push_sql("JOIN payment USING (business_day, debtor_agent, transaction_id) UNION ALL ");
        out.push_sql("SELECT payment.seq FROM unnest(");
        out.push_bind_param::<Array<Binary>, _>(&self.uetrs)?;
        out.push_sql(") asked (uetr) JOIN payment USING (uetr)");
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Asked<'_> {}
