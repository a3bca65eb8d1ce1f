//! Nonces that the server gives for proofs (RFC 9449, section 8). They say when they were made and are recognised by
//! their keyed hash, so that no gateway has to remember them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::Timestamp;

use crate::IdentityKeys;
use crate::keys::Purpose;
use crate::oidc::lifetimes;

/// A nonce made now.
pub(crate) fn make(keys: &IdentityKeys, now: Timestamp) -> String {
    let made = now.seconds().to_be_bytes();
    let mark = keys.keyed_hash(Purpose::DpopNonce, &made);
    URL_SAFE_NO_PAD.encode([made.as_slice(), &mark].concat())
}

/// Whether it is one of ours and not too old. A gateway whose clock is a little ahead may have made it.
pub(super) fn is_good(nonce: &str, keys: &IdentityKeys, now: Timestamp) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
    let Some((made, mark)) = bytes.split_first_chunk::<8>() else { return false };
    let made_at = i64::from_be_bytes(*made);
    let (now, oldest) = (now.seconds(), (now - lifetimes::DPOP_NONCE).seconds());
    // The mark is looked at first: until it holds, the time is whatever somebody wrote.
    keys.is_keyed_hash(Purpose::DpopNonce, made, mark) && (oldest..=now + 5).contains(&made_at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oidc::testing::NOW;

    #[test]
    fn a_nonce_is_ours_and_good_for_five_minutes() {
        let (ours, theirs) = (IdentityKeys::from_master(&[7; 32]), IdentityKeys::from_master(&[8; 32]));
        let nonce = make(&ours, NOW);
        assert!(is_good(&nonce, &ours, NOW) && is_good(&nonce, &ours, NOW + Duration::from_mins(5)));
        assert!(!is_good(&nonce, &ours, NOW + Duration::from_secs(301)));
        assert!(!is_good(&nonce, &ours, NOW - Duration::from_secs(6)), "from the future");
        assert!(!is_good(&nonce, &theirs, NOW));
        for wrong in ["", "AAAA", &nonce[1..], &format!("B{}", &nonce[1..])] {
            assert!(!is_good(wrong, &ours, NOW), "{wrong}");
        }
    }
}
