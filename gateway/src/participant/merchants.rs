//! `/merchants`: the shops among a participant's customers, and their tills.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{Proxy, ProxyKind};
use payments::merchant::{
    Category, Change, InvitationCode, Merchant, MerchantId, MerchantNames, MerchantStatus, NotAName, Onboarding,
    OnboardingId, Role, TillLabel,
};
use serde::{Deserialize, Serialize};
use store::Timestamp;
use uuid::Uuid;

use super::paging::{Cursor, page};
use super::{Api, Participant, resource};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Mounts these endpoints.
pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/merchants", "GET, POST").route(web::get().to(list)).route(web::post().to(onboard)))
        .service(
            resource("/merchants/{merchant_id}", "GET, PATCH")
                .route(web::get().to(read))
                .route(web::patch().to(change)),
        )
        .service(resource("/merchants/{merchant_id}/invitation", "POST").route(web::post().to(invite)))
        .service(
            resource("/merchants/{merchant_id}/tills/{label}", "PUT, DELETE")
                .route(web::put().to(add_till))
                .route(web::delete().to(remove_till)),
        );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnboardingBody {
    /// The participant's own: the same request again gives the same merchant.
    request_id: Uuid,
    name_zh: String,
    name_en: String,
    category: String,
    fps_id: String,
    #[serde(default)]
    tills: Vec<String>,
}

impl OnboardingBody {
    fn parse(&self) -> Result<Onboarding, Problem> {
        let till = |(index, label): (usize, &String)| {
            label.parse::<TillLabel>().map_err(|wrong| bad(&wrong, format!("tills[{index}]")))
        };
        Ok(Onboarding {
            request_id: OnboardingId::from_uuid(self.request_id),
            names: names(&self.name_zh, &self.name_en)?,
            category: category(&self.category)?,
            fps_id: fps_id(&self.fps_id)?,
            tills: self.tills.iter().enumerate().map(till).collect::<Result<_, _>>()?,
        })
    }
}

fn bad(wrong: &dyn std::fmt::Display, field: impl Into<String>) -> Problem {
    Problem::bad_request(wrong.to_string()).field(field)
}

fn names(zh: &str, en: &str) -> Result<MerchantNames, Problem> {
    MerchantNames::new(zh, en).map_err(|wrong: NotAName| bad(&wrong, wrong.field()))
}

fn category(text: &str) -> Result<Category, Problem> {
    text.parse().map_err(|wrong| bad(&wrong, "category"))
}

fn fps_id(text: &str) -> Result<Proxy, Problem> {
    Proxy::parse(ProxyKind::FpsId, text).map_err(|wrong| bad(&wrong, "fps_id"))
}

fn till(text: &str) -> Result<TillLabel, Problem> {
    text.parse().map_err(|wrong| bad(&wrong, "till"))
}

fn merchant_id(text: &str) -> Result<MerchantId, Problem> {
    text.parse().map_err(|_| Problem::not_found("You have no such merchant."))
}

/// A merchant, as its own participant reads it.
#[derive(Serialize)]
struct MerchantBody {
    merchant_id: String,
    name_zh: String,
    name_en: String,
    category: String,
    fps_id: String,
    account_token: String,
    status: &'static str,
    tills: Vec<String>,
    created: String,
    changed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<InvitationBody>,
}

/// What the participant hands to the owner. It is shown once.
#[derive(Serialize)]
struct InvitationBody {
    code: String,
    expires: String,
}

impl InvitationBody {
    fn of(code: &InvitationCode, now: Timestamp) -> Self {
        Self { code: code.expose().to_string(), expires: (now + InvitationCode::lasts(Role::Owner)).to_string() }
    }
}

impl From<&Merchant> for MerchantBody {
    fn from(merchant: &Merchant) -> Self {
        Self {
            merchant_id: merchant.id.to_string(),
            name_zh: merchant.names.zh().to_owned(),
            name_en: merchant.names.en().to_owned(),
            category: merchant.category.to_string(),
            fps_id: merchant.fps_id.value().to_owned(),
            account_token: merchant.account_token.to_string(),
            status: merchant.status.name(),
            tills: merchant.tills.iter().map(ToString::to_string).collect(),
            created: merchant.created.to_string(),
            changed: merchant.changed.to_string(),
            invitation: None,
        }
    }
}

