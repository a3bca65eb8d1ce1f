//! Decides claims whose deadline has come, and forgets codes that count no more, in the background. Every gateway does;
//! each claim is decided by one of them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;

use crate::clock;
use crate::server::Gateway;

/// How often it is looked whether a deadline has come.
const EVERY: Duration = Duration::from_secs(5);

/// Decides for as long as the program runs.
pub(crate) fn decide(gateway: &Arc<Gateway>) {
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        loop {
            let Some(gateway) = gateway.upgrade() else { return };
            let done = web::block(move || {
                gateway.directory.decide_due_claims(clock::now())?;
                gateway.directory.forget_codes(clock::now())
            })
            .await;
            if let Ok(Err(failed)) = done {
                tracing::warn!(error = %failed, "claims could not be decided; it will be tried again");
            }
            actix_web::rt::time::sleep(EVERY).await;
        }
    });
}
