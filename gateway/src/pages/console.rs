//! The operator's console: how the switch is doing, in sentences first.

use askama::Template;
use payments::clearing::Owed;
use payments::money::Currency;
use payments::participant::Standing;
use store::Timestamp;

use super::ridge_chart::{Minute, RidgeChart};
use super::{Page, grouped, moment, reason, ridge_chart};

/// The console. It stands at `/`; `?state=…` shows payments in one state, `?cursor=…` older ones, `?id=…` those with an
/// id, `?pause=1` stops it from asking again by itself. Amounts are decimal strings with thousands separated.
#[derive(Debug, Template)]
#[template(path = "console.html")]
pub struct Console {
    /// Its context.
    pub page: Page,
    /// When it was put together.
    pub now: Timestamp,
    /// Whether the sequencer works.
    pub running: bool,
    /// The last 60 minutes, oldest first; the last one is not over.
    pub minutes: Vec<Minute>,
    /// Payments that wait for the creditor agent's answer.
    pub open: u64,
    /// The currency of the positions.
    pub currency: Currency,
    /// What should have been done after settlement by now.
    pub overdue: Vec<Owes>,
    /// Every participant's money.
    pub positions: Vec<Position>,
    /// Whether the books balance.
    pub books: Books,
    /// The business day that has begun, as a date.
    pub today: Option<String>,
    /// The latest business days that have ended, latest first.
    pub days: Vec<Day>,
    /// The latest payments, or those asked for.
    pub payments: Vec<Payment>,
    /// The one state that is shown.
    pub filter: Option<State>,
    /// The id that was searched by.
    pub id: Option<String>,
    /// The cursor of older payments.
    pub older: Option<i64>,
    /// Whether it stands still.
    pub paused: bool,
}

/// A business day that has ended.
#[derive(Debug, Clone)]
pub struct Day {
    /// Its date.
    pub date: String,
    /// When it ended.
    pub ended: Timestamp,
}

/// A participant's money.
#[derive(Debug, Clone)]
pub struct Position {
    /// Clearing code.
    pub clearing_code: String,
    /// Name in Traditional Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Whether it may take part.
    pub standing: Standing,
    /// Whether it does not answer.
    pub offline: bool,
    /// Whether it was told that its liquidity is low.
    pub warned: bool,
    /// What it put in.
    pub funded: String,
    /// What is settled.
    pub balance: String,
    /// Own payments under way.
    pub reserved: String,
    /// What it can still pay.
    pub available: String,
    /// The balance in per cent of what it put in; `None` when it put in nothing.
    pub percent: Option<u16>,
}

/// Below this much of its funding a participant's position is low, in per cent.
const LOW: u16 = 85;
/// A bar that is full stands for this many per cent.
const BAR: u16 = 125;

impl Position {
    fn is_low(&self) -> bool {
        self.warned || self.percent.is_some_and(|percent| percent < LOW)
    }

    /// What keeps it from taking part, in words.
    fn absence(&self, page: &Page) -> Option<&'static str> {
        match self.standing {
            Standing::Suspended => Some(page.say("暫停", "Suspended")),
            Standing::Blocked => Some(page.say("禁制", "Blocked")),
            Standing::Active if self.offline => Some(page.say("離線", "Offline")),
            Standing::Active => None,
        }
    }

    /// The length of the bar, such as `82%`.
    fn bar(&self) -> String {
        format!("{}%", self.percent.unwrap_or(0).min(BAR) * 100 / BAR)
    }
}

/// Whether the books balance: the sum of all balances is the sum of all funding.
#[derive(Debug, Clone)]
pub enum Books {
    /// They do.
    Balanced {
        /// Both sums.
        total: String,
    },
    /// They do not.
    Off {
        /// By how much.
        difference: String,
    },
}

