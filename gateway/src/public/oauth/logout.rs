//! The end-session endpoint: a relying party sends the browser here when a resident signs out there.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;
use identity::oidc::logout::{LogoutRequest, LogoutStep, Objection};

use super::super::Settings;
use super::super::cookies::{self, Name};
use super::super::page;
use super::super::refusal::PageError;
use super::super::session::{FormToken, MaybeSignedIn};
use super::request;
use crate::clock;
use crate::pages::Page;
use crate::pages::message::{Link, Message};
use crate::pages::sign_out::SignOut;
use crate::server::Gateway;

const PATH: &str = "/oauth/logout";

/// `GET /oauth/logout`
pub(super) async fn begin(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    session: MaybeSignedIn,
) -> Result<HttpResponse, PageError> {
    let asked = LogoutRequest::read(&request::query(&request));
    let page = page::context_for(&request, session.0.as_ref(), asked.ui_locales.as_deref());
    // Without the query: a change of language need not carry the id_token about.
    let page = Page { path: PATH.to_owned(), ..page };
    let step = web::block(move || gateway.identity.begin_logout(&asked, session.0.as_ref(), clock::now())).await??;
    match step {
        LogoutStep::Redirect(location) => {
            Ok(signed_out(HttpResponse::SeeOther(), &settings).insert_header((LOCATION, location.as_str())).finish())
        }
        LogoutStep::SignedOut(objection) => {
            let mut response = page::render(farewell(page, objection).render())?;
            let gone = cookies::removal(Name::Session, settings.https);
            response.add_cookie(&gone).map_err(|failed| PageError::Failed(failed.to_string()))?;
            Ok(response)
        }
        LogoutStep::Ask(objection) => {
            let objection = objection.map(|objection| words(&page, objection));
            page::render(SignOut { page, objection }.render())
        }
    }
}

/// `POST /oauth/logout`: cookies are SameSite=Lax and do not come along, so the browser asks again with GET.
pub(super) async fn repeat_as_get(body: web::Bytes) -> HttpResponse {
    page::see_other(&format!("/oauth/logout?{}", request::as_query(&body)))
}

/// `POST /oauth/logout/confirm`: the resident was asked, and says yes. Whoever is signed out already has their way.
pub(super) async fn confirm(
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    session: MaybeSignedIn,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    if let Some(session) = session.0.map(super::super::session::SignedIn) {
        session.must_have_sent(&form, &gateway)?;
        web::block(move || gateway.identity.sign_out(&session.0, clock::now())).await??;
    }
    Ok(signed_out(HttpResponse::SeeOther(), &settings).insert_header((LOCATION, "/oauth/logout/done")).finish())
}

/// `GET /oauth/logout/done`
pub(super) async fn done(request: HttpRequest) -> Result<HttpResponse, PageError> {
    page::render(farewell(page::context(&request, None), None).render())
}

fn signed_out(mut response: HttpResponseBuilder, settings: &Settings) -> HttpResponseBuilder {
    cookies::remove(&mut response, Name::Session, settings.https);
    response
}

fn farewell(page: Page, objection: Option<Objection>) -> Message {
    let headline = page.say("你已登出獅子山", "You are signed out of Lionrock").to_owned();
    let mut sentences: Vec<_> = objection.map(|objection| words(&page, objection)).into_iter().collect();
    let advice = ("用公用電腦時，記得關閉瀏覽器。", "On a shared computer, close the browser too.");
    sentences.push(page.say(advice.0, advice.1).to_owned());
    let link = Link { href: "/".to_owned(), label: page.say("返回主頁", "Back to the start").to_owned() };
    // There is nothing to ask for help about.
    let page = Page { request_id: String::new(), path: format!("{PATH}/done"), ..page };
    Message { page, headline, sentences, link: Some(link) }
}

fn words(page: &Page, objection: Objection) -> String {
    let (zh, en) = match objection {
        Objection::RedirectUri => (
            "該服務要求我們之後把你送到未登記的網址，我們不會照做。",
            "The service asked us to send you to an address that is not registered afterwards. We will not.",
        ),
        Objection::Hint => (
            "該服務沒有說清楚要登出誰，所以我們不會把你送回去。",
            "The service did not say properly who is to be signed out, so we will not send you back to it.",
        ),
    };
    page.say(zh, en).to_owned()
}
