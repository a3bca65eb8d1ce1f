//! Who operates the switch: a name, a role, and a token that only its owner has.

use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};
use store::Timestamp;
use zeroize::Zeroizing;

/// What an operator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Proposes and approves, suspends and limits.
    Officer,
    /// Only looks.
    Auditor,
}

impl Role {
    /// Its name for programs and for the database: `officer`, `auditor`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is neither `officer` nor `auditor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is officer or auditor")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;
    fn from_str(name: &str) -> Result<Self, NotARole> {
        [Self::Officer, Self::Auditor].into_iter().find(|role| role.name() == name).ok_or(NotARole)
    }
}

/// An operator's name, such as `chan.tai-man`: 1 to 32 small letters, digits, dots and hyphens. It is what the log
/// says of who did something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorName(String);

/// The text is not an operator's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an operator's name is 1 to 32 small letters, digits, dots and hyphens")]
pub struct NotAnOperatorName;

impl OperatorName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OperatorName {
    type Err = NotAnOperatorName;
    fn from_str(text: &str) -> Result<Self, NotAnOperatorName> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
        let is_name = (1..=32).contains(&text.len()) && text.bytes().all(allowed);
        if is_name { Ok(Self(text.to_owned())) } else { Err(NotAnOperatorName) }
    }
}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody who operates the switch, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Who.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub added: Timestamp,
    /// By whom they were registered.
    pub added_by: String,
    /// Since when no longer.
    pub removed: Option<Timestamp>,
}

impl Operator {
    /// As whom the operator acts in the log; nobody, when they may only look.
    pub fn acts_as(&self) -> Option<String> {
        (self.role == Role::Officer && self.removed.is_none()).then(|| format!("operator {}", self.name))
    }
}

/// An operator's credential: 256 random bits, shown once. The database keeps its hash.
pub struct OperatorToken(Zeroizing<String>);

/// What tokens begin with, so that one that lies about is recognised.
const PREFIX: &str = "lro_";

impl OperatorToken {
    /// The token made of these random bytes.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(Zeroizing::new(format!("{PREFIX}{}", hex::encode(random))))
    }

    /// Reads what somebody presents.
    pub fn presented(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// Its text, for its owner's eyes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256. What is hashed is random, so it needs no salt, and looking it up tells nothing by its time.
    pub(crate) fn digest(&self) -> Vec<u8> {
        digest(&SHA256, self.0.as_bytes()).as_ref().to_vec()
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(…)")
    }
}

/// So many officers may be registered by whoever has the database; the next ones are registered by an officer.
pub const FOUNDERS: usize = 2;

/// Whether `by` may register operators when there are so many officers. `by` is none for the owner of the
/// installation.
pub(crate) fn may_register(officers: usize, by: Option<&Operator>) -> bool {
    by.map_or(officers < FOUNDERS, |by| by.acts_as().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(role: Role) -> Operator {
        let name = "chan.tai-man".parse().unwrap();
        Operator { name, role, added: Timestamp::from_seconds(0), added_by: "root".to_owned(), removed: None }
    }

    #[test]
    fn only_an_officer_acts() {
        assert_eq!(operator(Role::Officer).acts_as().as_deref(), Some("operator chan.tai-man"));
        assert_eq!(operator(Role::Auditor).acts_as(), None);
        let left = Operator { removed: Some(Timestamp::from_seconds(1)), ..operator(Role::Officer) };
        assert_eq!(left.acts_as(), None);
    }

    #[test]
    fn the_owner_registers_two_officers_and_officers_the_rest() {
        assert!(may_register(0, None) && may_register(1, None) && !may_register(2, None));
        assert!(may_register(2, Some(&operator(Role::Officer))));
        assert!(!may_register(0, Some(&operator(Role::Auditor))));
    }

    #[test]
    fn a_token_is_not_printed() {
        let token = OperatorToken::from_random([7; 32]);
        assert_eq!(format!("{token:?}"), "OperatorToken(…)");
        assert_eq!(OperatorToken::presented(token.expose()).digest(), token.digest());
    }

    #[test]
    fn a_name_cannot_be_mistaken() {
        for wrong in ["", "Chan", "chan tai man", "陳", "a/b", &"x".repeat(33)] {
            assert!(wrong.parse::<OperatorName>().is_err(), "{wrong}");
        }
    }
}
