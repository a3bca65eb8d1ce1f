//! Who works for a shop: invited and removed by its owners.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::resident::ResidentId;
use payments::merchant::{Duty, Member, Membership, MerchantError, MerchantRefusal, PersonId, Role};

use super::{desk, words};
use crate::clock;
use crate::pages::merchant::Part;
use crate::pages::merchant::staff::{Person, Staff};
use crate::pages::moment;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{FormToken, SignedIn, StronglySignedIn};
use crate::server::Gateway;

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ManageMembers).await?;
    render(&request, gateway, &session, on_duty, None, None).await
}

async fn render(
    request: &HttpRequest,
    gateway: web::Data<Gateway>,
    session: &SignedIn,
    on_duty: Membership,
    invitation: Option<String>,
    refusal: Option<MerchantRefusal>,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    let merchant = on_duty.merchant.id;
    page.path = format!("/merchant/{merchant}/staff");
    let own = desk::person(session);
    let people = web::block(move || -> Result<Vec<Person>, PageError> {
        let members = gateway.merchants.members(merchant)?;
        Ok(members.iter().map(|member| named(&gateway, member, own)).collect())
    })
    .await??;
    let refusal = refusal.map(words).map(|(zh, en)| page.say(zh, en).to_owned());
    page::render(Staff { page, shop: desk::shop(&on_duty), part: Part::Staff, people, invitation, refusal }.render())
}

/// A member by the name in the register of residents. Whose name cannot be read is still listed, so that they can be
/// removed.
fn named(gateway: &Gateway, member: &Member, own: PersonId) -> Person {
    let resident = ResidentId::from_uuid(*member.person.as_uuid());
    let attributes = gateway.identity.attributes(resident).ok();
    let name_zh = attributes.as_ref().and_then(|of| of.name_zh.clone());
    Person {
        id: member.person.to_string(),
        name_zh,
        name_en: attributes.map_or_else(|| "?".to_owned(), |of| of.name_en.clone()),
        is_owner: member.role == Role::Owner,
        is_self: member.person == own,
        since: moment::minute(member.since),
    }
}

/// Makes an invitation for a cashier, shown on the page that answers and nowhere else.
pub(super) async fn invite(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ManageMembers).await?;
    let (merchant, person) = (on_duty.merchant.id, desk::person(&session));
    let code = web::block({
        let gateway = gateway.clone();
        move || gateway.merchants.invite_cashier(person, merchant, clock::now())
    })
    .await??;
    render(&request, gateway, &session, on_duty, Some(code.expose().to_string()), None).await
}

/// Ends somebody's work, or one's own.
pub(super) async fn remove(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &path.0, Duty::ManageMembers).await?;
    let person: PersonId = path.1.parse().map_err(|_| PageError::NothingHere)?;
    let (merchant, own) = (on_duty.merchant.id, desk::person(&session));
    let removed = web::block({
        let gateway = gateway.clone();
        move || gateway.merchants.remove_member(own, merchant, person, clock::now())
    })
    .await?;
    match removed {
        Ok(()) if person == own => Ok(page::see_other("/merchant")),
        Ok(()) => Ok(page::see_other(&format!("/merchant/{merchant}/staff"))),
        Err(MerchantError::Refused(refusal @ (MerchantRefusal::LastOwner | MerchantRefusal::UnknownMember))) => {
            render(&request, gateway, &session, on_duty, None, Some(refusal)).await
        }
        Err(failed) => Err(failed.into()),
    }
}
