//! The driver's clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the epoch, as tokens carry them.
#[allow(clippy::disallowed_methods)] // a load has no other clock
pub(super) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
