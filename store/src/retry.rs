//! When a transaction that failed may simply be tried again.

use std::error::Error as StdError;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// How often a transaction is tried in all.
pub(crate) const ATTEMPTS: u32 = 8;

/// The pause before the attempt after `attempt` (counted from 1): 1 ms doubling to 64 ms.
pub(crate) fn pause(attempt: u32) -> Duration {
    Duration::from_millis(1 << attempt.saturating_sub(1).min(6))
}

/// Whether `error`, or what caused it, says that the database undid the transaction because of another one
/// (serialization failure or deadlock): nothing of it happened, and trying again may succeed.
pub(crate) fn may_retry(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let diesel = match error.downcast_ref::<crate::Error>() {
            Some(crate::Error::Query(diesel)) => Some(diesel),
            _ => error.downcast_ref::<Diesel>(),
        };
        if let Some(Diesel::DatabaseError(kind, info)) = diesel {
            return matches!(kind, DatabaseErrorKind::SerializationFailure)
                || info.message().contains("deadlock detected");
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error(transparent)]
        Store(#[from] crate::Error),
    }

    fn failed(kind: DatabaseErrorKind, message: &str) -> Outer {
        crate::Error::Query(Diesel::DatabaseError(kind, Box::new(message.to_owned()))).into()
    }

    #[test]
    fn only_what_the_database_undid_is_tried_again() {
        assert!(may_retry(&failed(DatabaseErrorKind::SerializationFailure, "could not serialize access")));
        assert!(may_retry(&failed(DatabaseErrorKind::Unknown, "deadlock detected")));
        assert!(!may_retry(&failed(DatabaseErrorKind::UniqueViolation, "duplicate key")));
        assert!(!may_retry(&crate::Error::Panicked));
    }
}
