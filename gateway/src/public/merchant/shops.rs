//! Where somebody works, and joining another shop with an invitation.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::merchant::{InvitationCode, MerchantError, MerchantRefusal};
use serde::Deserialize;

use super::{desk, words};
use crate::clock;
use crate::pages::merchant::shops::Shops;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{SignedIn, StronglySignedIn};
use crate::server::Gateway;

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
) -> Result<HttpResponse, PageError> {
    render(&request, gateway, &session, None).await
}

async fn render(
    request: &HttpRequest,
    gateway: web::Data<Gateway>,
    session: &SignedIn,
    refusal: Option<MerchantRefusal>,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    "/merchant".clone_into(&mut page.path);
    let person = desk::person(session);
    let memberships = web::block(move || gateway.merchants.memberships(person)).await??;
    let refusal = refusal.map(words).map(|(zh, en)| page.say(zh, en).to_owned());
    let shops = memberships.iter().map(desk::shop).collect();
    page::render(Shops { page, shops, refusal }.render())
}

#[derive(Deserialize)]
pub(super) struct JoinForm {
    csrf: String,
    code: String,
}

/// Takes the code; a wrong one is answered beside the field.
pub(super) async fn join(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    form: web::Form<JoinForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let person = desk::person(&session);
    let Ok(code) = form.code.parse::<InvitationCode>() else {
        return render(&request, gateway, &session, Some(MerchantRefusal::InvitationOver)).await;
    };
    let accepted = web::block({
        let gateway = gateway.clone();
        move || gateway.merchants.accept(&code, person, clock::now())
    })
    .await?;
    match accepted {
        Ok(accepted) => Ok(page::see_other(&format!("/merchant/{}", accepted.merchant))),
        Err(MerchantError::Refused(refusal)) => render(&request, gateway, &session, Some(refusal)).await,
        Err(failed) => Err(failed.into()),
    }
}
