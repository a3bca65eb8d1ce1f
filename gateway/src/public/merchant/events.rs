//! Server-sent events (HTML standard, section 9.2) that say when to look again. They carry nothing: the page that is fetched
//! then is shown only to whoever may see it.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::stream;
use payments::merchant::{Duty, MerchantId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::desk;
use crate::public::refusal::PageError;
use crate::public::session::StronglySignedIn;
use crate::server::Gateway;

/// A stream says at least this often that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) async fn stream(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let merchant = desk::on_duty(&gateway, &session, &id, Duty::SeeToday).await?.merchant.id;
    // The first event comes at once: something may have happened since the page was made.
    let state = (Some("data: now\n\n"), gateway.received.subscribe(), gateway.closing.subscribe());
    let events = stream::unfold(state, move |(first, mut news, mut closing)| async move {
        let event = if let Some(first) = first {
            first
        } else {
            tokio::select! {
                event = next(&mut news, merchant) => event?,
                _ = closing.changed() => return None,
            }
        };
        Some((Ok::<_, Infallible>(Bytes::from_static(event.as_bytes())), (None, news, closing)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/event-stream")
        .streaming(events))
}

/// The next event: something happened to this merchant, or perhaps did while the stream was slow, or nothing in a while.
async fn next(news: &mut broadcast::Receiver<MerchantId>, merchant: MerchantId) -> Option<&'static str> {
    let until = Instant::now() + HEARTBEAT;
    loop {
        match timeout_at(until, news.recv()).await {
            Ok(Ok(other)) if other != merchant => {}
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => return Some("data: now\n\n"),
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => return Some(": still here\n\n"),
        }
    }
}
