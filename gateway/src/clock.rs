//! The one place where the program reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use store::Timestamp;

/// The wall clock, now.
#[allow(clippy::disallowed_methods)] // this is the clock
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
