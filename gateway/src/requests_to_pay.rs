//! Records, in the background, that requests to pay have expired, so that whoever follows their feed is told, and forgets
//! the codes of a day ago that payers showed. Every gateway does; each request is taken by one of them. That nobody pays
//! one too late, or asks by an old code, does not depend on it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;

use crate::clock;
use crate::server::Gateway;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);

/// Looks for as long as the program runs.
pub(crate) fn expire(gateway: &Arc<Gateway>) {
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        loop {
            let Some(gateway) = gateway.upgrade() else { return };
            let done = web::block(move || {
                let (requests, now) = (gateway.switch.requests_to_pay(), clock::now());
                requests.forget_presented_codes(now)?;
                requests.expire_due(now)
            })
            .await;
            if let Ok(Err(failed)) = done {
                tracing::warn!(error = %failed, "requests to pay could not be ended; it will be tried again");
            }
            actix_web::rt::time::sleep(EVERY).await;
        }
    });
}
