//! The authorization endpoint: what the resident's browser sees between a relying party's request and its answer.

use askama::Template;
use std::collections::BTreeSet;

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use identity::authenticator::PasswordRefusal;
use identity::oidc::authorization_details::AuthorizationDetail;
use identity::oidc::authorize::{
    AuthorizationStep, BrowserSecret, ConsentPage, InteractionTicket, PageError as AuthorizationError, SignInPage,
};
use identity::oidc::claims::{Claim, Necessity};
use identity::session::Session;

use super::super::Settings;
use super::super::cookies::{self, Name};
use super::super::page;
use super::super::refusal::{PageError, password_words};
use super::super::session::{MaybeSignedIn, SignedIn};
use super::super::waiting;
use super::request;
use crate::clock;
use crate::pages::consent::{Attribute, Consent, Payment};
use crate::pages::sign_in::{PasswordForm, RelyingParty, SignIn};
use crate::server::Gateway;

/// `GET /oauth/authorize`
pub(in super::super) async fn authorize(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    session: MaybeSignedIn,
) -> Result<HttpResponse, PageError> {
    let (parameters, browser) = (request::query(&request), browser_secret(&request, &settings));
    let session = session.0;
    let signed_in = session.clone();
    let step = waiting::ask(&gateway, move |identity| {
        identity.begin_authorization(&parameters, browser.as_ref(), signed_in.as_ref(), clock::now())
    })
    .await??;
    show(&request, &settings, session.as_ref(), step, None)
}

/// `POST /oauth/authorize`: cookies are SameSite=Lax and do not come along, so the browser asks again with GET.
pub(in super::super) async fn repeat_as_get(body: web::Bytes) -> HttpResponse {
    page::see_other(&format!("/oauth/authorize?{}", request::as_query(&body)))
}

/// `GET /oauth/continue?interaction=…`: the resident has signed in, or comes back to the page.
pub(in super::super) async fn resume(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    session: MaybeSignedIn,
) -> Result<HttpResponse, PageError> {
    let ticket = ticket(&request, &settings, request::query(&request).get("interaction"))?;
    let session = session.0;
    let signed_in = session.clone();
    let step = web::block(move || gateway.identity.continue_authorization(&ticket, signed_in.as_ref(), clock::now()))
        .await??;
    show(&request, &settings, session.as_ref(), step, None)
}

/// `POST /oauth/authorize/decision`: agree, or not. Without a session only "no" can be said.
pub(in super::super) async fn decide(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    settings: web::Data<Settings>,
    session: MaybeSignedIn,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let ticket = ticket(&request, &settings, field("interaction"))?;
    let step = match field("decision") {
        Some("agree") => {
            let session = session.0.clone().map(SignedIn).ok_or(PageError::SignInFirst)?;
            session.must_have_sent_token(field("csrf").unwrap_or_default(), &gateway)?;
            let chosen: BTreeSet<Claim> =
                form.iter().filter(|(key, _)| key == "claim").filter_map(|(_, name)| Claim::from_name(name)).collect();
            web::block(move || gateway.identity.grant_authorization(&ticket, &session.0, &chosen, clock::now()))
                .await??
        }
        Some("deny") => web::block(move || gateway.identity.deny_authorization(&ticket, clock::now())).await??,
        _ => return Err(PageError::Authorization(AuthorizationError::Interaction)),
    };
    show(&request, &settings, session.0.as_ref(), step, None)
}

/// Shows the next step; on the sign-in page also why a password was refused.
pub(super) fn show(
    request: &HttpRequest,
    settings: &Settings,
    session: Option<&Session>,
    step: AuthorizationStep,
    refusal: Option<PasswordRefusal>,
) -> Result<HttpResponse, PageError> {
    match step {
        AuthorizationStep::SignIn(shown) => {
            let page = page::context_for(request, None, shown.ui_locales.as_deref());
            with_browser(sign_in(page, &shown, refusal), &shown.ticket, settings)
        }
        AuthorizationStep::Consent(shown) => {
            let page = page::context_for(request, session, shown.ui_locales.as_deref());
            with_browser(consent(page, &shown), &shown.ticket, settings)
        }
        AuthorizationStep::Redirect(location) => {
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, location.as_str())).finish())
        }
        AuthorizationStep::ErrorPage(error) => Err(error.into()),
    }
}

