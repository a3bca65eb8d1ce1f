//! Who is signed in, by the cookie of the request.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use identity::Identity;
use identity::authenticator::{Assurance, CeremonySecret, Refusal, SealedCeremony};
use identity::session::{Session, SessionSecret};
use serde::Deserialize;

use super::Settings;
use super::cookies::{self, Name};
use super::refusal::PageError;
use super::waiting;
use crate::clock;
use crate::server::Gateway;

/// The live session of the browser, if it has one.
pub(super) struct MaybeSignedIn(pub(super) Option<Session>);

/// The live session of the browser; without one the request is sent to sign in.
pub(super) struct SignedIn(pub(super) Session);

/// The same of somebody who did not sign in by a password alone: for the resident's own page, from which passkeys are
/// made. Others are sent to sign in again.
pub(super) struct StronglySignedIn(pub(super) SignedIn);

/// Whether the resident's own page opens for this session.
pub(super) fn is_strong(session: &Session) -> bool {
    session.acr >= Assurance::Substantial
}

impl FromRequest for MaybeSignedIn {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(find(&request).await?)) })
    }
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { find(&request).await?.map(Self).ok_or(PageError::SignInFirst) })
    }
}

impl FromRequest for StronglySignedIn {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let session = find(&request).await?.filter(is_strong).ok_or(PageError::SignInFirst)?;
            Ok(Self(SignedIn(session)))
        })
    }
}

async fn find(request: &HttpRequest) -> Result<Option<Session>, PageError> {
    let (Some(gateway), Some(settings)) =
        (request.app_data::<web::Data<Gateway>>().cloned(), request.app_data::<web::Data<Settings>>())
    else {
        return Ok(None);
    };
    let cookie = cookies::read(request, Name::Session, settings.https);
    let Some(secret) = cookie.as_deref().and_then(SessionSecret::parse) else { return Ok(None) };
    Ok(waiting::ask(&gateway, move |identity| identity.session(&secret, clock::now())).await??)
}

/// A sign-in in a browser that may have been signed in before.
pub(super) fn over(
    identity: &Identity,
    signed_in: identity::session::SignedIn,
    before: Option<&Session>,
) -> Result<identity::session::SignedIn, identity::Error> {
    match before {
        Some(before) => identity.continue_session(signed_in, before, clock::now()),
        None => Ok(signed_in),
    }
}

/// The token that every form of a signed-in resident carries.
#[derive(Deserialize)]
pub(super) struct FormToken {
    csrf: String,
}

impl SignedIn {
    /// Refuses a form that was not made for this session: another site may have sent it.
    pub(super) fn must_have_sent(&self, form: &FormToken, gateway: &Gateway) -> Result<(), PageError> {
        self.must_have_sent_token(&form.csrf, gateway)
    }

    /// The same, for a form that is read in another way.
    pub(super) fn must_have_sent_token(&self, token: &str, gateway: &Gateway) -> Result<(), PageError> {
        if gateway.identity.verify_csrf(&self.0, token) { Ok(()) } else { Err(PageError::FormExpired) }
    }
}

/// The passkey ceremony that this browser has begun.
pub(super) fn ceremony(request: &HttpRequest, settings: &Settings) -> Result<CeremonySecret, PageError> {
    let cookie = cookies::read(request, Name::Ceremony, settings.https);
    cookie.as_deref().and_then(CeremonySecret::parse).ok_or(PageError::Passkey(Refusal::CeremonyOver))
}

/// The sign-in that this browser has begun, and keeps.
pub(super) fn sign_in_ceremony(request: &HttpRequest, settings: &Settings) -> Result<SealedCeremony, PageError> {
    let cookie = cookies::read(request, Name::Ceremony, settings.https);
    cookie.as_deref().and_then(SealedCeremony::parse).ok_or(PageError::Passkey(Refusal::CeremonyOver))
}
