//! Back-channel logout in the background: relying parties are told of sessions that have ended, and told again when they
//! could not be reached.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use futures_util::future::join_all;
use identity::oidc::back_channel_logout::LogoutDelivery;
use url::Url;

use crate::clock;
use crate::http::outbound::OutboundError;
use crate::server::Gateway;

/// How often the outbox is looked at: signing out should reach everybody while the resident still looks.
const EVERY: Duration = Duration::from_secs(1);
/// How many are told at the same time.
const AT_ONCE: u16 = 16;

/// Delivers for as long as the program runs.
pub(super) fn deliver(gateway: &Arc<Gateway>) {
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        loop {
            actix_web::rt::time::sleep(EVERY).await;
            let Some(gateway) = gateway.upgrade() else { return };
            while round(&gateway).await == usize::from(AT_ONCE) {}
        }
    });
}

/// Tells those who are to be told now, and says how many they were.
async fn round(gateway: &Arc<Gateway>) -> usize {
    let identity = gateway.identity.clone();
    let taken = web::block(move || identity.take_logout_deliveries(clock::now(), AT_ONCE)).await;
    match taken {
        Ok(Ok(deliveries)) => {
            join_all(deliveries.iter().map(|delivery| tell(gateway, delivery))).await;
            deliveries.len()
        }
        Ok(Err(failed)) => {
            tracing::warn!(error = %failed, "back-channel logout stands still; it will be tried again");
            0
        }
        Err(_) => 0,
    }
}

async fn tell(gateway: &Arc<Gateway>, delivery: &LogoutDelivery) {
    let told = match Url::parse(&delivery.url) {
        Ok(url) => gateway.outbound.post_form(&url, &[("logout_token", &delivery.logout_token)]).await,
        Err(_) => Err(OutboundError::Address),
    };
    if let Err(why) = told {
        let attempts = delivery.attempts_before + 1;
        tracing::warn!(client_id = %delivery.client, %why, attempts, "a relying party could not be told of a sign-out");
        return;
    }
    let (identity, id) = (gateway.identity.clone(), delivery.id);
    // When this fails the relying party is told twice, which does no harm.
    if let Ok(Err(failed)) = web::block(move || identity.logout_delivered(id)).await {
        tracing::warn!(error = %failed, "a delivered logout could not be crossed out");
    }
}
