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
use zeroize::Zeroizing;

use super::Operations;
use super::admin::Nothing;
use super::officer::{Officer, officer_of_form, on_this_machine};
use crate::clock;
use crate::error::Problem;
use crate::http::{body, page};
use crate::pages::Page;
use crate::pages::stop::{Client, Key, Said, Stop};

/// What can be stopped.
#[derive(Debug, Clone, Copy)]
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

/// The page's form. `what` is `client:ID`, `key:ID`, or `resident` with the id in its own field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    #[serde(default)]
    what: String,
    #[serde(default)]
    resident: String,
    step: Step,
    token: Zeroizing<String>,
}

impl Form {
    /// What is meant, when it can be told.
    fn named(&self) -> Option<(Kind, &str)> {
        match self.what.split_once(':') {
            Some(("client", id)) => Some((Kind::Client, id)),
            Some(("key", id)) => Some((Kind::Key, id)),
            None if self.what == "resident" => Some((Kind::Resident, &self.resident)),
            _ => None,
        }
    }
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
    let said = match query.outcome.as_deref() {
        Some("done") => Some(Said::Done),
        Some("nothing") => Some(Said::Nothing),
        _ => None,
    };
    render(&request, operations, StatusCode::OK, said).await
}

/// `POST /stop`, from the page. Back to the page when it is done, so that a reload does nothing twice.
pub(super) async fn by_click(
    request: HttpRequest,
    operations: web::Data<Operations>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    on_this_machine(&request)?;
    let page = page::context(&request);
    let form = form.into_inner();
    let by = match officer_of_form(&page, &operations, &form.token).await {
        Ok(by) => by,
        Err(objection) => {
            return render(&request, operations, objection.status, Some(Said::Objection(objection.words))).await;
        }
    };
    let Some((kind, id)) = form.named() else {
        let words = page.say("請先選擇要停止的項目。", "Choose first what to stop.").to_owned();
        return render(&request, operations, StatusCode::BAD_REQUEST, Some(Said::Objection(words))).await;
    };
    let (identity, id, step) = (operations.identity.clone(), id.to_owned(), form.step);
    let done = web::block(move || act(&identity, kind, step, &id, by, clock::now())).await??;
    let outcome = if done { "done" } else { "nothing" };
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, format!("/stop?outcome={outcome}"))).finish())
}

async fn render(
    request: &HttpRequest,
    operations: web::Data<Operations>,
    status: StatusCode,
    said: Option<Said>,
) -> Result<HttpResponse, Problem> {
    let page = page::context(request);
    let shown = web::block(move || look(&operations.identity, page, said)).await??;
    Ok(page::render(status, shown.render()))
}

/// `POST /api/v1/{clients|residents|keys}/{id}/{stop|resume}`, from a program.
pub(super) async fn by_program(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<(String, String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
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

fn look(identity: &Identity, page: Page, said: Option<Said>) -> Result<Stop, identity::Error> {
    let key = |held: &identity::jose::RingKey| Key {
        kid: held.key.kid().to_owned(),
        algorithm: held.key.algorithm().as_str(),
        state: held.state,
        since: held.since,
    };
    let keys = identity.key_ring(clock::now())?.keys().iter().map(key).collect();
    Ok(Stop { page, said, clients: registered(identity)?, keys })
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
