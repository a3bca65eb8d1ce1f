//! Moments as people in Hong Kong read them: 24 hours, local time.

use store::Timestamp;
use time::UtcOffset;
use time::macros::{format_description, offset};

/// Hong Kong has no summer time.
const HONG_KONG: UtcOffset = offset!(+8);

/// `2026-11-22 19:05`.
pub fn minute(moment: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]");
    moment.to_utc().to_offset(HONG_KONG).format(&format).unwrap_or_default()
}

/// `19:05:07`.
pub fn second(moment: Timestamp) -> String {
    let format = format_description!("[hour]:[minute]:[second]");
    moment.to_utc().to_offset(HONG_KONG).format(&format).unwrap_or_default()
}

/// `19:05`.
pub fn short(moment: Timestamp) -> String {
    let format = format_description!("[hour]:[minute]");
    moment.to_utc().to_offset(HONG_KONG).format(&format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_hong_kong_time() {
        let moment = Timestamp::parse_rfc3339("2026-11-22T16:05:07Z").unwrap();
        assert_eq!((minute(moment).as_str(), second(moment).as_str()), ("2026-11-23 00:05", "00:05:07"));
    }
}