/// Takes a merchant on: 201 with an invitation for its owner, or 200 without one when this request was carried out before.
pub(super) async fn onboard(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: OnboardingBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let (wanted, now) = (body.parse()?, clock::now());
    let made = web::block(move || api.merchants.onboard(participant, &wanted, now)).await??;
    let mut body = MerchantBody::from(&made.merchant);
    body.invitation = made.invitation.as_ref().map(|code| InvitationBody::of(code, now));
    Ok(if made.invitation.is_some() { HttpResponse::Created().json(body) } else { HttpResponse::Ok().json(body) })
}

/// The participant's merchants, in the order in which they came, a page at a time.
pub(super) async fn list(
    Participant(participant): Participant,
    api: web::Data<Api>,
    Cursor(cursor): Cursor<MerchantId>,
) -> Result<HttpResponse, Problem> {
    let found = web::block(move || api.merchants.list(Some(participant), cursor)).await??;
    Ok(page::<MerchantBody, _, _>("merchants", &found))
}

/// One merchant.
pub(super) async fn read(
    Participant(participant): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = merchant_id(&id)?;
    let merchant = web::block(move || api.merchants.of_participant(participant, id)).await??;
    Ok(HttpResponse::Ok().json(MerchantBody::from(&merchant)))
}

/// What changes; what is left out stays. Both names change together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    name_zh: Option<String>,
    name_en: Option<String>,
    category: Option<String>,
    fps_id: Option<String>,
    status: Option<String>,
}

impl ChangeBody {
    fn parse(&self) -> Result<Change, Problem> {
        let new_names = match (&self.name_zh, &self.name_en) {
            (None, None) => None,
            (Some(zh), Some(en)) => Some(names(zh, en)?),
            (None, Some(_)) => return Err(bad(&"both names are given, or none", "name_zh")),
            (Some(_), None) => return Err(bad(&"both names are given, or none", "name_en")),
        };
        let status = match self.status.as_deref() {
            None => None,
            Some("active") => Some(MerchantStatus::Active),
            Some("closed") => Some(MerchantStatus::Closed),
            Some(_) => return Err(bad(&"a status is active or closed", "status")),
        };
        Ok(Change {
            names: new_names,
            category: self.category.as_deref().map(category).transpose()?,
            fps_id: self.fps_id.as_deref().map(fps_id).transpose()?,
            status,
        })
    }
}

/// Changes a merchant.
pub(super) async fn change(
    Participant(participant): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: ChangeBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let (id, change) = (merchant_id(&id)?, body.parse()?);
    let merchant = web::block(move || api.merchants.change(participant, id, &change, clock::now())).await??;
    Ok(HttpResponse::Ok().json(MerchantBody::from(&merchant)))
}

/// Another invitation for an owner; earlier ones end.
pub(super) async fn invite(
    Participant(participant): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    api.may_act(participant)?;
    let (id, now) = (merchant_id(&id)?, clock::now());
    let code = web::block(move || api.merchants.invite_owner(participant, id, now)).await??;
    Ok(HttpResponse::Created().json(InvitationBody::of(&code, now)))
}

/// Adds a till; again is the same.
pub(super) async fn add_till(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    api.may_act(participant)?;
    let (id, till) = (merchant_id(&path.0)?, till(&path.1)?);
    let merchant = web::block(move || api.merchants.add_till(participant, id, &till, clock::now())).await??;
    Ok(HttpResponse::Ok().json(MerchantBody::from(&merchant)))
}

/// Takes a till away: 204.
pub(super) async fn remove_till(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    api.may_act(participant)?;
    let (id, till) = (merchant_id(&path.0)?, till(&path.1)?);
    web::block(move || api.merchants.remove_till(participant, id, &till, clock::now())).await??;
    Ok(HttpResponse::NoContent().finish())
}
