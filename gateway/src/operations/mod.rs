//! The operations listener: health, readiness, metrics, the operator's console and its JSON twin.
//!
//! It listens on the loopback address unless the configuration says otherwise, and [`host`] keeps web pages
//! elsewhere from reading it through the operator's browser.

mod admin;
mod api;
mod console;
mod days;
mod exposition;
mod health;
mod host;
mod limits;
mod metrics;
mod obligations;
mod officer;
mod proposals;
mod proposals_page;
mod search;
mod stop;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::{middleware, web};
use identity::Identity;
use payments::{Operators, Switch};
use store::Db;

use crate::http;
use crate::pages::assets;
use crate::participant;

/// What the handlers of this listener share.
pub struct Operations {
    /// Asked whether it is there and migrated.
    pub db: Db,
    /// Told whom the operator stops.
    pub identity: Identity,
    /// Asked what it does, and told what the operator decides.
    pub switch: Switch,
    /// Who may act here.
    pub operators: Operators,
    /// The participants' API of this process, when it has one: for its gauges.
    pub participants: Option<Arc<participant::Api>>,
}

/// Mounts the listener's routes. The application's data holds [`Operations`].
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("")
            .wrap(middleware::from_fn(http::page::remember_choices))
            .wrap(middleware::from_fn(host::only_by_address))
            .service(web::resource("/").route(web::get().to(console::show)))
            .service(
                web::resource("/stop")
                    .wrap(middleware::from_fn(http::same_origin))
                    .route(web::get().to(stop::show))
                    .route(web::post().to(stop::by_click)),
            )
            .service(
                web::resource("/proposals")
                    .route(web::get().to(proposals_page::show))
                    .route(web::post().to(proposals_page::propose)),
            )
            .service(web::resource("/proposals/decide").route(web::post().to(proposals_page::decide)))
            .service(web::resource("/assets/{name}").route(web::get().to(assets::serve)))
            .service(web::resource("/health").route(web::get().to(health::health)))
            .service(web::resource("/ready").route(web::get().to(health::ready)))
            .service(web::resource("/metrics").route(web::get().to(metrics::scrape)))
            .service(
                web::scope("/api/v1")
                    .wrap(middleware::from_fn(http::problems))
                    .service(web::resource("/participants").route(web::get().to(api::participants)))
                    .service(
                        web::resource("/participants/{clearing_code}/proposals")
                            .route(web::post().to(proposals::propose)),
                    )
                    .service(web::resource("/proposals").route(web::get().to(proposals::list)))
                    .service(
                        web::resource("/proposals/{id}/{decision:approve|refuse}")
                            .route(web::post().to(proposals::decide)),
                    )
                    .service(
                        web::resource("/participants/{clearing_code}/{step:suspend|resume|block}")
                            .route(web::post().to(admin::take_step)),
                    )
                    .service(
                        web::resource("/participants/{clearing_code}/presence").route(web::put().to(limits::presence)),
                    )
                    .service(
                        web::resource("/participants/{clearing_code}/limits/{currency}")
                            .route(web::put().to(limits::set)),
                    )
                    .service(web::resource("/days").route(web::get().to(days::list)))
                    .service(web::resource("/days/{business_day}").route(web::get().to(days::show)))
                    .service(
                        web::resource("/days/{business_day}/settlement/{file}").route(web::get().to(days::settlement)),
                    )
                    .service(web::resource("/clients").route(web::get().to(stop::clients)))
                    .service(web::resource("/keys").route(web::get().to(stop::keys)))
                    .service(
                        web::resource("/{kind:clients|residents|keys}/{id}/{step:stop|resume}")
                            .route(web::post().to(stop::by_program)),
                    )
                    .service(web::resource("/obligations").route(web::get().to(obligations::list)))
                    .service(web::resource("/positions").route(web::get().to(api::positions)))
                    .service(web::resource("/payments").route(web::get().to(api::payments))),
            ),
    );
}
