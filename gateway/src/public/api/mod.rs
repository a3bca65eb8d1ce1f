//! `/api/v1`: what merchants' own programs call, with access tokens that they got in their own name.
//! `docs/openapi/merchants.json` describes it.

mod body;
mod caller;
pub(super) mod debtor;
mod events;
mod payment_requests;
mod seats;

use actix_web::middleware::from_fn;
use actix_web::{Route, web};

use super::limited;
use crate::http;

pub use seats::Seats;

/// Method, path, and what makes the route to the handler.
type Described = (&'static str, &'static str, fn() -> Route);

/// Everything that there is.
const ROUTES: [Described; 6] = [
    ("post", "/payment-requests", || web::post().to(payment_requests::create)),
    ("get", "/payment-requests/events", || web::get().to(events::of_all)),
    ("get", "/payment-requests/{id}", || web::get().to(payment_requests::read)),
    ("post", "/payment-requests/{id}/cancel", || web::post().to(payment_requests::cancel)),
    ("post", "/payment-requests/{id}/refunds", || web::post().to(payment_requests::refund)),
    ("get", "/payment-requests/{id}/events", || web::get().to(events::of_one)),
];

pub(super) fn configure(app: &mut web::ServiceConfig) {
    let scope = web::scope("/api/v1").wrap(from_fn(limited::documents)).wrap(from_fn(http::problems));
    app.service(ROUTES.iter().fold(scope, |scope, (_, path, route)| scope.route(path, route())));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::ROUTES;

    #[test]
    fn the_description_has_every_route_and_no_other() {
        let description: Value = serde_json::from_str(include_str!("../../../../docs/openapi/merchants.json")).unwrap();
        let described = description["paths"].as_object().unwrap().iter().flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys().filter(|name| *name != "parameters");
            methods.map(move |method| format!("{method} {path}"))
        });
        let routes = ROUTES.iter().map(|(method, path, _)| format!("{method} /api/v1{path}"));
        assert_eq!(described.collect::<BTreeSet<_>>(), routes.collect());
    }
}
