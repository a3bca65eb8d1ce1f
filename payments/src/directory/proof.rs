//! Proof of possession: a code of six digits is sent to the number or address, and who can say it has it.
//!
//! Codes are few, so guesses are, too: five for each code, five codes a day, one code a minute. Whoever guesses blindly
//! for a whole day finds a code with a chance of one in forty thousand; and nobody can make a stranger's telephone ring
//! more than five times a day.

use std::fmt;
use std::time::Duration;

use store::Timestamp;
use zeroize::Zeroizing;

/// Wrong answers to one code.
pub const TRIES: i16 = 5;
/// Codes to one number or address for one bank, within [`WINDOW`].
const SENDS: i16 = 5;
/// See [`SENDS`].
pub const WINDOW: Duration = Duration::from_hours(24);
/// From one code to the next.
const BETWEEN: Duration = Duration::from_mins(1);
/// How long a code can be answered.
const LASTS: Duration = Duration::from_mins(10);

/// A code of six digits. Never printed.
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// A code out of a random number; each is as likely as the others, but for one part in ten million million.
    pub fn from_random(random: u64) -> Self {
        Self(Zeroizing::new(format!("{:06}", random % 1_000_000)))
    }

    /// Reads what somebody types: six digits, with blanks or without.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
        (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(Self(digits))
    }

    /// The digits, for the message.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode")
    }
}

/// What has been sent to one number or address for one bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// Wrong answers to the latest code.
    pub tries: i16,
    /// Codes since `since`.
    pub sends: i16,
    /// When the count of codes began.
    pub since: Timestamp,
    /// When the latest code was sent.
    pub sent: Timestamp,
    /// Until when it can be answered.
    pub expires: Timestamp,
}

/// No code is sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no more codes are sent there for now")]
pub struct TooManyCodes {
    /// When the next one may be.
    pub until: Timestamp,
}

impl Challenge {
    /// The challenge after one more code.
    ///
    /// # Errors
    /// [`TooManyCodes`] when one was sent less than a minute ago, or five within a day.
    pub fn send(previous: Option<Self>, now: Timestamp) -> Result<Self, TooManyCodes> {
        let running = previous.filter(|before| now < before.since + WINDOW);
        let (sends, since) = running.map_or((0, now), |before| (before.sends, before.since));
        let minute = previous.map(|before| before.sent + BETWEEN);
        let window = (sends >= SENDS).then_some(since + WINDOW);
        if let Some(until) = minute.max(window).filter(|until| now < *until) {
            return Err(TooManyCodes { until });
        }
        Ok(Self { tries: 0, sends: sends + 1, since, sent: now, expires: now + LASTS })
    }

    /// What an answer leads to. `right` says whether the code is the one that was sent.
    pub fn answer(self, right: bool, now: Timestamp) -> Answered {
        if self.tries >= TRIES || now >= self.expires {
            return Answered::Spent;
        }
        if right { Answered::Proven } else { Answered::Wrong(Self { tries: self.tries + 1, ..self }) }
    }
}

/// What an answer led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Possession is proven; the code is used up.
    Proven,
    /// Not this code.
    Wrong(Challenge),
    /// The code is too old or was guessed at too often: another must be sent.
    Spent,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    #[test]
    fn a_code_is_six_digits_and_never_shown() {
        assert_eq!(OneTimeCode::from_random(7_000_042).expose(), "000042");
        assert_eq!(OneTimeCode::parse(" 000 042 ").unwrap().expose(), "000042");
        assert!(["", "12345", "1234567", "12345a"].iter().all(|text| OneTimeCode::parse(text).is_none()));
        assert_eq!(format!("{:?}", OneTimeCode::from_random(42)), "OneTimeCode");
    }

    #[test]
    fn five_wrong_answers_or_ten_minutes_spend_a_code() {
        let mut challenge = Challenge::send(None, NOW).unwrap();
        assert_eq!(challenge.answer(true, NOW), Answered::Proven);
        assert_eq!(challenge.answer(true, challenge.expires), Answered::Spent);
        for _ in 0..TRIES {
            let Answered::Wrong(after) = challenge.answer(false, NOW) else { panic!("a try was left") };
            challenge = after;
        }
        assert_eq!(challenge.answer(true, NOW), Answered::Spent, "the right one comes too late");
    }

    proptest! {
        /// Whatever the rhythm: in no day are there more than twice the codes of a window, nor two within a minute.
        #[test]
        fn nobodys_telephone_rings_all_day(gaps in proptest::collection::vec(0..7_200_u64, 1..200)) {
            let (mut now, mut challenge, mut sent) = (NOW, None, Vec::new());
            for gap in gaps {
                now = now + Duration::from_secs(gap);
                match Challenge::send(challenge, now) {
                    Ok(next) => {
                        challenge = Some(next);
                        sent.push(now);
                    }
                    Err(TooManyCodes { until }) => {
                        prop_assert!(until > now);
                        prop_assert!(Challenge::send(challenge, until).is_ok());
                    }
                }
            }
            prop_assert!(sent.windows(2).all(|pair| pair[1].since(pair[0]) >= BETWEEN));
            for first in &sent {
                let day = sent.iter().filter(|at| **at >= *first && **at < *first + WINDOW).count();
                prop_assert!(day <= 2 * usize::try_from(SENDS).unwrap());
            }
        }
    }
}
