//! `POST /oauth/authorize/password`: signing in by password, for a relying party that takes it. Needs no JavaScript.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use identity::authenticator::{Password, PasswordRefusal, UserName};
use serde::Deserialize;

use super::super::Settings;
use super::super::cookies::{self, Name};
use super::super::refusal::PageError;
use super::super::session::{self, MaybeSignedIn};
use super::authorize;
use crate::clock;
use crate::server::Gateway;

#[derive(Deserialize)]
pub(super) struct Form {
    interaction: String,
    user_name: String,
    password: String,
}

/// Takes the form; a refusal is shown on the same page again.
pub(super) async fn sign_in(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    session: MaybeSignedIn,
    form: web::Form<Form>,
) -> Result<HttpResponse, PageError> {
    let Form { interaction, user_name, password } = form.into_inner();
    let ticket = authorize::ticket(&request, &settings, Some(&interaction))?;
    let (name, password) = (UserName::parse(&user_name), Password::typed(password));
    let (from, identity, waiting, before) =
        (address(&request, &gateway), gateway.identity.clone(), ticket.clone(), session.0.clone());
    let done = settings
        .passwords
        .run(move || {
            let signed_in = identity.sign_in_by_password(&waiting, name.as_ref(), &password, from, clock::now())?;
            session::over(&identity, signed_in, before.as_ref())
        })
        .await?;
    match done {
        Ok(signed_in) => Ok(HttpResponse::SeeOther()
            .cookie(cookies::make(Name::Session, signed_in.secret.expose(), settings.https))
            .insert_header((LOCATION, format!("/oauth/continue?interaction={}", ticket.id)))
            .finish()),
        Err(identity::Error::Password(refusal @ PasswordRefusal::Wrong)) => {
            let who = session.0.clone();
            let step = web::block(move || gateway.identity.continue_authorization(&ticket, who.as_ref(), clock::now()))
                .await??;
            authorize::show(&request, &settings, session.0.as_ref(), step, Some(refusal))
        }
        Err(failed) => Err(failed.into()),
    }
}

/// Whose attempt it is: what proxies of ours say counts, as it does for every other limit.
fn address(request: &HttpRequest, gateway: &Gateway) -> IpAddr {
    let peer = || request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
    gateway.limits.address(request).unwrap_or_else(peer)
}
