//! Who is there: what the sequencer knows of participants, for threads that must not wait for it, and when each
//! participant was last heard of.
//!
//! Whether somebody counts as offline is a row of the log, the same for every gateway. When somebody was last
//! heard of only leads to such a row; each gateway notes it, and shares it every few seconds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::schema::participant_heard;
use crate::clearing::State;
use crate::error::Error;
use crate::participant::{ClearingCode, Participant};

/// So often at most a gateway writes down when it heard of a participant.
const SHARE_EVERY: Duration = Duration::from_secs(5);

type Participants = Arc<BTreeMap<ClearingCode, Participant>>;

pub(super) struct Presence {
    participants: RwLock<Participants>,
    heard: Mutex<HashMap<ClearingCode, Heard>>,
    /// Before this, nobody could be heard here.
    since: Timestamp,
}

#[derive(Clone, Copy)]
struct Heard {
    at: Timestamp,
    shared: Option<Timestamp>,
}

impl Presence {
    pub(super) fn new(state: &State, since: Timestamp) -> Self {
        let participants = RwLock::new(Arc::clone(&state.participants));
        Self { participants, heard: Mutex::default(), since }
    }

    /// The sequencer's memory has moved.
    pub(super) fn follow(&self, state: &State) {
        let is_same =
            Arc::ptr_eq(&self.participants.read().unwrap_or_else(PoisonError::into_inner), &state.participants);
        if !is_same {
            *self.participants.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&state.participants);
        }
    }

    /// A participant, as the sequencer knows it.
    pub(super) fn participant(&self, code: ClearingCode) -> Option<Participant> {
        self.participants.read().unwrap_or_else(PoisonError::into_inner).get(&code).cloned()
    }

    /// The participant read its inbox or answered. Whether it is time to tell other gateways.
    pub(super) fn hear(&self, code: ClearingCode, now: Timestamp) -> bool {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let one = heard.entry(code).or_insert(Heard { at: now, shared: None });
        one.at = one.at.max(now);
        one.shared.is_none_or(|shared| now.since(shared) >= SHARE_EVERY)
    }

    /// They are being told.
    pub(super) fn tell(&self, code: ClearingCode, now: Timestamp) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.entry(code).and_modify(|one| one.shared = Some(now));
    }

    /// Of `asked`, those of whom this gateway has not heard since `before`.
    pub(super) fn silent_since(&self, asked: BTreeSet<ClearingCode>, before: Timestamp) -> BTreeSet<ClearingCode> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let last = |code: &ClearingCode| heard.get(code).map_or(self.since, |heard| heard.at);
        asked.into_iter().filter(|code| last(code) < before).collect()
    }
}

/// Tells other gateways that a participant was heard of.
pub(super) fn share(conn: &mut Conn<'_>, code: ClearingCode, at: Timestamp) -> Result<(), Error> {
    let columns = (participant_heard::participant.eq(code), participant_heard::heard.eq(at));
    on_db!(conn, c => diesel::insert_into(participant_heard::table)
        .values(columns)
        .on_conflict(participant_heard::participant)
        .do_update()
        .set(participant_heard::heard.eq(at))
        .execute(c))?;
    Ok(())
}

/// Of `asked`, those of whom some gateway has heard since `since`.
pub(super) fn heard_elsewhere(
    conn: &mut Conn<'_>,
    asked: &BTreeSet<ClearingCode>,
    since: Timestamp,
) -> Result<Vec<ClearingCode>, Error> {
    Ok(on_db!(conn, c => participant_heard::table
        .filter(participant_heard::participant.eq_any(asked))
        .filter(participant_heard::heard.ge(since))
        .select(participant_heard::participant)
        .load(c))?)
}
