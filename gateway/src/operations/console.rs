//! `GET /`: the operator's console, a page over the same numbers as the JSON API.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::clearing::{ClosedDay, Obligation};
use payments::money::Currency;
use payments::participant::ClearingCode;
use payments::{Error, Switch, TrialBalance};
use serde::Deserialize;
use store::Timestamp;

use super::Operations;
use super::search::{self, Found};
use crate::clock;
use crate::error::Problem;
use crate::http::page;
use crate::pages::Page;
use crate::pages::console::{Books, Console, Day, Owes, Payment, Position, State};
use crate::pages::money::decimal;
use crate::pages::ridge_chart::Minute;

/// Payments on one page.
const PAYMENTS: usize = 50;
/// Business days on it.
const DAYS: u16 = 7;
/// So many things that are overdue are shown; all of them are in the JSON API.
const OVERDUE: usize = 20;

/// What of the switch is looked at, and how.
#[derive(Deserialize, Default)]
pub(super) struct Query {
    state: Option<String>,
    currency: Option<String>,
    cursor: Option<i64>,
    pause: Option<String>,
    /// A UETR, a transaction id or an end-to-end id.
    id: Option<String>,
}

/// The console. What the query says that makes no sense is left out: a page is not an API.
pub(super) async fn show(
    request: HttpRequest,
    operations: web::Data<Operations>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, Problem> {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let page = Page { path: query.path(), ..page::context(&request) };
    let console = web::block(move || look(&operations.switch, page, &query, clock::now())).await??;
    Ok(page::render(StatusCode::OK, console.render()))
}

impl Query {
    /// The console's own address, without the choice of language and text size.
    fn path(&self) -> String {
        let cursor = self.cursor.map(|cursor| cursor.to_string());
        let parts = [
            ("state", &self.state),
            ("currency", &self.currency),
            ("cursor", &cursor),
            ("pause", &self.pause),
            ("id", &self.id),
        ];
        let given = parts.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }
}

/// Everything that the console shows, as it is at `now`.
fn look(switch: &Switch, page: Page, query: &Query, now: Timestamp) -> Result<Console, Error> {
    let filter = query.state.as_deref().and_then(State::parse);
    let id = query.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    let Found { payments, older } = match id {
        Some(id) => search::known_as(switch, id, PAYMENTS)?,
        None => search::payments(switch, query.cursor, filter.map(State::as_str), PAYMENTS)?,
    };
    let currency = query.currency.as_deref().and_then(|code| code.parse().ok()).unwrap_or(Currency::Hkd);
    let positions = positions(switch, currency)?;
    let overdue = switch.obligations()?.into_iter().filter(|one| one.is_overdue(now)).take(OVERDUE).map(owes).collect();
    let minute = |minute: payments::Minute| Minute {
        began: minute.began,
        payments: minute.reserved + minute.refused,
        settled: minute.settled,
        rejected: minute.refused + minute.rejected,
        timed_out: minute.timed_out,
    };
    Ok(Console {
        page,
        now,
        running: switch.is_running(),
        minutes: switch.statistics()?.into_iter().map(minute).collect(),
        open: u64::try_from(switch.metrics().open).unwrap_or(u64::MAX),
        currency,
        books: books(&positions, currency),
        positions: positions.into_iter().map(|money| money.row(currency)).collect(),
        overdue,
        today: switch.business_day()?.map(|day| day.to_string()),
        days: switch.closed_days(None, DAYS)?.iter().map(day).collect(),
        payments: payments.iter().map(row).collect(),
        filter,
        older,
        paused: query.pause.is_some() || query.cursor.is_some() || id.is_some(),
        id: id.map(str::to_owned),
    })
}

fn day(of: &ClosedDay) -> Day {
    Day { date: of.business_day.to_string(), ended: of.closed }
}

/// One participant's money.
struct Money {
    participant: payments::participant::Participant,
    funded: i64,
    position: payments::clearing::Position,
}

fn owes(one: Obligation) -> Owes {
    let Obligation { payment, owed, participant, since } = one;
    Owes { payment, owed, clearing_code: participant.to_string(), since }
}

fn positions(switch: &Switch, wanted: Currency) -> Result<Vec<Money>, Error> {
    let TrialBalance { positions, funding } = switch.trial_balance()?;
    let in_currency = |code: ClearingCode, other: ClearingCode, currency| code == other && currency == wanted;
    let money = |participant: payments::participant::Participant| {
        let code = participant.clearing_code;
        let funded = funding.iter().find(|(of, currency, _)| in_currency(code, *of, *currency));
        let position = positions.iter().find(|(of, currency, _)| in_currency(code, *of, *currency));
        Money {
            participant,
            funded: funded.map_or(0, |(.., sum)| *sum),
            position: position.map(|(.., position)| *position).unwrap_or_default(),
        }
    };
    Ok(switch.participants()?.into_iter().map(money).collect())
}

impl Money {
    fn row(self, currency: Currency) -> Position {
        let decimal = |minor| decimal(minor, currency);
        let Self { participant, funded, position } = self;
        let percent = position.balance.saturating_mul(100).checked_div(funded);
        Position {
            clearing_code: participant.clearing_code.to_string(),
            name_zh: participant.name_zh,
            name_en: participant.name_en,
            standing: participant.standing,
            offline: participant.is_offline,
            warned: position.is_low,
            funded: decimal(funded),
            balance: decimal(position.balance),
            reserved: decimal(position.reserved),
            available: decimal(position.available()),
            // Below zero, on the net debit cap, nothing of the funding is left.
            percent: percent.map(|percent| u16::try_from(percent.max(0)).unwrap_or(u16::MAX)),
        }
    }
}

/// Whether all balances add up to all funding. `lionrock audit` looks deeper; this is what fits on every page.
fn books(positions: &[Money], currency: Currency) -> Books {
    let decimal = |minor| decimal(minor, currency);
    let sum = |of: fn(&Money) -> i64| positions.iter().map(of).fold(0_i64, i64::saturating_add);
    let (balances, funded) = (sum(|money| money.position.balance), sum(|money| money.funded));
    if balances == funded {
        Books::Balanced { total: decimal(balances) }
    } else {
        Books::Off { difference: decimal(balances.saturating_sub(funded)) }
    }
}

fn row(payment: &payments::clearing::Payment) -> Payment {
    let took = payment.state_recorded.since(payment.recorded);
    // What is under way has no end, and what was refused at once took no time.
    let ended = payment.state.is_final() && payment.state_sequence != payment.sequence;
    Payment {
        sequence: payment.sequence,
        recorded: payment.recorded,
        debtor_agent: payment.debtor_agent.to_string(),
        creditor_agent: payment.creditor_agent.to_string(),
        amount: decimal(payment.amount.minor(), payment.amount.currency()),
        currency: payment.amount.currency().code().to_owned(),
        state: State::parse(search::name(payment.state)).unwrap_or(State::Reserved),
        reason: search::reason(payment.state),
        took_ms: ended.then(|| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        uetr: payment.uetr.to_string(),
    }
}
