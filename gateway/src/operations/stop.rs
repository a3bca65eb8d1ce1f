//! The emergency stop: relying parties, residents and signing keys, by a click or by a program. What is stopped is refused
//! from the next request on, at every gateway of the database.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::Identity;
use identity::audit::Actor;
use identity::oidc::client::ClientId;
use identity::resident::{Refusal, ResidentId};
use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::Operations;
use super::admin::{Nothing, operator};
use crate::clock;
use crate::error::Problem;
use crate::http::{body, page};
use crate::pages::Page;
use crate::pages::stop::{Client, Key, Outcome, Stop};

/// What can be stopped.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Client,
    Resident,
    Key,
}

/// Stop it, or let it go on. A key that was revoked never signs again.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Step {
    Stop,
    Resume,
}

#[derive(Deserialize)]
pub(super) struct Form {
    kind: Kind,
    step: Step,
    id: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Query {
    outcome: Option<String>,
}

/// `GET /stop`
pub(super) async fn show(
    request: HttpRequest,
    operations: web::Data<Operations>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let page = page::context(&request);
    let outcome = query.outcome.as_deref().and_then(Outcome::parse);
    let shown = web::block(move || look(&operations.identity, page, outcome)).await??;
    Ok(page::render(StatusCode::OK, shown.render()))
}

/// `POST /stop`, from the page.
pub(super) async fn by_click(
    request: HttpRequest,
    operations: web::Data<Operations>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let by = operator(&request)?;
    let Form { kind, step, id } = form.into_inner();
    let done = web::block(move || act(&operations.identity, kind, step, &id, by, clock::now())).await??;
    let outcome = if done { Outcome::Done } else { Outcome::Nothing };
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, format!("/stop?outcome={}", outcome.as_str()))).finish())
}

/// `POST /api/v1/{clients|residents|keys}/{id}/{stop|resume}`, from a program.
pub(super) async fn by_program(
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<(String, String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let by = operator(&request)?;
    let Nothing {} = body::json(&request, payload).await?;
    let (kind, id, step) = path.into_inner();
    let nothing = || Problem::not_found("There is nothing like this to stop, or it is so already.");
    let kind = match kind.as_str() {
        "clients" => Kind::Client,
        "residents" => Kind::Resident,
        _ => Kind::Key,
    };
    let step = if step == "resume" { Step::Resume } else { Step::Stop };
    let done = web::block(move || act(&operations.identity, kind, step, &id, by, clock::now())).await??;
    if done { Ok(HttpResponse::NoContent().finish()) } else { Err(nothing()) }
}

#[derive(Serialize)]
struct ClientBody {
    client_id: String,
    name_zh: String,
    name_en: String,
    stopped: bool,
}

#[derive(Serialize)]
struct KeyBody {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    since: String,
}

/// `GET /api/v1/clients`
pub(super) async fn clients(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let all = web::block(move || registered(&operations.identity)).await??;
    let body = |one: Client| ClientBody {
        client_id: one.client_id,
        name_zh: one.name_zh,
        name_en: one.name_en,
        stopped: one.stopped,
    };
    Ok(HttpResponse::Ok().json(all.into_iter().map(body).collect::<Vec<_>>()))
}

/// `GET /api/v1/keys`
pub(super) async fn keys(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let ring = web::block(move || operations.identity.key_ring(clock::now())).await??;
    let body = |held: &identity::jose::RingKey| KeyBody {
        kid: held.key.kid().to_owned(),
        algorithm: held.key.algorithm().as_str(),
        state: held.state.as_str(),
        since: held.since.to_string(),
    };
    Ok(HttpResponse::Ok().json(ring.keys().iter().map(body).collect::<Vec<_>>()))
}

/// Does it. False when there is no such thing, or it is so already.
fn act(
    identity: &Identity,
    kind: Kind,
    step: Step,
    id: &str,
    by: String,
    now: Timestamp,
) -> Result<bool, identity::Error> {
    let (id, by) = (id.trim(), Actor::Operator(by));
    match (kind, step) {
        (Kind::Client, _) => {
            let Some(id) = ClientId::parse(id) else { return Ok(false) };
            match step {
                Step::Stop => identity.stop_client(&id, &by, now),
                Step::Resume => identity.resume_client(&id, &by, now),
            }
        }
        (Kind::Resident, _) => {
            let Ok(id) = id.parse::<ResidentId>() else { return Ok(false) };
            let done = match step {
                Step::Stop => identity.suspend_resident(id, &by, now),
                Step::Resume => identity.reinstate_resident(id, &by, now),
            };
            match done {
                Ok(()) => Ok(true),
                Err(identity::Error::Resident(Refusal::UnknownResident)) => Ok(false),
                Err(failed) => Err(failed),
            }
        }
        (Kind::Key, Step::Stop) => identity.revoke_signing_key(id, &by, now),
        (Kind::Key, Step::Resume) => Ok(false),
    }
}

fn look(identity: &Identity, page: Page, outcome: Option<Outcome>) -> Result<Stop, identity::Error> {
    let key = |held: &identity::jose::RingKey| Key {
        kid: held.key.kid().to_owned(),
        algorithm: held.key.algorithm().as_str(),
        state: held.state,
        since: held.since,
    };
    let keys = identity.key_ring(clock::now())?.keys().iter().map(key).collect();
    Ok(Stop { page, outcome, clients: registered(identity)?, keys })
}

fn registered(identity: &Identity) -> Result<Vec<Client>, identity::Error> {
    let stopped = identity.stopped_clients()?;
    let shown = |client: identity::oidc::client::Client| Client {
        stopped: stopped.contains(&client.id),
        client_id: client.id.to_string(),
        name_zh: client.name.zh_hant,
        name_en: client.name.en,
    };
    Ok(identity.clients()?.into_iter().map(shown).collect())
}
