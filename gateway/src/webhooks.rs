//! Webhooks in the background: merchants' own servers are told of requests that are over, and told again when they could
//! not be reached.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::sleep;
use actix_web::web;
use futures_util::future::join_all;
use payments::merchant::{Delivery, MerchantError};
use url::Url;

use crate::clock;
use crate::http::outbound::OutboundError;
use crate::server::Gateway;

/// How often the feed and the outbox are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How many are told at the same time.
const AT_ONCE: i64 = 16;
/// The header with the signature: a detached JWS (RFC 7515, appendix F) by one of the keys at `/oauth/jwks`.
const SIGNATURE: &str = "Lionrock-Signature";

/// Delivers for as long as the program runs.
pub(crate) fn deliver(gateway: &Arc<Gateway>) {
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        // At once: what happens before the place in the feed is first kept is told to nobody.
        loop {
            let Some(gateway) = gateway.upgrade() else { return };
            let reading = Arc::clone(&gateway);
            let taken = web::block(move || -> Result<Vec<Delivery>, MerchantError> {
                while feed(&reading)? {}
                reading.merchants.take_deliveries(clock::now(), AT_ONCE)
            })
            .await;
            match taken {
                Ok(Ok(deliveries)) => {
                    join_all(deliveries.iter().map(|delivery| tell(&gateway, delivery))).await;
                }
                Ok(Err(failed)) => tracing::warn!(error = %failed, "webhooks stand still; they will be tried again"),
                Err(_stopping) => return,
            }
            drop(gateway);
            sleep(EVERY).await;
        }
    });
}

/// Moves a page of the feed into the outbox. True when there may be more.
fn feed(gateway: &Gateway) -> Result<bool, MerchantError> {
    let failed = |error: payments::RequestError| MerchantError::Requests(error.to_string());
    let before = gateway.merchants.fed()?;
    let changes = match before {
        // Nobody had a server when this began.
        None => {
            let last = gateway.requests.last_change().map_err(failed)?;
            gateway.merchants.feed(None, last, Vec::new(), clock::now())?;
            return Ok(false);
        }
        Some(after) => gateway.requests.changes_after(after).map_err(failed)?,
    };
    let Some(after) = changes.last().map(|(change, _)| change.sequence) else { return Ok(false) };
    gateway.merchants.feed(before, after, changes, clock::now())?;
    Ok(true)
}

/// Deletes what servers were told long ago, at most `batch` at a time so that no transaction is long.
pub(crate) fn forget(gateway: &Gateway, batch: u16) {
    loop {
        match gateway.merchants.forget_deliveries(clock::now() - gateway.webhooks_kept, batch) {
            Ok(0) => return,
            Ok(_) => {}
            Err(failed) => {
                tracing::warn!(error = %failed, "old webhooks could not be deleted; it will be tried again");
                return;
            }
        }
    }
}

async fn tell(gateway: &Arc<Gateway>, delivery: &Delivery) {
    let failure = attempt(gateway, delivery).await.err();
    let (merchants, id) = (gateway.merchants.clone(), delivery.id);
    // When this fails the server is told twice: it knows a repetition by its id.
    if let Ok(Err(failed)) = web::block(move || merchants.end_delivery(id, failure, clock::now())).await {
        tracing::warn!(error = %failed, "a webhook could not be crossed out");
    }
}

/// # Errors
/// Why it was not taken, as the merchant may read it.
async fn attempt(gateway: &Arc<Gateway>, delivery: &Delivery) -> Result<(), String> {
    let url = Url::parse(&delivery.url).map_err(|_| OutboundError::Address.to_string())?;
    let (signing, event) = (Arc::clone(gateway), delivery.event.clone());
    let signed = web::block(move || signing.identity.sign_detached(&event, clock::now())).await;
    let Ok(Ok((body, signature))) = signed else { return Err("it could not be signed".to_owned()) };
    let told = gateway.outbound.post_signed(&url, (SIGNATURE, &signature), body).await;
    told.map_err(|why| why.to_string())
}
