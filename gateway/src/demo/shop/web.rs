//! The shop's pages: the till, its QR codes as pictures, and a stream that says when money came.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::rt::time::timeout;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use futures_util::stream;
use payments::qr::render::{Picture, Purpose, RenderError};
use serde::Deserialize;
use tokio::sync::watch;

use super::running::Shop;
use super::till::{self, Bill};
use super::{code, view};
use crate::clock;
use crate::demo::page;
use crate::{http, pages};

/// Seconds that requests under way are given when the shop closes.
const SHUTDOWN: u64 = 2;
/// A stream says at least this often that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Becomes true when the shop closes.
#[derive(Clone)]
struct Closing(watch::Receiver<bool>);

pub(super) fn serve(socket: TcpListener, shop: Arc<Shop>, closing: watch::Receiver<bool>) -> std::io::Result<Server> {
    let shop = Data::new(shop);
    let closing = Data::new(Closing(closing));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shop.clone())
            .app_data(closing.clone())
            .configure(routes)
            .wrap(from_fn(page::remember_choices))
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe))
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(SHUTDOWN).listen(socket)?.run())
}

fn routes(app: &mut ServiceConfig) {
    app.route("/", web::get().to(counter))
        .route("/bills", web::post().to(open_bill))
        .route("/bills/{number}", web::get().to(bill))
        .route("/code.svg", web::get().to(svg))
        .route("/code.png", web::get().to(png))
        .route("/bills/{number}/code.svg", web::get().to(svg))
        .route("/bills/{number}/code.png", web::get().to(png))
        .route("/events", web::get().to(events))
        .route("/assets/{name}", web::get().to(pages::assets::serve));
}

/// The code that stands on the counter, for any amount.
async fn counter(request: HttpRequest, shop: Data<Arc<Shop>>) -> HttpResponse {
    view::till(&request, &shop, None, false)
}

#[derive(Deserialize)]
struct BillForm {
    amount: String,
}

async fn open_bill(request: HttpRequest, shop: Data<Arc<Shop>>, form: web::Form<BillForm>) -> HttpResponse {
    let Some(amount) = till::amount(&form.amount) else { return view::till(&request, &shop, None, true) };
    let bill = shop.till(|till| till.open_bill(amount, clock::now()));
    let place = format!("/bills/{}", bill.number.as_str());
    HttpResponse::SeeOther().insert_header((LOCATION, place)).finish()
}

/// The code of one bill; it turns green when the bill is paid.
async fn bill(request: HttpRequest, shop: Data<Arc<Shop>>, number: web::Path<String>) -> HttpResponse {
    match shop.till(|till| till.bill(&number).cloned()) {
        Some(bill) => view::till(&request, &shop, Some(&bill), false),
        // A bill that was forgotten: the shop was closed since.
        None => HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish(),
    }
}

async fn svg(request: HttpRequest, shop: Data<Arc<Shop>>) -> HttpResponse {
    picture(&request, &shop, "image/svg+xml", |picture| picture.svg().map(String::into_bytes))
}

async fn png(request: HttpRequest, shop: Data<Arc<Shop>>) -> HttpResponse {
    picture(&request, &shop, "image/png", Picture::png)
}

fn picture(
    request: &HttpRequest,
    shop: &Shop,
    content_type: &str,
    draw: impl FnOnce(&Picture) -> Result<Vec<u8>, RenderError>,
) -> HttpResponse {
    let bill: Option<Bill> = match request.match_info().get("number") {
        None => None,
        Some(number) => match shop.till(|till| till.bill(number).cloned()) {
            None => return HttpResponse::NotFound().finish(),
            found => found,
        },
    };
    let drawn = |text: String| Picture::of(&text, Purpose::Screen).and_then(|picture| draw(&picture)).ok();
    match code::payload(&shop.config, bill.as_ref()).ok().and_then(drawn) {
        Some(picture) => {
            HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type(content_type).body(picture)
        }
        None => HttpResponse::build(StatusCode::INTERNAL_SERVER_ERROR).finish(),
    }
}

/// Server-sent events (HTML standard, section 9.2): one for each change of the till, with the newest payment's
/// number as its id. The page then fetches itself again.
async fn events(shop: Data<Arc<Shop>>, closing: Data<Closing>) -> HttpResponse {
    let shop = Arc::clone(&shop);
    let mut changes = shop.changes();
    changes.mark_changed();
    let state = (shop, changes, closing.0.clone());
    let stream = stream::unfold(state, |(shop, mut changes, mut closing)| async move {
        let changed = tokio::select! {
            changed = timeout(HEARTBEAT, changes.changed()) => changed,
            _ = closing.changed() => return None,
        };
        let event = match changed {
            Ok(Ok(())) => {
                let newest = shop.till(|till| till.cursor());
                format!("id: {newest}\ndata: {newest}\n\n")
            }
            Ok(Err(_)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(Bytes::from(event)), (shop, changes, closing)))
    });
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type("text/event-stream").streaming(stream)
}
