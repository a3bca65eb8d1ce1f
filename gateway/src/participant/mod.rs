//! The participants' API: what banks and stored-value facility operators call to pay, to answer and to be told.
//!
//! Whoever speaks here has already shown a client certificate of the participants' CA, or there was no
//! handshake. [`Participant`] turns that certificate into a clearing code; every handler asks for it first.
//! One file an endpoint; none of them decides anything: the rules are `payments`'.

mod alerts;
mod answers;
mod api;
mod buckets;
mod certificate;
mod claims;
mod enquiries;
mod fps_ids;
mod inbox;
mod infractions;
mod liquidity;
mod lookups;
mod members;
mod merchants;
mod notices;
mod pace;
mod paging;
mod payments;
mod prefer;
mod presence;
mod presented_codes;
mod proofs;
mod proxies;
mod recalls;
mod refunds;
mod refusals;
mod remembered;
mod reports;
mod requests_to_pay;
mod returns;
mod synchronisation;
#[cfg(test)]
mod tests;

use actix_web::http::header::ALLOW;
use actix_web::{HttpResponse, Resource, web};

pub use api::Api;
pub use certificate::Participant;

/// Mounts the API. The application's data holds an [`Api`]; errors become problem details by
/// [`crate::http::problems`], which wraps the whole application.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/participant/v1")
            .service(resource("/payments", "POST").route(web::post().to(payments::submit)))
            .service(resource("/answers", "POST").route(web::post().to(answers::submit)))
            .service(resource("/returns", "POST").route(web::post().to(returns::submit)))
            .service(resource("/recalls", "POST").route(web::post().to(recalls::submit)))
            .service(resource("/recalls/answers", "POST").route(web::post().to(recalls::answer)))
            .service(resource("/enquiries", "POST").route(web::post().to(enquiries::submit)))
            .service(resource("/inbox", "GET").route(web::get().to(inbox::read)))
            .service(
                resource("/proxies", "GET, POST")
                    .route(web::get().to(proxies::list))
                    .route(web::post().to(proxies::register)),
            )
            .service(resource("/proxies/{entry_id}", "DELETE").route(web::delete().to(proxies::remove)))
            .service(
                resource("/claims", "GET, POST").route(web::get().to(claims::list)).route(web::post().to(claims::open)),
            )
            .service(resource("/claims/{claim_id}", "GET").route(web::get().to(claims::read)))
            .service(resource("/{of:proxies|claims}/{id}/proof", "POST").route(web::post().to(proofs::send)))
            .service(resource("/{of:proxies|claims}/{id}/proof/answer", "POST").route(web::post().to(proofs::answer)))
            .service(resource("/claims/{claim_id}/{step}", "POST").route(web::post().to(claims::step)))
            .service(
                resource("/alerts", "GET, POST")
                    .route(web::get().to(alerts::list))
                    .route(web::post().to(alerts::raise)),
            )
            .service(resource("/alerts/{alert_id}", "DELETE").route(web::delete().to(alerts::withdraw)))
            .service(
                resource("/infractions", "GET, POST")
                    .route(web::get().to(infractions::list))
                    .route(web::post().to(infractions::report)),
            )
            .service(resource("/infractions/{infraction_id}/{step}", "POST").route(web::post().to(infractions::step)))
            .service(resource("/directory/inbox", "GET").route(web::get().to(notices::read)))
            .configure(requests_to_pay::configure)
            .configure(presented_codes::configure)
            .service(resource("/fps-ids", "POST").route(web::post().to(fps_ids::issue)))
            .configure(merchants::configure)
            .service(resource("/refunds/{refund_id}", "GET").route(web::get().to(refunds::read)))
            .service(resource("/refunds/{refund_id}/refuse", "POST").route(web::post().to(refunds::refuse)))
            .service(resource("/lookups", "POST").route(web::post().to(lookups::look_up)))
            .service(resource("/lookups/bulk", "POST").route(web::post().to(lookups::look_up_many)))
            .service(resource("/directory/digest", "GET").route(web::get().to(synchronisation::digest)))
            .service(resource("/directory/differences", "POST").route(web::post().to(synchronisation::differences)))
            .service(resource("/buckets", "GET").route(web::get().to(buckets::read)))
            .service(
                resource("/presence", "GET, PUT")
                    .route(web::get().to(presence::read))
                    .route(web::put().to(presence::declare)),
            )
            .service(resource("/reports", "GET").route(web::get().to(reports::days)))
            .service(resource("/reports/{business_day}", "GET").route(web::get().to(reports::statements)))
            .service(resource("/reports/{business_day}/{currency}", "GET").route(web::get().to(reports::statement)))
            .service(resource("/liquidity", "GET").route(web::get().to(liquidity::read))),
    );
}

/// A resource that answers other methods with 405 and names those there are (RFC 9110, section 15.5.6).
fn resource(path: &str, allowed: &'static str) -> Resource {
    let refuse = move || async move { HttpResponse::MethodNotAllowed().insert_header((ALLOW, allowed)).finish() };
    web::resource(path).default_service(web::to(refuse))
}
