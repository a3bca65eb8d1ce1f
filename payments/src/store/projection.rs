//! What follows from the log and is written with every batch, so that a start need not replay history:
//! positions, participants, their certificates, proposals, and what is owed.

use std::collections::BTreeSet;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::arrays::Now;
use super::columns::{currency, currency_column};
use super::request_to_pay::payment::Turn;
use super::schema::{participant, participant_certificate, position};
use super::turnover::TurnoverColumns;
use super::{arrays, closed_days, obligations, proposals, request_to_pay};
use crate::clearing::{
    BusinessDay, Certificate, Ending, Event, EventRow, Limits, Obligation, Operation, Position, Proposal, Row, Sent,
    State, Turnover,
};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::{ClearingCode, Participant, Standing, Thumbprint};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = position, primary_key(participant, currency), treat_none_as_null = true)]
struct PositionColumns {
    participant: ClearingCode,
    currency: i16,
    balance: i64,
    reserved: i64,
    net_debit_cap: i64,
    payment_maximum: Option<i64>,
    daily_maximum: Option<i64>,
    low_liquidity: Option<i64>,
    sent_day: BusinessDay,
    sent: i64,
    is_low: bool,
    #[diesel(embed)]
    turnover: TurnoverColumns,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = participant, primary_key(clearing_code), treat_none_as_null = true)]
struct ParticipantColumns {
    clearing_code: ClearingCode,
    bic: Option<String>,
    name_zh: String,
    name_en: String,
    suspended: bool,
    added: Timestamp,
    blocked: bool,
    is_offline: bool,
    app_link: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = participant_certificate, primary_key(thumbprint), treat_none_as_null = true)]
struct CertificateColumns {
    thumbprint: Vec<u8>,
    participant: ClearingCode,
    added: Timestamp,
    revoked: Option<Timestamp>,
}

/// What rows changed, as it is after them.
#[derive(Clone)]
pub(super) struct Changed {
    participants: Vec<Participant>,
    certificates: Vec<(Thumbprint, Certificate)>,
    positions: Vec<Now>,
    proposals: Vec<Proposal>,
    /// Payments for which something may have been owed, and what is owed for them now.
    settled: BTreeSet<i64>,
    obligations: Vec<Obligation>,
    /// Ends of business days.
    cut_overs: Vec<EventRow>,
    /// What payments did to requests to pay, in the order of the log.
    requests: Vec<Turn>,
}

impl Changed {
    /// What `rows` touched, as it is in `state`, into which they are folded.
    pub(super) fn by(rows: &[Row], state: &State) -> Self {
        let mut touched = Touched::default();
        let mut cut_overs = Vec::new();
        for row in rows {
            touched.by(row, state);
            if let Row::Event(row) = row
                && row.event.as_cut_over().is_some()
            {
                cut_overs.push(row.clone());
            }
        }
        let Touched { participants, certificates, positions, proposals, obligations: settled } = touched;
        let known = |code| state.participant(code).cloned();
        let certificate = |thumbprint| Some((thumbprint, *state.certificates.get(&thumbprint)?));
        let position =
            |(code, currency)| (code, currency, state.position(code, currency), state.turnover(code, currency));
        Self {
            participants: participants.into_iter().filter_map(known).collect(),
            certificates: certificates.into_iter().filter_map(certificate).collect(),
            positions: positions.into_iter().map(position).collect(),
            proposals: proposals.into_iter().filter_map(|id| state.proposal(id).cloned()).collect(),
            obligations: state.obligations().filter(|one| settled.contains(&one.payment)).copied().collect(),
            settled,
            cut_overs,
            requests: rows.iter().filter_map(|row| Turn::by(row, state)).collect(),
        }
    }

    /// The positions that may be written before anything else: of participants that are recorded already.
    pub(super) fn early_positions(&self) -> &[Now] {
        if self.participants.is_empty() { &self.positions } else { &[] }
    }

