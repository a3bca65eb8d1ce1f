//! Alerts: what participants and the police suspect, and how far the word of each goes.
//!
//! An alert is about a proxy, an account or a name. What a participant suspects **warns**: the payer's bank is told with
//! the look-up and decides with its customer, and of a payment both banks are told. What the operator enters for the
//! police may also **refuse**: payments to it are not taken (`FRAD`). Every alert says who raised it, why, and when it ends by itself.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::suspicion::Subject;
use crate::participant::ClearingCode;

/// The longest that a participant's alert stands without being raised again.
const LONGEST: Duration = Duration::from_hours(24 * 180);

store::identifier! {
    /// One alert.
    pub struct AlertId;
}

/// Why somebody is suspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertReason {
    /// Money is asked for by a trick.
    Scam,
    /// Whoever owns it lends it to others.
    MuleAccount,
    /// It was taken over, or opened under a false name.
    Impersonation,
    /// Anything else.
    Other,
}

impl AlertReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Scam, Self::MuleAccount, Self::Impersonation, Self::Other];

    /// The number in the database. One once given stays.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Scam => 1,
            Self::MuleAccount => 2,
            Self::Impersonation => 3,
            Self::Other => 4,
        }
    }

    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.number() == number)
    }
}

/// What an alert does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertEffect {
    /// The payer's bank is told, and payments are marked.
    Warn,
    /// Payments are refused besides.
    Refuse,
}

/// An alert that is to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What is suspected.
    pub subject: Subject,
    /// Why.
    pub reason: AlertReason,
    /// What it does.
    pub effect: AlertEffect,
    /// When it ends by itself.
    pub expires: Timestamp,
}

/// Who raises an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raiser {
    /// A participant.
    Participant(ClearingCode),
    /// An operator of the switch, for the police.
    Police {
        /// The operator.
        actor: String,
    },
}

impl Raiser {
    /// Under which clearing code the alert stands: the police's stand under the switch's.
    pub(crate) const fn code(&self) -> ClearingCode {
        match self {
            Self::Participant(code) => *code,
            Self::Police { .. } => ClearingCode::SWITCH,
        }
    }

    /// The operator, when there was one.
    pub(crate) fn actor(&self) -> Option<&str> {
        match self {
            Self::Participant(_) => None,
            Self::Police { actor } => Some(actor),
        }
    }
}

/// Why an alert is not raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlertRefusal {
    /// Only the police have payments refused; a participant warns.
    #[error("a participant's alert warns; only the police have payments refused")]
    OnlyPoliceRefuse,
    /// It would have ended before it began.
    #[error("an alert ends in the future")]
    Ended,
    /// A participant's suspicion is confirmed anew from time to time.
    #[error("a participant's alert ends within 180 days")]
    TooLong,
}

impl Alert {
    /// Whether `raiser` may raise it.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, raiser: &Raiser, now: Timestamp) -> Result<(), AlertRefusal> {
        if self.expires <= now {
            return Err(AlertRefusal::Ended);
        }
        if matches!(raiser, Raiser::Participant(_)) {
            if self.effect == AlertEffect::Refuse {
                return Err(AlertRefusal::OnlyPoliceRefuse);
            }
            if self.expires > now + LONGEST {
                return Err(AlertRefusal::TooLong);
            }
        }
        Ok(())
    }
}

/// A name that is suspected, in either script: 2 to 140 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct SuspectedName(String);

/// The text is no name to suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 2 to 140 characters, letters among them")]
pub struct NotASuspectedName;

impl SuspectedName {
    /// Reads a name. One without letters would be compared as the name of everybody who has none.
    ///
    /// # Errors
    /// [`NotASuspectedName`].
    pub fn parse(text: &str) -> Result<Self, NotASuspectedName> {
        let valid = (2..=140).contains(&text.chars().count()) && text.chars().any(char::is_alphabetic);
        if valid { Ok(Self(text.to_owned())) } else { Err(NotASuspectedName) }
    }

    /// As names are compared: without blanks, marks and capitals.
    pub(super) fn bare(&self) -> String {
        self.0.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }
}

/// Never shown.
impl fmt::Debug for SuspectedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SuspectedName")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn alert(effect: AlertEffect, expires: Timestamp) -> Alert {
        let subject = Subject::Name(SuspectedName::parse("陳大文").unwrap());
        Alert { subject, reason: AlertReason::Scam, effect, expires }
    }

    #[test]
    fn a_participant_warns_for_180_days_at_most_and_the_police_refuse_for_as_long_as_they_say() {
        use AlertEffect::{Refuse, Warn};
        let bank = Raiser::Participant("012".parse().unwrap());
        let police = Raiser::Police { actor: "operator ho".to_owned() };
        let (moment, years) = (Duration::from_micros(1), LONGEST * 20);
        for (raiser, effect, expires, expected) in [
            (&bank, Warn, NOW + moment, Ok(())),
            (&bank, Warn, NOW + LONGEST, Ok(())),
            (&bank, Warn, NOW + LONGEST + moment, Err(AlertRefusal::TooLong)),
            (&bank, Warn, NOW, Err(AlertRefusal::Ended)),
            (&bank, Refuse, NOW + moment, Err(AlertRefusal::OnlyPoliceRefuse)),
            (&police, Refuse, NOW + years, Ok(())),
            (&police, Warn, NOW, Err(AlertRefusal::Ended)),
        ] {
            assert_eq!(alert(effect, expires).check(raiser, NOW), expected, "{raiser:?} {effect:?}");
        }
    }

    #[test]
    fn a_name_to_suspect_has_letters_and_is_never_printed() {
        for good in ["陳文", "Al", "O'Neill 3rd"] {
            assert!(SuspectedName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "陳", "--", "12", &"a".repeat(141)] {
            assert_eq!(SuspectedName::parse(bad), Err(NotASuspectedName), "{bad}");
        }
        assert!(!format!("{:?}", alert(AlertEffect::Warn, NOW)).contains('陳'));
    }
}
