//! What clients call themselves: discovery, keys, pushed requests, tokens, userinfo. OAuth error bodies.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ContentType, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, web};
use identity::Identity;
use identity::oidc::client::ClientId;
use identity::oidc::{ClientCredentials, EndpointRequest, Error, OAuthError, UserinfoResponse};
use serde::Serialize;
use serde_json::json;

use super::super::waiting;
use super::request;
use crate::clock;
use crate::server::Gateway;

/// How long a client may keep the discovery document and the keys. A key is published a day before it signs.
const PUBLIC_CACHE: &str = "public, max-age=300";

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server` (RFC 8414, section 3)
pub(super) async fn discovery(gateway: web::Data<Gateway>) -> HttpResponse {
    published().content_type(ContentType::json()).body(gateway.identity.discovery_document().to_owned())
}

/// `GET /oauth/jwks`
pub(super) async fn jwks(gateway: web::Data<Gateway>) -> HttpResponse {
    match waiting::ask(&gateway, |identity| identity.jwks_document(clock::now())).await {
        Ok(Ok(keys)) => published().content_type(ContentType::json()).body(keys),
        Ok(Err(failed)) => failure(&failed),
        Err(_) => unavailable(),
    }
}

/// `POST /oauth/par` (RFC 9126)
pub(super) async fn pushed_authorization_request(
    request: HttpRequest,
    body: web::Bytes,
    gateway: web::Data<Gateway>,
) -> HttpResponse {
    let act =
        async |identity: &Identity, call: &EndpointRequest| identity.push_authorization_request(call, clock::now());
    answer(&request, &body, StatusCode::CREATED, &gateway, act).await
}

/// `POST /oauth/token` (RFC 6749, section 3.2)
pub(super) async fn token(request: HttpRequest, body: web::Bytes, gateway: web::Data<Gateway>) -> HttpResponse {
    let act = async |identity: &Identity, call: &EndpointRequest| identity.token_soon(call, clock::now()).await;
    answer(&request, &body, StatusCode::OK, &gateway, act).await
}

/// `GET` and `POST /oauth/userinfo` (OpenID Connect Core, section 5.3)
pub(super) async fn userinfo(request: HttpRequest, body: web::Bytes, gateway: web::Data<Gateway>) -> HttpResponse {
    let write = |told: UserinfoResponse| match told {
        UserinfoResponse::Claims(claims) => HttpResponse::Ok().json(claims),
        UserinfoResponse::Token(token) => HttpResponse::Ok().content_type("application/jwt").body(token),
    };
    let act = async |identity: &Identity, call: &EndpointRequest| identity.userinfo(call, clock::now());
    answer_in_form(&request, &body, &gateway, act, write).await
}

/// `POST /oauth/introspect` (RFC 7662)
pub(super) async fn introspect(request: HttpRequest, body: web::Bytes, gateway: web::Data<Gateway>) -> HttpResponse {
    let act = async |identity: &Identity, call: &EndpointRequest| identity.introspect(call, clock::now());
    answer(&request, &body, StatusCode::OK, &gateway, act).await
}

/// `POST /oauth/revoke` (RFC 7009). The body of the answer means nothing.
pub(super) async fn revoke(request: HttpRequest, body: web::Bytes, gateway: web::Data<Gateway>) -> HttpResponse {
    let act = async |identity: &Identity, call: &EndpointRequest| {
        identity.revoke_token(call, clock::now()).map(|()| json!({}))
    };
    answer(&request, &body, StatusCode::OK, &gateway, act).await
}

async fn answer<T: Serialize + Send + 'static>(
    request: &HttpRequest,
    body: &web::Bytes,
    status: StatusCode,
    gateway: &web::Data<Gateway>,
    act: impl AsyncFn(&Identity, &EndpointRequest) -> Result<T, Error> + Send + 'static,
) -> HttpResponse {
    answer_in_form(request, body, gateway, act, |value| HttpResponse::build(status).json(value)).await
}

async fn answer_in_form<T: Send + 'static>(
    request: &HttpRequest,
    body: &web::Bytes,
    gateway: &web::Data<Gateway>,
    act: impl AsyncFn(&Identity, &EndpointRequest) -> Result<T, Error> + Send + 'static,
    write: impl FnOnce(T) -> HttpResponse,
) -> HttpResponse {
    let call = match request::endpoint(request, body) {
        Ok(call) => call,
        Err(refusal) => return refused(&refusal),
    };
    let turn = match Turn::of(request, &call, gateway) {
        Ok(turn) => turn,
        Err(seconds) => return too_many(seconds),
    };
    let proves_possession = !call.dpop.is_empty();
    let mut response =
        match waiting::ask_for_soon(gateway, async move |identity: &Identity| act(identity, &call).await).await {
            Ok(Ok(value)) => uncached(write(value)),
            Ok(Err(Error::Refused(refusal))) => refused(&refusal),
            Ok(Err(Error::Failed(failed))) => failure(&failed),
            Err(_) => unavailable(),
        };
    turn.end(&response, gateway);
    if proves_possession {
        offer_nonce(&mut response, &gateway.identity);
    }
    response
}

/// Whose share of the limits a call is counted for.
struct Turn {
    address: Option<IpAddr>,
    client: Option<ClientId>,
}

impl Turn {
    /// Who calls, by its own words; or how many seconds they have to wait.
    fn of(request: &HttpRequest, call: &EndpointRequest, gateway: &Gateway) -> Result<Self, u64> {
        let address = gateway.limits.address(request);
        let named = || ClientCredentials::read(call).ok().map(|credentials| credentials.client_id().clone());
        let client = address.and_then(|_| named());
        let waits = address.and_then(|address| gateway.limits.wait_of_address(address));
        match waits.or_else(|| gateway.limits.wait_of_client(client.as_ref()?)) {
            Some(seconds) => Err(seconds),
            None => Ok(Self { address, client }),
        }
    }

    /// Counts the call for the client, if it was the client; for the address, when nobody has proven to be it.
    fn end(self, response: &HttpResponse, gateway: &Gateway) {
        let Some(address) = self.address else { return };
        match self.client {
            _ if response.status() == StatusCode::UNAUTHORIZED => gateway.limits.charge_address(address),
            Some(client) => gateway.limits.charge_client(client),
            None => {}
        }
    }
}

fn too_many(seconds: u64) -> HttpResponse {
    HttpResponse::TooManyRequests()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((RETRY_AFTER, seconds))
        .json(json!({ "error": "temporarily_unavailable", "error_description": "too many requests: wait a moment" }))
}

fn uncached(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Gives the client a nonce for its next proof, before it has to ask (RFC 9449, section 8.2).
fn offer_nonce(response: &mut HttpResponse, identity: &Identity) {
    if let Ok(nonce) = HeaderValue::from_str(&identity.dpop_nonce(clock::now())) {
        response.headers_mut().insert(HeaderName::from_static("dpop-nonce"), nonce);
    }
}

/// Documents that any website's script may read.
fn published() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, PUBLIC_CACHE)).insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response
}

fn refused(refusal: &OAuthError) -> HttpResponse {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = HttpResponse::build(status);
    if let Some(challenge) = refusal.www_authenticate() {
        response.insert_header((WWW_AUTHENTICATE, challenge));
    }
    response.insert_header((CACHE_CONTROL, "no-store")).json(refusal.body())
}

fn failure(failed: &identity::Error) -> HttpResponse {
    tracing::error!(error = %failed, "the provider failed");
    match failed {
        identity::Error::Store(store::Error::Unavailable(_)) => unavailable(),
        _ => HttpResponse::InternalServerError()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(json!({ "error": "server_error", "error_description": "the request was not carried out" })),
    }
}

fn unavailable() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((RETRY_AFTER, "2"))
        .json(json!({ "error": "temporarily_unavailable", "error_description": "try again in a moment" }))
}
