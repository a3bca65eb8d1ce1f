//! Follows the clearing log for merchants, in the background, so that a till turns green a moment after its customer's
//! payment settled. Every gateway does; what is found is written by one of them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use actix_web::web;
use payments::merchant::Followed;

use crate::clock;
use crate::server::Gateway;

/// The log is looked at this often also when nothing says that it has grown.
const AT_LEAST: Duration = Duration::from_secs(30);
/// Between two looks, so that a busy log is read in stretches.
const PAUSE: Duration = Duration::from_millis(100);
/// The pause after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Follows for as long as the program runs.
pub(crate) fn follow(gateway: &Arc<Gateway>) {
    let mut head = gateway.switch.head();
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        let mut seen = 0;
        loop {
            // Noted before the look: what is committed between the look and the wait still wakes us.
            head.borrow_and_update();
            let Some(gateway) = gateway.upgrade() else { return };
            let followed = web::block({
                let gateway = Arc::clone(&gateway);
                move || gateway.merchants.follow(seen)
            })
            .await;
            match followed {
                Ok(Ok(Followed { seen: now, found, more })) => {
                    seen = now;
                    if found {
                        gateway.received.send_modify(|times| *times += 1);
                    }
                    drop(gateway);
                    if more {
                        continue;
                    }
                    sleep(PAUSE).await;
                    if let Ok(Err(_stopped)) = timeout(AT_LEAST, head.changed()).await {
                        return;
                    }
                }
                Ok(Err(failed)) => {
                    drop(gateway);
                    tracing::warn!(error = %failed, "what merchants received could not be read; it will be tried again");
                    sleep(AFTER_FAILURE).await;
                }
                Err(_stopping) => return,
            }
        }
    });
}

/// Deletes invitations that nobody took up.
pub(crate) fn forget_invitations(gateway: &Gateway) {
    if let Err(failed) = gateway.merchants.forget_invitations(clock::now()) {
        tracing::warn!(error = %failed, "old invitations could not be deleted; it will be tried again");
    }
}
