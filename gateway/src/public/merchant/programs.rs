//! Programs that act for a shop: OAuth clients that its owners make and end.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::audit::Actor;
use identity::oidc::client::ClientId;
use payments::merchant::{DeliveryId, DeliveryRecord, Duty, Membership};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::desk;
use crate::pages::merchant::Part;
use crate::pages::merchant::programs::{Made, Program, Programs, Told};
use crate::pages::moment;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{FormToken, SignedIn, StronglySignedIn};
use crate::server::Gateway;
use crate::{clock, random};

/// What the clients of merchants are called, before their own identifier.
const PREFIX: &str = "merchant-";

/// The identifier of a merchant's program, when this is such a client.
pub(in crate::public) fn program_of(client_id: &str) -> Option<Uuid> {
    client_id.strip_prefix(PREFIX)?.parse().ok()
}

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ManagePrograms).await?;
    render(&request, gateway, &session, on_duty, None, false).await
}

async fn render(
    request: &HttpRequest,
    gateway: web::Data<Gateway>,
    session: &SignedIn,
    on_duty: Membership,
    made: Option<Made>,
    wrong: bool,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    let merchant = on_duty.merchant.id;
    page.path = format!("/merchant/{merchant}/programs");
    let (programs, server, told) = web::block(move || -> Result<_, PageError> {
        let merchants = &gateway.merchants;
        Ok((merchants.programs(merchant)?, merchants.webhook(merchant)?, merchants.deliveries(merchant)?))
    })
    .await??;
    let program = |one: &payments::merchant::Program| Program {
        client_id: one.client_id.clone(),
        since: moment::minute(one.added),
    };
    let programs = programs.iter().map(program).collect();
    let told = told.iter().map(delivery).collect();
    let wrong = wrong
        .then(|| page.say("寫成 https://shop.example/hook。", "Write it as https://shop.example/hook.").to_owned());
    let (shop, part) = (desk::shop(&on_duty), Part::Programs);
    page::render(Programs { page, shop, part, programs, made, server, wrong, told }.render())
}

/// Makes a client that is bound to this shop; its secret is on the page that answers and nowhere else.
pub(super) async fn add(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ManagePrograms).await?;
    let (merchant, person, resident) = (on_duty.merchant.clone(), desk::person(&session), session.0.resident);
    let bytes = random::bytes::<16>().map_err(|failed| PageError::Failed(failed.to_string()))?;
    let client_id = format!("{PREFIX}{}", uuid::Builder::from_random_bytes(bytes).into_uuid());
    let metadata = json!({
        "client_id": client_id,
        "client_name": merchant.names.en(),
        "client_name#zh-Hant": merchant.names.zh(),
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
        "profile": "oidc",
        "scope": "merchant.payments",
    });
    let (made_id, gateway_of) = (client_id.clone(), gateway.clone());
    let secret = web::block(move || -> Result<String, PageError> {
        // The binding first: a client that is bound and not there opens nothing, and the other way round neither.
        gateway_of.merchants.add_program(person, merchant.id, &made_id, clock::now())?;
        let by = Actor::Resident(resident);
        let made = gateway_of.identity.add_client(&metadata, &by, clock::now());
        let made = made.map_err(|failed| PageError::Failed(failed.to_string()))?;
        let secret = made.made_secret.ok_or_else(|| PageError::Failed("no secret was made".to_owned()))?;
        Ok(secret.expose().to_string())
    })
    .await??;
    render(&request, gateway, &session, on_duty, Some(Made { client_id, secret }), false).await
}

/// Ends a program: it opens nothing from now on.
pub(super) async fn remove(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &path.0, Duty::ManagePrograms).await?;
    let client: ClientId = ClientId::parse(&path.1).ok_or(PageError::NothingHere)?;
    let (merchant, person, resident) = (on_duty.merchant.id, desk::person(&session), session.0.resident);
    web::block(move || -> Result<(), PageError> {
        let known = gateway.merchants.programs(merchant)?;
        if !known.iter().any(|program| program.client_id == client.as_str()) {
            return Err(PageError::NothingHere);
        }
        gateway.merchants.remove_program(person, merchant, client.as_str(), clock::now())?;
        gateway.identity.remove_client(&client, &Actor::Resident(resident), clock::now())?;
        Ok(())
    })
    .await??;
    Ok(page::see_other(&format!("/merchant/{merchant}/programs")))
}

fn delivery(of: &DeliveryRecord) -> Told {
    Told {
        id: of.id.to_string(),
        kind: of.kind.clone(),
        at: moment::minute(of.delivered.unwrap_or(of.created)),
        attempts: of.attempts,
        is_delivered: of.delivered.is_some(),
        failure: of.failure.clone(),
    }
}

#[derive(Deserialize)]
pub(super) struct ServerForm {
    csrf: String,
    url: String,
}

/// Says where the shop's own server is; nothing takes it away. Whether it may be called is seen when it is.
pub(super) async fn server(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<ServerForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ManagePrograms).await?;
    let (merchant, person) = (on_duty.merchant.id, desk::person(&session));
    let typed = form.url.trim();
    let url = Url::parse(typed).ok().filter(|url| matches!(url.scheme(), "https" | "http") && typed.len() <= 500);
    if url.is_none() && !typed.is_empty() {
        return render(&request, gateway, &session, on_duty, None, true).await;
    }
    web::block(move || gateway.merchants.set_webhook(person, merchant, url.as_ref().map(Url::as_str), clock::now()))
        .await??;
    Ok(page::see_other(&format!("/merchant/{merchant}/programs")))
}

/// Tells the shop's server something again.
pub(super) async fn deliver_again(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let merchant = desk::on_duty(&gateway, &session, &path.0, Duty::ManagePrograms).await?.merchant.id;
    let delivery: DeliveryId = path.1.parse().map_err(|_| PageError::NothingHere)?;
    let person = desk::person(&session);
    web::block(move || gateway.merchants.deliver_again(person, merchant, delivery, clock::now())).await??;
    Ok(page::see_other(&format!("/merchant/{merchant}/programs")))
}
