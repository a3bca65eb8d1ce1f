//! Follows the clearing log for merchants, in the background, so that a till turns green a moment after its customer's
//! payment settled. Every gateway does; what is found is written by one of them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use actix_web::web;
use payments::merchant::{Followed, merchant_of};

use crate::clock;
use crate::server::Gateway;

/// The log is looked at this often also when nothing says that it has grown.
const AT_LEAST: Duration = Duration::from_secs(30);
/// Requests are looked at this often also when no payment was made: they are taken back, and expire.
const REQUESTS_AT_LEAST: Duration = Duration::from_secs(2);
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
                Ok(Ok(Followed { seen: now, merchants, more })) => {
                    seen = now;
                    for merchant in merchants {
                        // Nobody may be watching.
                        let _ = gateway.received.send(merchant);
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

/// Tells those who watch that a request of theirs changed: somebody is paying, has paid, or its time is over.
pub(crate) fn follow_requests(gateway: &Arc<Gateway>) {
    let mut head = gateway.switch.head();
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        let mut seen = None;
        loop {
            head.borrow_and_update();
            let Some(gateway) = gateway.upgrade() else { return };
            let requests = gateway.requests.clone();
            let looked = web::block(move || match seen {
                None => requests.last_change().map(|last| (last, Vec::new())),
                Some(after) => requests.changes_after(after).map(|found| {
                    let last = found.last().map_or(after, |(change, _)| change.sequence);
                    (last, found.iter().filter_map(|(_, request)| merchant_of(request)).collect())
                }),
            })
            .await;
            match looked {
                Ok(Ok((last, merchants))) => {
                    seen = Some(last);
                    for merchant in merchants {
                        let _ = gateway.received.send(merchant);
                    }
                }
                Ok(Err(failed)) => tracing::warn!(error = %failed, "requests to pay could not be followed"),
                Err(_stopping) => return,
            }
            drop(gateway);
            sleep(PAUSE).await;
            // Requests change with payments, and a few by themselves.
            if let Ok(Err(_stopped)) = timeout(REQUESTS_AT_LEAST, head.changed()).await {
                return;
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