/// Something that a creditor agent owes.
#[derive(Debug, Clone)]
pub struct Owes {
    /// The payment's sequence number.
    pub payment: i64,
    /// What.
    pub owed: Owed,
    /// By whom.
    pub clearing_code: String,
    /// Since when.
    pub since: Timestamp,
}

impl Owes {
    fn what(&self, page: &Page) -> &'static str {
        match self.owed {
            Owed::Return => page.say("答應退款，還未退回", "accepted a recall and has not returned the money"),
            Owed::Posting => page
                .say("接受了付款，還未說明有沒有入賬", "accepted without posting and has not said what became of it"),
        }
    }
}

/// One payment.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Its sequence number.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Who pays: clearing code.
    pub debtor_agent: String,
    /// Who is paid: clearing code.
    pub creditor_agent: String,
    /// How much.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// How far it has come.
    pub state: State,
    /// The reason code of a payment that was not made.
    pub reason: Option<String>,
    /// From recorded to final, in milliseconds.
    pub took_ms: Option<u64>,
    /// Its UETR.
    pub uetr: String,
}

/// How far a payment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for the creditor agent's answer.
    Reserved,
    /// It is final.
    Settled,
    /// It was refused.
    Rejected,
    /// No answer came in time.
    TimedOut,
}

impl State {
    /// Every state, in the order of the filter.
    pub const ALL: [Self; 4] = [Self::Reserved, Self::Settled, Self::Rejected, Self::TimedOut];

    /// Its name in addresses: `reserved`, `settled`, `rejected`, `timed_out`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::TimedOut => "timed_out",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    fn label(self, page: &Page) -> &'static str {
        match self {
            Self::Reserved => page.say("等候回覆", "Waiting"),
            Self::Settled => page.say("已結算", "Settled"),
            Self::Rejected => page.say("拒絕", "Rejected"),
            Self::TimedOut => page.say("逾時", "Timed out"),
        }
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Settled => "ok",
            Self::Reserved | Self::TimedOut => "wait",
            Self::Rejected => "stop",
        }
    }
}

/// The last hour in three figures.
struct LastHour {
    settled: u64,
    not_paid: u64,
    timed_out: u64,
}

impl Console {
    fn chart(&self) -> RidgeChart {
        RidgeChart::new(&self.minutes)
    }

    fn last_hour(&self) -> LastHour {
        let sum = |count: fn(&Minute) -> u64| self.minutes.iter().map(count).sum();
        LastHour {
            settled: sum(|minute| minute.settled),
            not_paid: sum(|minute| minute.rejected),
            timed_out: sum(|minute| minute.timed_out),
        }
    }

    /// Payments of the last minute that is over, or of the current one when there are more already.
    fn per_minute(&self) -> u64 {
        self.minutes.iter().rev().take(2).map(|minute| minute.payments).max().unwrap_or(0)
    }

    /// The participants whose money runs low.
    fn low(&self) -> String {
        let low = self.positions.iter().filter(|position| position.is_low());
        let names: Vec<_> = low.map(|position| self.page.say(&position.name_zh, &position.name_en)).collect();
        names.join(self.page.say("、", ", "))
    }

    fn is_shown(&self, currency: Currency) -> bool {
        self.currency == currency
    }

    /// The address of the list with another filter.
    fn at(&self, filter: Option<State>) -> String {
        match filter {
            None if self.paused => "/?pause=1".to_owned(),
            None => "/".to_owned(),
            Some(state) if self.paused => format!("/?state={}&pause=1", state.as_str()),
            Some(state) => format!("/?state={}", state.as_str()),
        }
    }

    fn at_older(&self, cursor: i64) -> String {
        let separator = if self.filter.is_some() { '&' } else { '?' };
        let from = self.filter.map_or_else(|| "/".to_owned(), |state| format!("/?state={}", state.as_str()));
        format!("{from}{separator}cursor={cursor}&pause=1")
    }

    fn because(&self, code: &str) -> &'static str {
        reason::words(&self.page, code)
    }
}
