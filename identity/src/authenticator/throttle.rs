//! How many passwords may be tried, by account and by address. Pure.
//!
//! Guessing is slowed down wherever it comes from, and the rightful owner is not locked out by it: where an account has
//! been signed in to before, only the attempts from there count against it, and a passkey always works.

use std::time::Duration;

use store::Timestamp;

/// Attempts are counted for this long from the first.
pub(crate) const WINDOW: Duration = Duration::from_mins(15);

/// An address from which an account was signed in to is remembered for this long.
pub(crate) const TRUSTED_FOR: Duration = Duration::from_hours(30 * 24);

/// Attempts on one account from one address.
const AT_ACCOUNT_FROM_ADDRESS: u32 = 5;
/// Attempts from one address, on whatever account.
const FROM_ADDRESS: u32 = 50;
/// Attempts on one account, from wherever it was not signed in to before.
const AT_ACCOUNT: u32 = 20;

/// What was counted under one heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) attempts: u32,
    /// When the first of these was.
    pub(crate) since: Timestamp,
    /// Until when this is an address from which this account was signed in to.
    pub(crate) trusted_until: Option<Timestamp>,
}

impl Tally {
    /// Nothing yet.
    pub(crate) const fn empty(now: Timestamp) -> Self {
        Self { attempts: 0, since: now, trusted_until: None }
    }

    /// The same as it counts now: attempts long ago do not.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        if now >= self.since + WINDOW { Self { attempts: 0, since: now, ..self } } else { self }
    }

    fn wait(self, most: u32) -> Option<Timestamp> {
        (self.attempts >= most).then(|| self.since + WINDOW)
    }
}

/// What is counted about one attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tallies {
    pub(crate) account: Tally,
    pub(crate) address: Tally,
    pub(crate) account_from_address: Tally,
}

impl Tallies {
    /// Until when the attempt has to wait, if it has to. All tallies are as they count now.
    pub(crate) fn wait(&self, now: Timestamp) -> Option<Timestamp> {
        let here = self.account_from_address;
        let is_trusted = here.trusted_until.is_some_and(|until| now < until);
        here.wait(AT_ACCOUNT_FROM_ADDRESS)
            .or_else(|| self.address.wait(FROM_ADDRESS).filter(|_| !is_trusted))
            .or_else(|| self.account.wait(AT_ACCOUNT).filter(|_| !is_trusted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    fn tally(attempts: u32) -> Tally {
        Tally { attempts, ..Tally::empty(NOW) }
    }

    fn tallies(account: u32, address: u32, here: u32) -> Tallies {
        Tallies { account: tally(account), address: tally(address), account_from_address: tally(here) }
    }

    #[test]
    fn each_limit_makes_wait_until_its_window_is_over() {
        assert_eq!(tallies(19, 49, 4).wait(NOW), None);
        for over in [tallies(20, 0, 0), tallies(0, 50, 0), tallies(0, 0, 5)] {
            assert_eq!(over.wait(NOW), Some(NOW + WINDOW));
        }
        assert_eq!(tally(5).at(NOW + WINDOW), Tally::empty(NOW + WINDOW));
        assert_eq!(tally(5).at(NOW + WINDOW - Duration::from_secs(1)), tally(5));
    }

    #[test]
    fn strangers_do_not_lock_the_owner_out_where_they_signed_in_before() {
        let mut owner = tallies(1_000, 1_000, 4);
        owner.account_from_address.trusted_until = Some(NOW + TRUSTED_FOR);
        assert_eq!(owner.wait(NOW), None);
        assert!(owner.wait(NOW + TRUSTED_FOR).is_some(), "not for ever");
        owner.account_from_address.attempts = 5;
        assert!(owner.wait(NOW).is_some(), "and not without end");
    }
}
