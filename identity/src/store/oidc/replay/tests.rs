//! What is good once is taken once, also when memory is full or was lost.

use std::time::Duration;

use ::store::Timestamp;

use super::{MOST, ReplayMemory};
use crate::oidc::OAuthError;
use crate::store::oidc::once::Once;

const START: Timestamp = Timestamp::from_seconds(1_795_000_000);
const REPLAYED: OAuthError = OAuthError::invalid_client("replayed");
const TOO_OLD: OAuthError = OAuthError::invalid_client("too old");

fn once(id: u32, signed_at: Option<Timestamp>) -> Once {
    let mut id_hash = [0; 32];
    id_hash[1..5].copy_from_slice(&id.to_be_bytes());
    let until = signed_at.unwrap_or(START) + Duration::from_mins(1);
    Once { id_hash, until, signed_at, replayed: REPLAYED, too_old: TOO_OLD }
}

/// How many the database must remember.
fn left(memory: &ReplayMemory, one: Once, now: Timestamp) -> Result<usize, OAuthError> {
    memory.use_up(vec![one], now).map(|rest| rest.len())
}

#[test]
fn an_id_is_taken_once() {
    let memory = ReplayMemory::new(START);
    let now = START + Duration::from_secs(5);
    assert_eq!(left(&memory, once(1, Some(START)), now), Ok(0));
    assert_eq!(left(&memory, once(1, Some(START)), now), Err(REPLAYED));
    assert_eq!(left(&memory, once(2, Some(now)), now), Ok(0));
}

#[test]
fn what_was_signed_before_the_start_is_refused_because_nobody_remembers_it() {
    let memory = ReplayMemory::new(START);
    let before = Timestamp::from_micros(START.micros() - 1);
    assert_eq!(left(&memory, once(1, Some(before)), START), Err(TOO_OLD));
}

#[test]
fn what_could_seem_new_after_a_restart_goes_to_the_database() {
    let memory = ReplayMemory::new(START);
    let ahead = START + Duration::from_secs(10);
    assert_eq!(left(&memory, once(1, Some(ahead)), START), Ok(1), "by a clock that is ahead");
    assert_eq!(left(&memory, once(2, None), START), Ok(1), "without a time");
    assert!(!memory.takes(&once(1, Some(ahead)), START) && !memory.takes(&once(2, None), START));
    assert!(memory.takes(&once(3, Some(START)), START));
}

#[test]
fn memory_is_bounded_and_what_does_not_fit_goes_to_the_database() {
    let memory = ReplayMemory::new(START);
    let most = u32::try_from(MOST).unwrap();
    for id in 0..most {
        assert_eq!(left(&memory, once(id, Some(START)), START), Ok(0));
    }
    assert_eq!(left(&memory, once(most, Some(START)), START), Ok(1));
    assert!(!memory.takes(&once(most, Some(START)), START), "for those who cannot wait");
    assert_eq!(left(&memory, once(7, Some(START)), START), Err(REPLAYED), "what is in stays in");
    let later = START + Duration::from_mins(2);
    assert_eq!(left(&memory, once(most, Some(later)), later), Ok(0), "the others have expired");
}