    /// Writes it all, on PostgreSQL but for [`Self::early_positions`].
    pub(super) fn write(&self, conn: &mut Conn<'_>) -> Result<(), Error> {
        for row in &self.cut_overs {
            if let Some(cut_over) = row.event.as_cut_over() {
                closed_days::close(conn, row, cut_over)?;
            }
        }
        for known in &self.participants {
            write_participant(conn, known)?;
        }
        for (thumbprint, known) in &self.certificates {
            write_certificate(conn, *thumbprint, known)?;
        }
        for known in &self.proposals {
            proposals::write(conn, known)?;
        }
        obligations::write(conn, &self.settled, &self.obligations)?;
        request_to_pay::payment::write(conn, &self.requests)?;
        match conn {
            Conn::Postgres(c) if self.early_positions().is_empty() => arrays::write_positions(c, &self.positions)?,
            Conn::Postgres(_) => {}
            Conn::Sqlite(c) => {
                for (code, currency, now, moved) in &self.positions {
                    write_position(c, *code, *currency, *now, *moved)?;
                }
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Touched {
    participants: BTreeSet<ClearingCode>,
    certificates: BTreeSet<Thumbprint>,
    positions: BTreeSet<(ClearingCode, Currency)>,
    proposals: BTreeSet<i64>,
    /// Payments for which something is owed now, or may have been.
    obligations: BTreeSet<i64>,
}

impl Touched {
    fn by(&mut self, row: &Row, state: &State) {
        match row {
            Row::Payment(row) => {
                // A refusal moves nothing, and its agents may be nobody.
                if row.payment.state == crate::clearing::PaymentState::Reserved {
                    self.positions.insert((row.payment.debtor_agent, row.payment.amount.currency()));
                }
            }
            Row::Outcome(row) => {
                if row.ending == Ending::SettledWithoutPosting {
                    self.obligations.insert(row.payment);
                }
                if let Some(ended) = state.payment(row.payment) {
                    self.positions.insert((ended.debtor_agent, ended.amount.currency()));
                    if ended.state == crate::clearing::PaymentState::Settled {
                        self.positions.insert((ended.creditor_agent, ended.amount.currency()));
                    }
                }
            }
            Row::Event(row) => match &row.event {
                Event::Proposed { .. } => _ = self.proposals.insert(row.sequence),
                Event::ProposalRefused { proposal } => _ = self.proposals.insert(*proposal),
                Event::Moved { amount, proposal, .. } => {
                    self.positions.insert((row.participant, amount.currency()));
                    self.proposals.extend(proposal);
                }
                Event::Operation(Operation::SetNetDebitCap(currency, _) | Operation::SetLimits(currency, _)) => {
                    self.positions.insert((row.participant, *currency));
                }
                Event::Liquidity(turn) => {
                    self.positions.insert((row.participant, turn.currency));
                }
                Event::Operation(
                    Operation::Add(_)
                    | Operation::Suspend
                    | Operation::Block
                    | Operation::Resume
                    | Operation::GoOffline
                    | Operation::ComeOnline
                    | Operation::SetAppLink(_),
                ) => {
                    self.participants.insert(row.participant);
                }
                Event::Operation(Operation::AddCertificate(thumbprint) | Operation::RevokeCertificate(thumbprint)) => {
                    self.certificates.insert(*thumbprint);
                }
                Event::Posted { payment, .. } => _ = self.obligations.insert(*payment),
                Event::Recalled(record) if record.decision.is_some() => _ = self.obligations.insert(record.payment),
                Event::Returned(record) if record.detail.refusal.is_none() => {
                    self.obligations.extend(record.payment);
                    let currency = record.amount.currency();
                    self.positions.insert((row.participant, currency));
                    self.positions.extend(record.receiver.map(|receiver| (receiver, currency)));
                }
                // What moved them begins anew.
                Event::CutOver(_) => self.positions.extend(state.positions().map(|(code, of, _)| (code, of))),
                Event::Returned(_) | Event::Recalled(_) | Event::DuplicateRefused(_) => {}
            },
        }
    }
}

fn write_position(
    conn: &mut SqliteConnection,
    code: ClearingCode,
    of: Currency,
    now: Position,
    moved: Turnover,
) -> Result<(), Error> {
    let columns = PositionColumns {
        participant: code,
        currency: currency_column(of),
        balance: now.balance,
        reserved: now.reserved,
        net_debit_cap: now.net_debit_cap,
        payment_maximum: now.limits.payment_maximum,
        daily_maximum: now.limits.daily_maximum,
        low_liquidity: now.limits.low_liquidity,
        sent_day: now.sent.day,
        sent: now.sent.minor,
        is_low: now.is_low,
        turnover: TurnoverColumns::of(&moved),
    };
    diesel::insert_into(position::table)
        .values(&columns)
        .on_conflict((position::participant, position::currency))
        .do_update()
        .set(&columns)
        .execute(conn)?;
    Ok(())
}

fn write_participant(conn: &mut Conn<'_>, known: &Participant) -> Result<(), Error> {
    let columns = ParticipantColumns {
        clearing_code: known.clearing_code,
        bic: known.bic.clone(),
        name_zh: known.name_zh.clone(),
        name_en: known.name_en.clone(),
        suspended: known.standing == Standing::Suspended,
        added: known.added,
        blocked: known.standing == Standing::Blocked,
        is_offline: known.is_offline,
        app_link: known.app_link.as_ref().map(ToString::to_string),
    };
    on_db!(conn, c => diesel::insert_into(participant::table)
        .values(&columns)
        .on_conflict(participant::clearing_code)
        .do_update()
        .set(&columns)
        .execute(c))?;
    Ok(())
}

fn write_certificate(conn: &mut Conn<'_>, thumbprint: Thumbprint, known: &Certificate) -> Result<(), Error> {
    let columns = CertificateColumns {
        thumbprint: thumbprint.as_bytes().to_vec(),
        participant: known.participant,
        added: known.added,
        revoked: known.revoked,
    };
    on_db!(conn, c => diesel::insert_into(participant_certificate::table)
        .values(&columns)
        .on_conflict(participant_certificate::thumbprint)
        .do_update()
        .set(&columns)
        .execute(c))?;
    Ok(())
}

/// All participants, by clearing code.
pub(super) fn participants(conn: &mut Conn<'_>) -> Result<Vec<Participant>, Error> {
    let found: Vec<ParticipantColumns> = on_db!(conn, c => participant::table
        .order(participant::clearing_code)
        .select(ParticipantColumns::as_select())
        .load(c))?;
    let standing = |columns: &ParticipantColumns| match (columns.blocked, columns.suspended) {
        (true, _) => Standing::Blocked,
        (false, true) => Standing::Suspended,
        (false, false) => Standing::Active,
    };
    let read = |columns: ParticipantColumns| {
        let unreadable = |_| Error::Damaged(format!("participant {}: its app link", columns.clearing_code));
        Ok(Participant {
            standing: standing(&columns),
            clearing_code: columns.clearing_code,
            app_link: columns.app_link.as_deref().map(str::parse).transpose().map_err(unreadable)?,
            bic: columns.bic,
            name_zh: columns.name_zh,
            name_en: columns.name_en,
            is_offline: columns.is_offline,
            added: columns.added,
        })
    };
    found.into_iter().map(read).collect()
}

/// All positions, by participant and currency.
pub(super) fn positions(conn: &mut Conn<'_>) -> Result<Vec<(ClearingCode, Currency, Position)>, Error> {
    let all = positions_and_turnovers(conn)?;
    Ok(all.into_iter().map(|(code, currency, position, _)| (code, currency, position)).collect())
}

/// The same, with what moved them since the day began.
pub(super) fn positions_and_turnovers(
    conn: &mut Conn<'_>,
) -> Result<Vec<(ClearingCode, Currency, Position, Turnover)>, Error> {
    let found: Vec<PositionColumns> = on_db!(conn, c => position::table
        .order((position::participant, position::currency))
        .select(PositionColumns::as_select())
        .load(c))?;
    let read = |columns: PositionColumns| {
        let unreadable = || Error::Damaged(format!("position of {}: its currency", columns.participant));
        let currency = currency(columns.currency).ok_or_else(unreadable)?;
        let PositionColumns { balance, reserved, net_debit_cap, is_low, turnover, .. } = columns;
        let PositionColumns { payment_maximum, daily_maximum, low_liquidity, .. } = columns;
        let limits = Limits { payment_maximum, daily_maximum, low_liquidity };
        let sent = Sent { day: columns.sent_day, minor: columns.sent };
        let position = Position { balance, reserved, net_debit_cap, limits, sent, is_low };
        Ok((columns.participant, currency, position, turnover.turnover()))
    };
    found.into_iter().map(read).collect()
}

/// All certificates that act or acted for a participant.
pub(super) fn certificates(conn: &mut Conn<'_>) -> Result<Vec<(Thumbprint, Certificate)>, Error> {
    let found: Vec<CertificateColumns> =
        on_db!(conn, c => participant_certificate::table.select(CertificateColumns::as_select()).load(c))?;
    let read = |columns: CertificateColumns| {
        let bytes = columns.thumbprint.try_into();
        let bytes = bytes.map_err(|_| Error::Damaged("a certificate's thumbprint".to_owned()))?;
        let CertificateColumns { participant, added, revoked, .. } = columns;
        Ok((Thumbprint::new(bytes), Certificate { participant, added, revoked }))
    };
    found.into_iter().map(read).collect()
}

/// For whom a certificate acts now.
pub(super) fn participant_of(conn: &mut Conn<'_>, thumbprint: &Thumbprint) -> Result<Option<ClearingCode>, Error> {
    Ok(on_db!(conn, c => participant_certificate::table
        .find(thumbprint.as_bytes().as_slice())
        .filter(participant_certificate::revoked.is_null())
        .select(participant_certificate::participant)
        .get_result(c)
        .optional())?)
}
