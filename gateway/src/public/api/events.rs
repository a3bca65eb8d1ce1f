//! Server-sent events (HTML standard, section 9.2) for programs: what happens to one request of theirs, or to all.
//!
//! Each event has its number in the feed of requests as its `id`, so a program that comes back with `Last-Event-ID` misses
//! nothing. A stream ends with its token, with its program, or when the gateway stops.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use identity::oidc::EndpointRequest;
use payments::merchant::{Merchant, MerchantId, told};
use payments::request_to_pay::RequestId;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, timeout_at};

use super::caller::{self, Caller};
use super::payment_requests::own;
use super::seats::Seat;
use crate::error::Problem;
use crate::server::Gateway;

/// A stream says at least this often that it is still there, and looks whether its token still stands.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The header by which a program says what it has seen.
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// What happens to one request, from its beginning on.
pub(super) async fn of_one(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let caller = caller::caller(&request, &gateway).await?;
    let found = own(&gateway, &caller, &id).await?;
    let seen = last_event_id(&request)?.unwrap_or(found.number - 1);
    open(gateway, caller, Some(found.id), seen)
}

/// What happens to every request of the merchant, from now on.
pub(super) async fn of_all(request: HttpRequest, gateway: web::Data<Gateway>) -> Result<HttpResponse, Problem> {
    let caller = caller::caller(&request, &gateway).await?;
    let seen = if let Some(seen) = last_event_id(&request)? {
        seen
    } else {
        let requests = gateway.requests.clone();
        web::block(move || requests.last_change()).await?.map_err(|failed| Problem::internal(&failed))?
    };
    open(gateway, caller, None, seen)
}

/// What the program has seen, when it comes back.
fn last_event_id(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let Some(header) = request.headers().get(LAST_EVENT_ID) else { return Ok(None) };
    let number = header.to_str().ok().and_then(|text| text.parse::<i64>().ok()).filter(|number| *number >= 0);
    let bad = || Problem::bad_request("The id of the last event that you have seen: a number.").field(LAST_EVENT_ID);
    number.map(Some).ok_or_else(bad)
}

fn open(
    gateway: web::Data<Gateway>,
    caller: Caller,
    only: Option<RequestId>,
    seen: i64,
) -> Result<HttpResponse, Problem> {
    let seat = gateway.streams.take(caller.merchant.id).ok_or_else(|| {
        let mut full = Problem::from_status(StatusCode::TOO_MANY_REQUESTS);
        "The merchant has as many streams open as it may have.".clone_into(&mut full.detail);
        full.retry_after = Some(60);
        full
    })?;
    let reader = Reader {
        news: gateway.received.subscribe(),
        closing: gateway.closing.subscribe(),
        gateway,
        merchant: caller.merchant,
        token: caller.shown,
        only,
        seen,
        ready: VecDeque::new(),
        _seat: seat,
    };
    let events = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/event-stream")
        .streaming(events))
}

/// One stream, and how far it has come. At most a page of the feed is in memory.
struct Reader {
    gateway: web::Data<Gateway>,
    merchant: Merchant,
    token: EndpointRequest,
    only: Option<RequestId>,
    seen: i64,
    ready: VecDeque<Bytes>,
    news: broadcast::Receiver<MerchantId>,
    closing: watch::Receiver<bool>,
    _seat: Seat,
}

impl Reader {
    /// What is sent next; nothing when the stream is over.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(event) = self.ready.pop_front() {
            return Some(event);
        }
        if !caller::still_stands(&self.gateway, &self.token).await {
            return None;
        }
        self.read().await?;
        if let Some(event) = self.ready.pop_front() {
            return Some(event);
        }
        tokio::select! {
            _ = self.closing.changed() => None,
            () = something(&mut self.news, self.merchant.id) => Some(Bytes::from_static(b": still here\n\n")),
        }
    }

    /// The next page of the feed.
    async fn read(&mut self) -> Option<()> {
        let (requests, merchant, only, seen) =
            (self.gateway.requests.clone(), self.merchant.clone(), self.only, self.seen);
        let found = web::block(move || requests.changes_of_merchant(&merchant, only, seen)).await;
        let Ok(Ok(changes)) = found else {
            tracing::warn!("a program's stream ends: the feed of requests could not be read");
            return None;
        };
        for (change, request) in changes {
            self.seen = change.sequence;
            let told = told(self.merchant.id, &change, &request);
            let event = format!("id: {}\nevent: {}\ndata: {told}\n\n", change.sequence, told["type"].as_str()?);
            self.ready.push_back(Bytes::from(event));
        }
        Some(())
    }
}

/// Waits until something happened to this merchant, or may have, or nothing did in a while.
async fn something(news: &mut broadcast::Receiver<MerchantId>, merchant: MerchantId) {
    let until = Instant::now() + HEARTBEAT;
    loop {
        match timeout_at(until, news.recv()).await {
            Ok(Ok(other)) if other != merchant => {}
            Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => return,
            // The gateway is stopping, which is told elsewhere.
            Ok(Err(RecvError::Closed)) => tokio::time::sleep_until(until).await,
        }
    }
}
