//! `Prefer: wait=N` (RFC 7240): how long a caller would like us to wait for the final answer.

use std::time::Duration;

use actix_web::http::header::HeaderMap;

/// The longest wait that is granted; a longer wish is cut to this.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The wait that is asked for (RFC 7240, section 4.3), at most [`LONGEST_WAIT`].
///
/// A preference is a wish: what is not understood is ignored, never refused (section 2). Of several `wait`
/// the first counts.
pub(super) fn wait(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all("prefer")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|preference| {
            let (name, value) = preference.split(';').next()?.split_once('=')?;
            name.trim().eq_ignore_ascii_case("wait").then(|| value.trim().trim_matches('"').parse::<u64>().ok())
        })
        .flatten()
        .filter(|seconds| *seconds > 0)
        .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn asked(values: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HeaderName::from_static("prefer"), HeaderValue::from_static(value));
        }
        wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_found_among_other_preferences() {
        assert_eq!(asked(&["wait=10"]), Some(10));
        assert_eq!(asked(&["respond-async, Wait = \"7\"; foo=bar"]), Some(7));
        assert_eq!(asked(&["return=minimal", "wait=3"]), Some(3));
        assert_eq!(asked(&["wait=3, wait=9"]), Some(3), "the first counts");
    }

    #[test]
    fn a_long_wait_is_cut_and_a_senseless_one_ignored() {
        assert_eq!(asked(&["wait=3600"]), Some(30));
        for ignored in ["wait=0", "wait=-1", "wait=soon", "wait", "awaits=5", ""] {
            assert_eq!(asked(&[ignored]), None, "{ignored}");
        }
        assert_eq!(asked(&[]), None);
    }
}
