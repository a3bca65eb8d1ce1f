//! The e-service's pages.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::openid_client::{Callback, OpenIdClient, SignedIn};
use super::sessions::{Session, Sessions};
use crate::demo::page;
use crate::pages::Page;
use crate::pages::eservice_home::EserviceHome;
use crate::pages::eservice_profile::{EserviceProfile, ReceivedAttribute};
use crate::random;

/// Its own cookie: other ports of the same host share the jar.
const COOKIE: &str = "transport-department-session";

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(home))
        .route("/sign-in", web::post().to(sign_in))
        .route("/callback", web::get().to(callback))
        .route("/profile", web::get().to(profile))
        .route("/sign-out", web::post().to(sign_out))
        .route("/assets/{name}", web::get().to(crate::pages::assets::serve));
}

async fn home(request: HttpRequest) -> HttpResponse {
    page::render(StatusCode::OK, EserviceHome { page: page::context(&request), problem: None }.render())
}

async fn sign_in(request: HttpRequest, client: web::Data<OpenIdClient>, sessions: web::Data<Sessions>) -> HttpResponse {
    let begun = async {
        let (pending, location) = client.begin().await?;
        let cookie = random::token()?;
        anyhow::Ok((cookie, pending, location))
    };
    match begun.await {
        Ok((cookie, pending, location)) => {
            sessions.put(cookie.clone(), Session::SigningIn(pending));
            HttpResponse::SeeOther()
                .cookie(session_cookie(cookie))
                .insert_header((LOCATION, location.as_str()))
                .finish()
        }
        Err(failed) => not_signed_in(&request, &failed),
    }
}

/// Where Lionrock sends the resident back to.
async fn callback(
    request: HttpRequest,
    client: web::Data<OpenIdClient>,
    sessions: web::Data<Sessions>,
    answer: web::Query<Callback>,
) -> HttpResponse {
    let begun = request.cookie(COOKIE).and_then(|cookie| sessions.take(cookie.value()));
    let Some(Session::SigningIn(pending)) = begun else {
        return not_signed_in(&request, &anyhow::anyhow!("no sign-in was begun in this browser"));
    };
    let completed = async {
        let signed_in = client.complete(&pending, &answer).await?;
        // A fresh cookie, so that nobody who knew the old one is signed in with it.
        anyhow::Ok((random::token()?, signed_in))
    };
    match completed.await {
        Ok((cookie, signed_in)) => {
            sessions.put(cookie.clone(), Session::SignedIn(Box::new(signed_in)));
            HttpResponse::SeeOther().cookie(session_cookie(cookie)).insert_header((LOCATION, "/profile")).finish()
        }
        Err(failed) => not_signed_in(&request, &failed),
    }
}

async fn profile(request: HttpRequest, sessions: web::Data<Sessions>) -> HttpResponse {
    let session = request.cookie(COOKIE).and_then(|cookie| sessions.get(cookie.value()));
    match session {
        Some(Session::SignedIn(who)) => page::render(StatusCode::OK, shown(page::context(&request), &who).render()),
        _ => HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish(),
    }
}

async fn sign_out(request: HttpRequest, sessions: web::Data<Sessions>) -> HttpResponse {
    if let Some(cookie) = request.cookie(COOKIE) {
        sessions.take(cookie.value());
    }
    HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish()
}

fn shown(page: Page, who: &SignedIn) -> EserviceProfile {
    let attributes = who.claims.iter().filter(|(name, _)| !name.ends_with("_verified") && *name != "updated_at").map(
        |(claim, value)| ReceivedAttribute {
            claim: claim.clone(),
            value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        },
    );
    EserviceProfile {
        attributes: attributes.collect(),
        subject: who.subject.clone(),
        acr: who.acr.clone().unwrap_or_default(),
        page,
    }
}

/// The e-service's front page with a sentence that the sign-in did not happen.
fn not_signed_in(request: &HttpRequest, why: &anyhow::Error) -> HttpResponse {
    tracing::info!(why = format!("{why:#}"), "no sign-in at the e-service");
    let shown = page::context(request);
    let problem = Some(
        shown
            .say(
                "沒有登入。你沒有交出資料，可以再試一次。",
                "You are not signed in. Nothing was shared; you can try again.",
            )
            .to_owned(),
    );
    page::render(StatusCode::OK, EserviceHome { page: shown, problem }.render())
}

fn session_cookie(value: String) -> Cookie<'static> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax).finish()
}
