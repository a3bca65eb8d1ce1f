//! What identity promises, on SQLite and on PostgreSQL alike.

mod activation;
mod audit;
mod consents;
mod passkeys;
mod residents;
mod sessions;
mod signing_keys;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The refusal inside an error, for comparing.
macro_rules! refusal {
    ($result:expr, $variant:ident) => {
        match $result.map(drop).unwrap_err() {
            $crate::Error::$variant(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    };
}
use refusal;
