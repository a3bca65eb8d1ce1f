//! What a city decides about its directory.

use std::collections::BTreeSet;
use std::time::Duration;

use super::claim;
use crate::participant::ClearingCode;

/// Whose word counts for a customer's possession of a number or address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asserting {
    /// Every participant's.
    All,
    /// These participants'; the customers of others prove possession.
    Only(BTreeSet<ClearingCode>),
}

/// The settings of the directory's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRules {
    /// Whose word counts for possession.
    pub asserting: Asserting,
    /// How long a claim is open at the most.
    pub time_to_resolve_claims: Duration,
    /// After so many days in which nobody was shown an entry, its owner proves possession again before it is paid: a
    /// telephone company gives numbers to others. Nothing: never.
    pub prove_again_after_days: Option<u16>,
}

impl DirectoryRules {
    /// Every participant answers for its customers: no proof is asked for.
    pub fn asserted() -> Self {
        Self { asserting: Asserting::All, ..Self::default() }
    }

    /// Whether this participant's word is enough.
    pub fn asserts(&self, participant: ClearingCode) -> bool {
        match &self.asserting {
            Asserting::All => true,
            Asserting::Only(named) => named.contains(&participant),
        }
    }

    /// Whether an entry has been left alone so long that possession must be proven again. Days are counted from
    /// 1970-01-01.
    pub fn must_be_proven_again(&self, proven_on: i32, last_used_on: i32, today: i32) -> bool {
        let last = proven_on.max(last_used_on);
        self.prove_again_after_days.is_some_and(|days| today.saturating_sub(last) > i32::from(days))
    }
}

/// Possession is proven, claims take a week, and what nobody used for a year is proven again.
impl Default for DirectoryRules {
    fn default() -> Self {
        Self {
            asserting: Asserting::Only(BTreeSet::new()),
            time_to_resolve_claims: claim::TIME_TO_RESOLVE,
            prove_again_after_days: Some(365),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_neither_proven_nor_used_for_long_is_proven_again() {
        let rules = DirectoryRules { prove_again_after_days: Some(90), ..DirectoryRules::default() };
        assert!(!rules.must_be_proven_again(100, 0, 190));
        assert!(rules.must_be_proven_again(100, 0, 191));
        assert!(!rules.must_be_proven_again(100, 150, 240), "use counts as well");
        let never = DirectoryRules { prove_again_after_days: None, ..rules };
        assert!(!never.must_be_proven_again(0, 0, i32::MAX));
    }
}
