//! The participants as payers read them, remembered for a moment: every look-up names one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{rt, web};
use payments::participant::{ClearingCode, Participant as Member};

use super::Api;
use super::remembered::{Recalled, Remembered};
use crate::error::Problem;

/// How long a name is shown that may have changed.
const FRESH: Duration = Duration::from_secs(5);

/// All of them, by their codes.
type All = Arc<HashMap<ClearingCode, Arc<Member>>>;

/// What was read last.
pub(super) struct Members(Remembered<(), All>);

impl Default for Members {
    fn default() -> Self {
        Self(Remembered::new(FRESH))
    }
}

/// The participant with this code. One that joined this moment is looked for in the database.
pub(super) async fn member(api: &web::Data<Api>, code: ClearingCode) -> Result<Arc<Member>, Problem> {
    let known = match api.members.0.recall(&(), Instant::now()) {
        Recalled::Known(all) => all.get(&code).cloned(),
        Recalled::Ageing(all) => {
            let api = web::Data::clone(api);
            rt::spawn(async move { read(&api).await });
            all.get(&code).cloned()
        }
        Recalled::Unknown => None,
    };
    let known = if known.is_some() { known } else { read(api).await?.get(&code).cloned() };
    known.ok_or_else(|| Problem::internal(&"a directory entry names a participant that the switch does not know"))
}

async fn read(api: &web::Data<Api>) -> Result<All, Problem> {
    let (reading, since) = (web::Data::clone(api), Instant::now());
    let all = web::block(move || reading.switch.participants()).await??;
    let all: All = Arc::new(all.into_iter().map(|one| (one.clearing_code, Arc::new(one))).collect());
    api.members.0.remember((), Arc::clone(&all), since);
    Ok(all)
}
