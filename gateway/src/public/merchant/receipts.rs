//! One payment, and sending money of it back.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::merchant::{Duty, Membership, MerchantError, MerchantRefusal, Refund, RefundId, RefundState};
use payments::money::{Amount, format_minor};
use serde::Deserialize;

use super::{desk, words};
use crate::clock;
use crate::pages::merchant::receipt::{self, Receipt, State};
use crate::pages::moment;
use crate::pages::money::{money, sign};
use crate::public::banks::Banks;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{SignedIn, StronglySignedIn};
use crate::random;
use crate::server::Gateway;

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, i64)>,
) -> Result<HttpResponse, PageError> {
    let on_duty = desk::on_duty(&gateway, &session, &path.0, Duty::Refund).await?;
    render(&request, gateway, &session, on_duty, path.1, None).await
}

async fn render(
    request: &HttpRequest,
    gateway: web::Data<Gateway>,
    session: &SignedIn,
    on_duty: Membership,
    payment: i64,
    refusal: Option<(&'static str, &'static str)>,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    let merchant = on_duty.merchant.id;
    page.path = format!("/merchant/{merchant}/receipts/{payment}");
    let (received, refunds, (bank_zh, bank_en)) = web::block(move || -> Result<_, PageError> {
        let received = gateway.merchants.receipt(merchant, payment)?;
        let refunds = gateway.merchants.refunds(merchant, payment)?;
        let bank = Banks::of(&gateway)?.name(received.debtor_agent);
        Ok((received, refunds, bank))
    })
    .await??;
    let refusal = refusal.map(|(zh, en)| page.say(zh, en).to_owned());
    let refund_id = RefundId::new(clock::now(), &random::bytes().map_err(|e| PageError::Failed(e.to_string()))?);
    let currency = received.amount.currency();
    let html = Receipt {
        page,
        shop: desk::shop(&on_duty),
        line: desk::line(&received),
        moment: moment::minute(received.settled),
        bank_zh,
        bank_en,
        uetr: received.uetr.to_string(),
        refunds: refunds.iter().map(back).collect(),
        refundable: (received.refundable() > 0).then(|| format_minor(received.refundable(), currency)),
        sign: sign(currency),
        refund_id: refund_id.to_string(),
        refusal,
    };
    page::render(html.render())
}

fn back(refund: &Refund) -> receipt::Refund {
    receipt::Refund {
        amount: money(refund.amount),
        at: moment::minute(refund.finished.unwrap_or(refund.instructed)),
        state: match refund.state {
            RefundState::Instructed => State::UnderWay,
            RefundState::Returned => State::Done,
            RefundState::Refused => State::Refused,
        },
    }
}

#[derive(Deserialize)]
pub(super) struct RefundForm {
    csrf: String,
    amount: String,
    refund_id: String,
}

/// Asks the bank to send money back; what cannot be sent is answered beside the field.
pub(super) async fn refund(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, i64)>,
    form: web::Form<RefundForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &path.0, Duty::Refund).await?;
    let (merchant, payment, person) = (on_duty.merchant.id, path.1, desk::person(&session));
    let id: RefundId = form.refund_id.parse().map_err(|_| PageError::FormExpired)?;
    let typed = form.amount.replace(',', "");
    let asked = web::block({
        let gateway = gateway.clone();
        move || {
            let received = gateway.merchants.receipt(merchant, payment)?;
            let Ok(amount) = Amount::parse(typed.trim(), received.amount.currency()) else { return Ok(None) };
            let by = payments::merchant::Actor::Person(person);
            gateway.merchants.instruct_refund(by, merchant, payment, id, amount, clock::now()).map(Some)
        }
    })
    .await?;
    match asked {
        Ok(Some(_)) => Ok(page::see_other(&format!("/merchant/{merchant}/receipts/{payment}"))),
        Ok(None) => {
            let wrong = ("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50.");
            render(&request, gateway, &session, on_duty, payment, Some(wrong)).await
        }
        Err(MerchantError::Refused(refusal @ (MerchantRefusal::MoreThanReceived | MerchantRefusal::RequestUsed))) => {
            render(&request, gateway, &session, on_duty, payment, Some(words(refusal))).await
        }
        Err(failed) => Err(failed.into()),
    }
}
