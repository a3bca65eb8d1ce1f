//! The participants as payers read them, remembered for a moment: every look-up names one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use payments::participant::{ClearingCode, Participant as Member};
use store::Timestamp;

use super::Api;
use crate::clock;
use crate::error::Problem;

/// How long a name is shown that may have changed.
const FRESH: Duration = Duration::from_secs(5);

type Known = HashMap<ClearingCode, Arc<Member>>;

/// What was read last, and when.
#[derive(Default)]
pub(super) struct Members(Mutex<Option<(Timestamp, Known)>>);

impl Members {
    fn remembered(&self, code: ClearingCode, now: Timestamp) -> Option<Arc<Member>> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, known) = remembered.as_ref().filter(|(read, _)| now.since(*read) < FRESH)?;
        known.get(&code).cloned()
    }
}

/// The participant with this code. One that joined this moment is looked for in the database.
pub(super) async fn member(api: &web::Data<Api>, code: ClearingCode) -> Result<Arc<Member>, Problem> {
    let now = clock::now();
    if let Some(member) = api.members.remembered(code, now) {
        return Ok(member);
    }
    let reading = web::Data::clone(api);
    let all = web::block(move || reading.switch.participants()).await??;
    let known: Known = all.into_iter().map(|one| (one.clearing_code, Arc::new(one))).collect();
    let member = known.get(&code).cloned();
    *api.members.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, known));
    member.ok_or_else(|| Problem::internal(&"a directory entry names a participant that the switch does not know"))
}
