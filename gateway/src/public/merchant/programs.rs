//! Programs that act for a shop: OAuth clients that its owners make and end.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::audit::Actor;
use identity::oidc::client::ClientId;
use payments::merchant::{
    DeliveryId, DeliveryRecord, Duty, Membership, MerchantError, MerchantNames, MerchantRefusal, ReturnAddress,
    WebhookAddress,
};
use serde::Deserialize;
use serde_json::json;
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
    render(&request, gateway, &session, on_duty, None, Wrong::Nothing).await
}

/// Whether programs may call with certificates of their own: this installation has a listener for them.
fn takes_certificates(gateway: &Gateway) -> bool {
    gateway.identity.settings().mutual_tls_url.is_some()
}

/// What of a form was not taken.
enum Wrong {
    Nothing,
    /// The address of the shop's server.
    Server,
    /// The pages of this program to return to, as they were typed.
    Returns {
        client_id: String,
        typed: String,
    },
}

async fn render(
    request: &HttpRequest,
    gateway: web::Data<Gateway>,
    session: &SignedIn,
    on_duty: Membership,
    made: Option<Made>,
    wrong: Wrong,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    let merchant = on_duty.merchant.id;
    page.path = format!("/merchant/{merchant}/programs");
    let takes_certificates = takes_certificates(&gateway);
    let (programs, server, told) = web::block(move || -> Result<_, PageError> {
        let merchants = &gateway.merchants;
        Ok((merchants.programs(merchant)?, merchants.webhook(merchant)?, merchants.deliveries(merchant)?))
    })
    .await??;
    let returns_wrong = page.say(
        "每行一個網址，寫成 https://shop.example/done，最多十個。",
        "One address a line, written as https://shop.example/done, ten at most.",
    );
    let program = |one: &payments::merchant::Program| {
        let typed = match &wrong {
            Wrong::Returns { client_id, typed } if *client_id == one.client_id => Some(typed.clone()),
            _ => None,
        };
        let kept = || one.return_addresses.iter().map(ReturnAddress::as_str).collect::<Vec<_>>().join("\n");
        Program {
            client_id: one.client_id.clone(),
            since: moment::minute(one.added),
            wrong: typed.as_ref().map(|_| returns_wrong.to_owned()),
            returns: typed.unwrap_or_else(kept),
        }
    };
    let programs = programs.iter().map(program).collect();
    let told = told.iter().map(delivery).collect();
    let wrong = matches!(wrong, Wrong::Server)
        .then(|| page.say("寫成 https://shop.example/hook。", "Write it as https://shop.example/hook.").to_owned());
    let (shop, part) = (desk::shop(&on_duty), Part::Programs);
    page::render(Programs { page, shop, part, programs, made, takes_certificates, server, wrong, told }.render())
}

/// To what a program's access tokens are bound.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BoundTo {
    /// To nothing: whoever has one may use it.
    Nobody,
    /// To a key of the program's own (DPoP, RFC 9449).
    Key,
    /// To the certificate over whose connection it was asked for (RFC 8705, section 3).
    Certificate,
}

impl BoundTo {
    /// The client metadata that says so.
    const fn member(self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            Self::Key => Some("dpop_bound_access_tokens"),
            Self::Certificate => Some("tls_client_certificate_bound_access_tokens"),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ProgramForm {
    csrf: String,
    bound_to: Option<BoundTo>,
}

/// What the provider is told of a merchant's program.
fn metadata(client_id: &str, names: &MerchantNames, bound_to: BoundTo) -> serde_json::Value {
    let mut metadata = json!({
        "client_id": client_id,
        "client_name": names.en(),
        "client_name#zh-Hant": names.zh(),
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
        "profile": "oidc",
        "scope": "merchant.payments",
    });
    if let Some(member) = bound_to.member() {
        metadata[member] = true.into();
    }
    metadata
}

/// Makes a client that is bound to this shop; its secret is on the page that answers and nowhere else.
pub(super) async fn add(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<ProgramForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let bound_to = form.bound_to.unwrap_or(BoundTo::Nobody);
    if bound_to == BoundTo::Certificate && !takes_certificates(&gateway) {
        return Err(PageError::NothingHere);
    }
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ManagePrograms).await?;
    let (merchant, person, resident) = (on_duty.merchant.clone(), desk::person(&session), session.0.resident);
    let bytes = random::bytes::<16>().map_err(|failed| PageError::Failed(failed.to_string()))?;
    let client_id = format!("{PREFIX}{}", uuid::Builder::from_random_bytes(bytes).into_uuid());
    let metadata = metadata(&client_id, &merchant.names, bound_to);
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
    render(&request, gateway, &session, on_duty, Some(Made { client_id, secret }), Wrong::Nothing).await
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

/// Says where the shop's own server is; an empty field says that there is none, and then nobody is told.
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
    let url = match typed {
        "" => None,
        typed => match typed.parse::<WebhookAddress>() {
            Ok(url) => Some(url),
            Err(_) => return render(&request, gateway, &session, on_duty, None, Wrong::Server).await,
        },
    };
    web::block(move || gateway.merchants.set_webhook(person, merchant, url, clock::now())).await??;
    Ok(page::see_other(&format!("/merchant/{merchant}/programs")))
}

#[derive(Deserialize)]
pub(super) struct ReturnsForm {
    csrf: String,
    /// One address a line.
    returns: String,
}

/// Says to which pages a program may send payers back; an empty field says to none.
pub(super) async fn returns(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    form: web::Form<ReturnsForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &path.0, Duty::ManagePrograms).await?;
    let (merchant, person) = (on_duty.merchant.id, desk::person(&session));
    let (client_id, typed) = (path.1.clone(), form.into_inner().returns);
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let addresses: Result<Vec<ReturnAddress>, _> = lines.map(str::parse).collect();
    if let Ok(addresses) = addresses {
        let (gateway, client_id) = (gateway.clone(), client_id.clone());
        let set = web::block(move || {
            gateway.merchants.set_return_addresses(person, merchant, &client_id, addresses, clock::now())
        });
        match set.await? {
            Ok(()) => return Ok(page::see_other(&format!("/merchant/{merchant}/programs"))),
            Err(MerchantError::Refused(MerchantRefusal::TooManyReturnAddresses)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    render(&request, gateway, &session, on_duty, None, Wrong::Returns { client_id, typed }).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_s_tokens_are_bound_as_its_owner_chose() {
        let names = MerchantNames::new("晨光文具", "Morning Light Stationery").unwrap();
        for (bound_to, key, certificate) in
            [(BoundTo::Nobody, false, false), (BoundTo::Key, true, false), (BoundTo::Certificate, false, true)]
        {
            let metadata = metadata("merchant-1", &names, bound_to);
            assert_eq!(metadata["dpop_bound_access_tokens"] == true, key);
            assert_eq!(metadata["tls_client_certificate_bound_access_tokens"] == true, certificate);
        }
    }
}
