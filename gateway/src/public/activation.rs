//! Activating a digital identity: the code, the data to confirm, the first passkey.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::resident::{ActivationCode, ActivationSecret, Attributes};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cookies::{self, Name};
use super::page;
use super::refusal::{PageError, ScriptError, resident_words};
use super::{Settings, session};
use crate::clock;
use crate::pages::activate::Activate;
use crate::pages::activate_confirm::ActivateConfirm;
use crate::server::Gateway;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/activate", web::get().to(show))
        .route("/activate", web::post().to(begin))
        .route("/activate/confirm", web::get().to(confirm))
        .route("/activate/passkey/options", web::post().to(passkey_options))
        .route("/activate/passkey", web::post().to(passkey));
}

/// The form for the code. A link carries it behind `#`, which browsers keep to themselves.
async fn show(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let form = Activate { page: page::context(&request, None), refusal: None };
    page::render(form.render())
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

/// Takes the code; a wrong one is answered beside the field.
async fn begin(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    form: web::Form<CodeForm>,
) -> Result<HttpResponse, PageError> {
    let begun = web::block(move || {
        let code: ActivationCode = form.code.parse().map_err(identity::Error::from)?;
        gateway.identity.begin_activation(&code, clock::now())
    })
    .await?;
    match begun {
        Ok(activation) => Ok(HttpResponse::SeeOther()
            .cookie(cookies::make(Name::Activation, activation.secret.expose(), settings.https))
            .insert_header((LOCATION, "/activate/confirm"))
            .finish()),
        Err(identity::Error::Resident(refusal)) => {
            let page = page::context(&request, None);
            let (zh, en) = resident_words(refusal);
            let refusal = Some(page.say(zh, en).to_owned());
            page::render(Activate { page, refusal }.render())
        }
        Err(failed) => Err(failed.into()),
    }
}

/// The data that the resident confirms by making a passkey.
async fn confirm(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, PageError> {
    let secret = activation_secret(&request, &settings).ok_or(PageError::ActivationOver)?;
    let attributes = web::block(move || gateway.identity.activation(&secret, clock::now())).await??;
    page::render(confirmation(page::context(&request, None), &attributes).render())
}

fn confirmation(page: crate::pages::Page, attributes: &Attributes) -> ActivateConfirm {
    ActivateConfirm {
        page,
        name_zh: attributes.name_zh.clone(),
        name_en: attributes.name_en.clone(),
        hkid: attributes.hkid.masked(),
        birth_date: attributes.birth_date.to_string(),
        phone: attributes.phone.clone(),
    }
}

async fn passkey_options(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, ScriptError> {
    let secret = activation_secret(&request, &settings).ok_or(PageError::ActivationOver)?;
    let ceremony = web::block(move || gateway.identity.start_activation_passkey(&secret, clock::now())).await??;
    Ok(HttpResponse::Ok()
        .cookie(cookies::make(Name::Ceremony, ceremony.secret.expose(), settings.https))
        .json(ceremony.options))
}

#[derive(Deserialize)]
struct NewPasskey {
    credential: Value,
    #[serde(default)]
    label: String,
}

/// Keeps the passkey: the code is used up, and the resident is signed in.
async fn passkey(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    made: web::Json<NewPasskey>,
) -> Result<HttpResponse, ScriptError> {
    let secret = activation_secret(&request, &settings).ok_or(PageError::ActivationOver)?;
    let ceremony = session::ceremony(&request, &settings)?;
    let NewPasskey { credential, label } = made.into_inner();
    let signed_in = web::block(move || {
        gateway.identity.finish_activation_passkey(&secret, &ceremony, credential, &label, clock::now())
    })
    .await??;
    let mut response = HttpResponse::Ok();
    cookies::remove(&mut response, Name::Activation, settings.https);
    cookies::remove(&mut response, Name::Ceremony, settings.https);
    Ok(response
        .cookie(cookies::make(Name::Session, signed_in.secret.expose(), settings.https))
        .json(json!({ "location": "/me" })))
}

fn activation_secret(request: &HttpRequest, settings: &Settings) -> Option<ActivationSecret> {
    cookies::read(request, Name::Activation, settings.https).as_deref().and_then(ActivationSecret::parse)
}
