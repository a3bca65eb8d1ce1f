//! Which buckets there are, and how large they are unless a city says otherwise: the figures are Pix's.

use std::collections::BTreeMap;

use super::{Charge, Limit};
use crate::directory::OwnerKind;
use crate::participant::ClearingCode;

/// How much a participant may look up for all its payers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize, serde::Serialize)]
pub enum Category {
    /// The largest: 12,000 a minute, 20,000 at once.
    #[default]
    A,
    /// 8,000 a minute, 15,000 at once.
    B,
    /// 2,000 a minute, 8,000 at once.
    C,
    /// 500 a minute, 4,000 at once.
    D,
    /// 50 a minute, 3,000 at once.
    E,
    /// The smallest: 2 a minute, 1,000 at once.
    F,
}

impl Category {
    /// Its bucket.
    pub const fn limit(self) -> Limit {
        let (refill_per_minute, size) = match self {
            Self::A => (12_000, 20_000),
            Self::B => (8_000, 15_000),
            Self::C => (2_000, 8_000),
            Self::D => (500, 4_000),
            Self::E => (50, 3_000),
            Self::F => (2, 1_000),
        };
        Limit { size, refill_per_minute }
    }
}

/// All buckets of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A natural person who pays, for telephone numbers and addresses, and once more for the other kinds.
    pub person: Limit,
    /// A company that pays, in the same way.
    pub organisation: Limit,
    /// A participant, for all its payers.
    pub participant: Limit,
    /// Participants that have another bucket than that.
    pub participants: BTreeMap<ClearingCode, Limit>,
    /// A participant, for lists that it looks up for an institution.
    pub bulk: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            person: Limit { size: 100, refill_per_minute: 2 },
            organisation: Limit { size: 1_000, refill_per_minute: 2 },
            participant: Category::A.limit(),
            participants: BTreeMap::new(),
            bulk: Limit { size: 36_000, refill_per_minute: 1_200 },
        }
    }
}

impl Limits {
    /// A payer's bucket.
    pub const fn payer(&self, kind: OwnerKind) -> Charge {
        let limit = match kind {
            OwnerKind::Person => self.person,
            OwnerKind::Organisation => self.organisation,
        };
        Charge { limit, miss: 20 }
    }

    /// The bucket of a participant's payers together.
    pub fn participant(&self, code: ClearingCode) -> Charge {
        Charge { limit: self.participants.get(&code).copied().unwrap_or(self.participant), miss: 3 }
    }

    /// The bucket of a participant's lists.
    pub const fn bulk(&self) -> Charge {
        Charge { limit: self.bulk, miss: 3 }
    }
}
