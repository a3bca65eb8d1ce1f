//! The resident's own page: passkeys, consents, sessions.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::audit::Actor;
use identity::authenticator::PasskeyId;
use identity::oidc::client::ClientId;
use identity::session::{Session, SessionId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Settings;
use super::cookies::{self, Name};
use super::page;
use super::refusal::{PageError, ScriptError};
use super::session::{self, FormToken, StronglySignedIn};
use crate::clock;
use crate::pages::me::{self, Me};
use crate::server::Gateway;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/me", web::get().to(show))
        .route("/me/passkeys/options", web::post().to(passkey_options))
        .route("/me/passkeys", web::post().to(add_passkey))
        .route("/me/passkeys/{id}/remove", web::post().to(remove_passkey))
        .route("/me/consents/{client_id}/revoke", web::post().to(revoke_consent))
        .route("/me/sessions/{id}/revoke", web::post().to(revoke_session));
}

async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let shown = web::block(move || gather(&gateway, page, &session.0)).await??;
    page::render(shown.render())
}

fn gather(gateway: &Gateway, page: crate::pages::Page, session: &Session) -> Result<Me, PageError> {
    let identity = &gateway.identity;
    let attributes = identity.attributes(session.resident)?;
    let mut consents = Vec::new();
    for consent in identity.consents(session.resident)? {
        let me::Service { name_zh, name_en } = service(gateway, &consent.client_id)?;
        consents.push(me::Consent {
            name_zh,
            name_en,
            claims: consent.granted.claims.iter().cloned().collect(),
            granted: consent.changed_at,
            client_id: consent.client_id,
        });
    }
    let passkeys = identity.passkeys(session.resident)?.into_iter().map(|passkey| me::Passkey {
        id: passkey.id.to_string(),
        label: passkey.label,
        created: passkey.created_at,
        last_used: passkey.last_used_at,
    });
    let visits = identity.visits(session.resident, clock::now())?;
    let mut sessions = Vec::new();
    for other in identity.sessions(session.resident, clock::now())? {
        let here = visits.iter().filter(|(visited, _)| *visited == other.id);
        sessions.push(me::Session {
            id: other.id.to_string(),
            since: other.auth_time,
            current: other.id == session.id,
            services: here.map(|(_, client)| service(gateway, client.as_str())).collect::<Result<_, _>>()?,
        });
    }
    Ok(Me {
        page,
        name_zh: attributes.name_zh.clone(),
        name_en: attributes.name_en.clone(),
        passkeys: passkeys.collect(),
        fresh: session.is_fresh(clock::now()),
        consents,
        sessions,
    })
}

/// What a relying party calls itself; its `client_id` when it is registered no more.
fn service(gateway: &Gateway, client_id: &str) -> Result<me::Service, PageError> {
    let client = ClientId::parse(client_id).map(|id| gateway.identity.registered_client(&id)).transpose()?.flatten();
    Ok(match client {
        Some(client) => me::Service { name_zh: client.name.zh_hant, name_en: client.name.en },
        None => me::Service { name_zh: client_id.to_owned(), name_en: client_id.to_owned() },
    })
}

/// A script's request carries the form token as a field, too.
#[derive(Deserialize)]
struct ScriptToken {
    csrf: String,
}

async fn passkey_options(
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    StronglySignedIn(session): StronglySignedIn,
    token: web::Json<ScriptToken>,
) -> Result<HttpResponse, ScriptError> {
    session.must_have_sent_token(&token.csrf, &gateway)?;
    let ceremony = web::block(move || gateway.identity.start_adding_passkey(&session.0, clock::now())).await??;
    Ok(HttpResponse::Ok()
        .cookie(cookies::make(Name::Ceremony, ceremony.secret.expose(), settings.https))
        .json(ceremony.options))
}

#[derive(Deserialize)]
struct NewPasskey {
    csrf: String,
    credential: Value,
    #[serde(default)]
    label: String,
}

async fn add_passkey(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    StronglySignedIn(session): StronglySignedIn,
    made: web::Json<NewPasskey>,
) -> Result<HttpResponse, ScriptError> {
    let NewPasskey { csrf, credential, label } = made.into_inner();
    session.must_have_sent_token(&csrf, &gateway)?;
    let ceremony = session::ceremony(&request, &settings)?;
    web::block(move || gateway.identity.finish_adding_passkey(&session.0, &ceremony, credential, &label, clock::now()))
        .await??;
    let mut response = HttpResponse::Ok();
    cookies::remove(&mut response, Name::Ceremony, settings.https);
    Ok(response.json(json!({ "location": "/me" })))
}

async fn remove_passkey(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let id: PasskeyId = id.parse().map_err(|_| PageError::NothingHere)?;
    web::block(move || gateway.identity.remove_passkey(&session.0, id, clock::now())).await??;
    Ok(page::see_other("/me"))
}

async fn revoke_consent(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    client_id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    web::block(move || {
        let resident = session.0.resident;
        gateway.identity.revoke_consent(resident, &client_id, &Actor::Resident(resident), clock::now())
    })
    .await??;
    Ok(page::see_other("/me"))
}

async fn revoke_session(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let id: SessionId = id.parse().map_err(|_| PageError::NothingHere)?;
    web::block(move || {
        let resident = session.0.resident;
        gateway.identity.revoke_session(resident, id, &Actor::Resident(resident), clock::now())
    })
    .await??;
    Ok(page::see_other("/me"))
}
