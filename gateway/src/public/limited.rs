//! The limits of pages and published documents: so many a second for each address.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::refusal::PageError;
use crate::error::Problem;
use crate::server::Gateway;

/// Middleware of pages, inside the one that words errors.
pub(super) async fn pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match seconds_to_wait(&request) {
        Some(seconds) => Ok(request.error_response(PageError::TooMany(seconds))),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// Middleware of documents for programs.
pub(super) async fn documents(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match seconds_to_wait(&request) {
        Some(seconds) => {
            let mut problem = Problem::from_status(StatusCode::TOO_MANY_REQUESTS);
            problem.retry_after = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
            Ok(request.error_response(problem))
        }
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// How long the caller has to wait. A request that need not wait is counted.
fn seconds_to_wait(request: &ServiceRequest) -> Option<u64> {
    let limits = &request.app_data::<Data<Gateway>>()?.limits;
    let address = limits.address(request.request())?;
    let wait = limits.wait_of_address(address);
    if wait.is_none() {
        limits.charge_address(address);
    }
    wait
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{AUTHORIZATION, RETRY_AFTER};
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use identity::audit::Actor;
    use serde_json::json;

    use crate::cli::{ConfigPath, Installation};
    use crate::public::{Settings, configure};
    use crate::server::Gateway;

    /// The statuses of these requests, one after the other, where two of a kind are answered at once. Each 429 says
    /// when to come again.
    async fn statuses(requests: Vec<TestRequest>) -> Vec<u16> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lionrock.toml");
        let text = "[database]\nurl = 'sqlite:x.db'\n[public]\nlisten = '127.0.0.1:0'\nissuer = 'http://localhost:8080'\n\
            [limits]\nper_address = 1\naddress_burst = 2\nper_client = 1\nclient_burst = 2\n";
        std::fs::write(&path, text).unwrap();
        let installation = Installation::open_unmigrated(&ConfigPath { path }).unwrap();
        installation.db.migrate().unwrap();
        let gateway = Gateway::open(&installation).unwrap();
        let metadata = json!({
            "client_id": "shop", "client_secret": "correct-horse", "profile": "oidc", "client_name": "Shop",
            "redirect_uris": ["https://shop.example/cb"],
        });
        let registered = gateway.identity.add_client(&metadata, &Actor::System, crate::clock::now());
        registered.unwrap();
        let app = App::new()
            .app_data(web::Data::from(gateway.clone()))
            .app_data(web::Data::new(Settings::new(&installation.config.public)));
        let app = init_service(app.configure(configure)).await;
        let mut statuses = Vec::new();
        for request in requests {
            let request = request.peer_addr("127.0.0.1:50000".parse().unwrap()).to_request();
            let response = call_service(&app, request).await;
            assert_eq!(response.status() == 429, response.headers().contains_key(RETRY_AFTER));
            statuses.push(response.status().as_u16());
        }
        gateway.switch.stop();
        statuses
    }

    fn get(path: &str, from: &str) -> TestRequest {
        TestRequest::get().uri(path).insert_header(("X-Forwarded-For", from))
    }

    fn introspect(secret: &str, from: &str) -> TestRequest {
        let basic = format!("Basic {}", STANDARD.encode(format!("shop:{secret}")));
        TestRequest::post()
            .uri("/oauth/introspect")
            .insert_header(("X-Forwarded-For", from))
            .insert_header((AUTHORIZATION, basic))
            .set_form([("token", "x")])
    }

    #[actix_web::test]
    async fn an_address_gets_so_many_pages_and_documents() {
        let (one, two) = ("203.0.113.1", "203.0.113.2");
        let page = |from| get("/sign-in", from);
        let asked = vec![page(one), get("/oauth/jwks", one), page(one), get("/oauth/jwks", one), page(two)];
        assert_eq!(statuses(asked).await, [200, 200, 429, 429, 200]);
        let same_network = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"].map(page);
        assert_eq!(statuses(same_network.into()).await, [200, 200, 429, 200]);
        let own = (0..3).map(|_| TestRequest::get().uri("/sign-in")).collect();
        assert_eq!(statuses(own).await, [200, 200, 200], "a trusted machine itself");
    }

    #[actix_web::test]
    async fn a_client_gets_so_many_answers_wherever_it_calls_from() {
        let asked = (1..=3).map(|host| introspect("correct-horse", &format!("203.0.113.{host}"))).collect();
        assert_eq!(statuses(asked).await, [200, 200, 429]);
    }

    #[actix_web::test]
    async fn nobody_uses_up_a_clients_share_by_naming_it() {
        let (thief, shop) = ("203.0.113.66", "203.0.113.1");
        let guess = || introspect("wrong-horse", thief);
        let asked = vec![guess(), guess(), guess(), introspect("correct-horse", shop)];
        assert_eq!(statuses(asked).await, [401, 401, 429, 200]);
    }
}
