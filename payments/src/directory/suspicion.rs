//! What a payer's bank is told with a look-up: the alerts in force, and how often there was fraud.
//!
//! Alerts are about a proxy, an account or a name ([`Alert`](super::Alert)). With them come counters: how many frauds banks
//! agreed on for this proxy, this owner and this account in the last 3, 30 and 180 days, rounded down, so that they say
//! how bad it is and not whether one certain report was made.

use std::fmt;

use serde::Serialize;
use store::Timestamp;

use super::alert::{AlertEffect, AlertReason, SuspectedName};
use super::{AccountNumber, OwnerKey, Proxy};
use crate::participant::ClearingCode;

/// What an alert or a fraud is about.
#[derive(Clone, PartialEq, Eq)]
pub enum Subject {
    /// A number or address.
    Proxy(Proxy),
    /// An account at a participant.
    Account(ClearingCode, AccountNumber),
    /// An owner's name, in either script.
    Name(SuspectedName),
    /// An owner, wherever they bank.
    Owner(OwnerKey),
}

impl Subject {
    /// The word of the API.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Proxy(_) => "proxy",
            Self::Account(..) => "account",
            Self::Name(_) => "name",
            Self::Owner(_) => "owner",
        }
    }

    /// What is hashed, in parts.
    pub(crate) fn parts(&self) -> Vec<Vec<u8>> {
        let kind = self.kind().as_bytes().to_vec();
        match self {
            Self::Proxy(proxy) => vec![kind, proxy.kind().code().into(), proxy.value().into()],
            Self::Account(code, number) => {
                let bare: String = number.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
                vec![kind, code.number().to_be_bytes().into(), bare.to_ascii_uppercase().into()]
            }
            Self::Name(name) => vec![kind, name.bare().into()],
            Self::Owner(key) => vec![kind, key.as_bytes().into()],
        }
    }
}

/// Says the kind only.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({})", self.kind())
    }
}

/// What a payer's bank is told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// What it does.
    pub effect: AlertEffect,
    /// What is suspected: `proxy`, `account` or `name`.
    pub subject: &'static str,
    /// Why.
    pub reason: AlertReason,
    /// Whether the police raised it; otherwise a participant did, and it is not said which.
    pub police: bool,
}

/// An alert in force, as look-ups go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InForce {
    /// What it does.
    pub(crate) effect: AlertEffect,
    /// Why.
    pub(crate) reason: AlertReason,
    /// Whether the police raised it.
    pub(crate) police: bool,
    /// When it ends by itself.
    pub(crate) expires: Timestamp,
}

/// What a payer's bank is told of these alerts on `subject`: each kind once, the gravest first, none that has expired.
pub(crate) fn warnings(subject: &'static str, alerts: &[InForce], now: Timestamp) -> Vec<Warning> {
    let in_force = alerts.iter().filter(|alert| now < alert.expires);
    let mut told: Vec<Warning> = in_force
        .map(|alert| Warning { effect: alert.effect, subject, reason: alert.reason, police: alert.police })
        .collect();
    told.sort_by(|a, b| b.effect.cmp(&a.effect).then(a.cmp(b)));
    told.dedup();
    told
}

/// What the gravest of these alerts does; nothing when none is in force.
pub(crate) fn gravest(alerts: &[InForce], now: Timestamp) -> Option<AlertEffect> {
    alerts.iter().filter(|alert| now < alert.expires).map(|alert| alert.effect).max()
}

/// The last days that are counted over.
pub(crate) const WINDOWS: [i32; 3] = [3, 30, 180];

/// How many frauds in the last 3, 30 and 180 days, rounded down to 0, 1, 5, 10, 50, 100, 500 and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FraudCounters {
    /// In the last 3 days.
    pub days_3: u64,
    /// In the last 30 days.
    pub days_30: u64,
    /// In the last 180 days.
    pub days_180: u64,
}

impl FraudCounters {
    /// Counts the days on which frauds were agreed on. Days are counted from 1970-01-01.
    pub fn of(days: &[i32], today: i32) -> Self {
        let within = |window: i32| {
            let count = days.iter().filter(|day| **day <= today && today.saturating_sub(**day) < window).count();
            rounded(u64::try_from(count).unwrap_or(u64::MAX))
        };
        let [days_3, days_30, days_180] = WINDOWS.map(within);
        Self { days_3, days_30, days_180 }
    }
}

/// The largest of 0, 1, 5, 10, 50, 100, 500 … that is not above `count`.
fn rounded(count: u64) -> u64 {
    let mut step = 1;
    if count == 0 {
        return 0;
    }
    while let Some(next) = u64::checked_mul(step, 10).filter(|next| *next <= count) {
        step = next;
    }
    if count / 5 >= step { step * 5 } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn alert(effect: AlertEffect, expires: Timestamp) -> InForce {
        InForce { effect, reason: AlertReason::Scam, police: effect == AlertEffect::Refuse, expires }
    }

    #[test]
    fn counts_are_rounded_down_to_one_and_five() {
        for (count, shown) in [
            (0, 0),
            (1, 1),
            (4, 1),
            (5, 5),
            (9, 5),
            (10, 10),
            (49, 10),
            (50, 50),
            (99, 50),
            (100, 100),
            (4_999, 1_000),
            (5_000, 5_000),
            (u64::MAX, 10_000_000_000_000_000_000),
        ] {
            assert_eq!(rounded(count), shown, "{count}");
        }
    }

    #[test]
    fn frauds_are_counted_over_3_30_and_180_days() {
        let days = [100, 99, 98, 97, 96, 71, 70, 20, -79, -80, 101];
        let counters = FraudCounters::of(&days, 100);
        assert_eq!((counters.days_3, counters.days_30, counters.days_180), (1, 5, 5), "of 3, 6 and 9");
    }

    #[test]
    fn a_warning_ends_with_its_alert_and_the_gravest_comes_first() {
        let (soon, later) = (NOW + std::time::Duration::from_secs(1), NOW + std::time::Duration::from_secs(9));
        let alerts =
            [alert(AlertEffect::Warn, later), alert(AlertEffect::Refuse, soon), alert(AlertEffect::Warn, later)];
        let told = warnings("proxy", &alerts, NOW);
        assert_eq!(
            told.iter().map(|warning| warning.effect).collect::<Vec<_>>(),
            [AlertEffect::Refuse, AlertEffect::Warn]
        );
        let effects = [NOW, soon, later].map(|now| gravest(&alerts, now));
        assert_eq!(effects, [Some(AlertEffect::Refuse), Some(AlertEffect::Warn), None]);
        assert_eq!(warnings("proxy", &alerts, later), []);
    }

    #[test]
    fn a_subject_is_the_same_however_it_is_written() {
        let account =
            |text: &str| Subject::Account("012".parse().unwrap(), AccountNumber::parse(text).unwrap()).parts();
        assert_eq!(account("012-345678-001"), account("012 345678 001"));
        let suspected = |text: &str| Subject::Name(SuspectedName::parse(text).unwrap());
        let name = |text: &str| suspected(text).parts();
        assert_eq!(name("CHAN, Tai-Man"), name("Chan Tai Man"));
        assert_ne!(name("陳大文"), name("陳大明"));
        assert_eq!(format!("{:?}", suspected("陳大文")), "Subject(name)");
    }

    proptest! {
        #[test]
        fn a_rounded_count_is_never_more_and_never_less_than_a_fifth(count: u64) {
            let shown = rounded(count);
            prop_assert!(shown <= count);
            prop_assert!(count / 5 <= shown);
        }
    }
}