fn sign_in(
    page: crate::pages::Page,
    shown: &SignInPage,
    refusal: Option<PasswordRefusal>,
) -> Result<String, askama::Error> {
    let relying_party = Some(RelyingParty {
        name_zh: shown.client.name.zh_hant.clone(),
        name_en: shown.client.name.en.clone(),
        host: shown.client.host.clone(),
    });
    let refusal = refusal.map(|refusal| password_words(&page, refusal));
    let user_name = shown.login_hint.clone().unwrap_or_default();
    let password = shown.takes_password.then_some(PasswordForm { user_name, refusal });
    SignIn { page, relying_party, interaction: Some(shown.ticket.id.to_string()), password }.render()
}

fn consent(page: crate::pages::Page, shown: &ConsentPage) -> Result<String, askama::Error> {
    let with = |necessity: Necessity| {
        shown
            .attributes
            .iter()
            .filter(move |asked| asked.necessity == necessity)
            .map(|asked| Attribute { claim: asked.claim.as_str().to_owned(), value: asked.value.clone() })
    };
    Consent {
        page,
        relying_party: RelyingParty {
            name_zh: shown.client.name.zh_hant.clone(),
            name_en: shown.client.name.en.clone(),
            host: shown.client.host.clone(),
        },
        purpose_zh: shown.client.purpose.as_ref().map(|purpose| purpose.zh_hant.clone()),
        purpose_en: shown.client.purpose.as_ref().map(|purpose| purpose.en.clone()),
        required: with(Necessity::Required).collect(),
        optional: with(Necessity::Optional).collect(),
        withheld: Claim::SENSITIVE
            .iter()
            .filter(|claim| shown.attributes.iter().all(|asked| asked.claim != **claim))
            .map(|claim| claim.as_str().to_owned())
            .collect(),
        payments: shown.details.iter().map(payment).collect(),
        is_offline: shown.is_offline,
        interaction: shown.ticket.id.to_string(),
    }
    .render()
}

/// A payment as the page shows it.
fn payment(detail: &AuthorizationDetail) -> Payment {
    let AuthorizationDetail::PaymentInitiation(payment) = detail;
    Payment {
        payee: payment.creditor_name.clone(),
        account: payment.creditor_account.as_str().to_owned(),
        currency: payment.instructed_amount.currency.clone(),
        amount: payment.instructed_amount.amount.clone(),
        reference: payment.remittance_information_unstructured.clone(),
    }
}

/// Every page of an interaction sets the cookie that binds it to this browser.
fn with_browser(
    html: Result<String, askama::Error>,
    ticket: &InteractionTicket,
    settings: &Settings,
) -> Result<HttpResponse, PageError> {
    let mut response = page::render(html)?;
    let cookie = cookies::make(Name::Browser, ticket.browser.expose(), settings.https);
    response.add_cookie(&cookie).map_err(|failed| PageError::Failed(failed.to_string()))?;
    Ok(response)
}

fn browser_secret(request: &HttpRequest, settings: &Settings) -> Option<BrowserSecret> {
    cookies::read(request, Name::Browser, settings.https).as_deref().and_then(BrowserSecret::parse)
}

pub(super) fn ticket(
    request: &HttpRequest,
    settings: &Settings,
    id: Option<&str>,
) -> Result<InteractionTicket, PageError> {
    let id = id.and_then(|id| id.parse().ok());
    let ticket = id.zip(browser_secret(request, settings)).map(|(id, browser)| InteractionTicket { id, browser });
    ticket.ok_or(PageError::Authorization(AuthorizationError::Interaction))
}
