//! Signing in with a passkey, and signing out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Settings;
use super::cookies::{self, Name};
use super::page;
use super::refusal::{PageError, ScriptError};
use super::session::{self, MaybeSignedIn, SignedIn};
use crate::clock;
use crate::pages::sign_in::SignIn;
use crate::server::Gateway;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/sign-in", web::get().to(show))
        .route("/sign-in/passkey/options", web::post().to(options))
        .route("/sign-in/passkey", web::post().to(finish))
        .route("/sign-out", web::post().to(sign_out));
}

/// The sign-in page for a resident who came by themselves. (A relying party's comes from `/oauth/authorize`.)
/// Whoever is signed in already may be asked `again`, before they change what opens their identity.
async fn show(request: HttpRequest, session: MaybeSignedIn) -> Result<HttpResponse, PageError> {
    let again = url::form_urlencoded::parse(request.query_string().as_bytes()).any(|(name, _)| name == "again");
    if !again && session.0.as_ref().is_some_and(session::is_strong) {
        return Ok(page::see_other("/me"));
    }
    let page = page::context(&request, None);
    page::render(SignIn { page, relying_party: None, interaction: None, password: None }.render())
}

async fn options(gateway: web::Data<Gateway>, settings: web::Data<Settings>) -> Result<HttpResponse, ScriptError> {
    let ceremony = web::block(move || gateway.identity.start_sign_in(clock::now())).await??;
    Ok(HttpResponse::Ok()
        .cookie(cookies::make(Name::Ceremony, ceremony.secret.expose(), settings.https))
        .json(ceremony.options))
}

#[derive(Deserialize)]
struct Answer {
    credential: Value,
    /// The authorization request that is waiting, if a relying party asked.
    interaction: Option<String>,
}

async fn finish(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    before: MaybeSignedIn,
    answer: web::Json<Answer>,
) -> Result<HttpResponse, ScriptError> {
    let ceremony = session::sign_in_ceremony(&request, &settings)?;
    let Answer { credential, interaction } = answer.into_inner();
    let signed_in = web::block(move || {
        let signed_in = gateway.identity.finish_sign_in(&ceremony, credential, clock::now())?;
        session::over(&gateway.identity, signed_in, before.0.as_ref())
    })
    .await??;
    let mut response = HttpResponse::Ok();
    cookies::remove(&mut response, Name::Ceremony, settings.https);
    let location = match interaction.filter(|id| !id.is_empty()) {
        Some(id) => format!(
            "/oauth/continue?{}",
            url::form_urlencoded::Serializer::new(String::new()).append_pair("interaction", &id).finish()
        ),
        None => "/me".to_owned(),
    };
    Ok(response
        .cookie(cookies::make(Name::Session, signed_in.secret.expose(), settings.https))
        .json(json!({ "location": location })))
}

async fn sign_out(
    session: SignedIn,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    form: web::Form<session::FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    web::block(move || gateway.identity.sign_out(&session.0, clock::now())).await??;
    let mut response = HttpResponse::SeeOther();
    cookies::remove(&mut response, Name::Session, settings.https);
    Ok(response.insert_header((actix_web::http::header::LOCATION, "/")).finish())
}
