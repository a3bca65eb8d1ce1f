//! What a customer is asked to pay: the page that shows it, and its answers.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use payments::request_to_pay::{AmountRule, RequestId};
use serde::Deserialize;

use super::failure::Failure;
use super::pay::{balance, see};
use super::session::SignedIn;
use super::view::View;
use super::words::{self, Words, hkd};
use crate::demo::bank::client::ClientError;
use crate::demo::bank::request::{Asked, CannotPay};
use crate::demo::bank::{Bank, Customer};

impl CannotPay {
    /// What the customer is told.
    pub(super) fn words(self) -> Words {
        match self {
            Self::Paid => Words::new(
                "這張單已經付了，沒有再收你的錢。",
                "This has been paid already. You have not been charged again.",
            ),
            Self::UnderWay => Words::new(
                "有人正在付這張單。等一會再看，請勿再付一次。",
                "Somebody is paying this now. Look again in a moment, and do not pay it twice.",
            ),
            Self::Cancelled => {
                Words::new("對方取消了這張單，你沒有付款。", "They took this request back. You have not paid.")
            }
            Self::Refused => {
                Words::new("這張單已經拒絕了，你沒有付款。", "This request was refused. You have not paid.")
            }
            Self::Expired => Words::new(
                "這張單已過期，你沒有付款。請對方再開一張。",
                "This request has expired and you have not paid. Ask for a new one.",
            ),
            Self::Currency => Words::new(
                "這張單收的不是港元，你沒有付款。",
                "This asks for another currency than Hong Kong dollars. You have not paid.",
            ),
            Self::Tampered => Words::new(
                "二維碼和收款方登記的資料不符，可能被人改過。你沒有付款，請告訴店員。",
                "This code does not agree with what the payee registered. Somebody may have changed it. You have not paid: tell the shop.",
            ),
            Self::Unknown => Words::new(
                "找不到這個二維碼的單，你沒有付款。請對方再開一張。",
                "Nothing is asked by this code. You have not paid: ask for a new one.",
            ),
            Self::Amount(_) => Words::new("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50."),
            Self::OtherAmount(amount, AmountRule::Exact) => {
                let amount = hkd(amount.minor());
                Words::new(format!("這張單要付 {amount}。"), format!("This asks for {amount} exactly."))
            }
            Self::OtherAmount(amount, AmountRule::LessAllowed) => {
                let amount = hkd(amount.minor());
                Words::new(format!("最多可以付 {amount}。"), format!("You can pay {amount} at most."))
            }
        }
    }
}

/// What is asked, with what can be done about it.
pub(super) async fn show(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let asked = find(&bank, &customer, &id).await?;
    let problem = asked.payable().err().map(CannotPay::words);
    Ok(view.request(&asked, "", problem.as_ref()))
}

#[derive(Deserialize)]
pub(super) struct AnswerForm {
    #[serde(default)]
    amount: String,
}

/// Goes on to the confirmation of the payment that answers it.
pub(super) async fn pay(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    id: web::Path<String>,
    form: web::Form<AnswerForm>,
) -> Result<HttpResponse, Failure> {
    let asked = find(&bank, &customer, &id).await?;
    let amount = match asked.amount(&form.amount) {
        Ok(amount) => amount,
        Err(why) => return Ok(view.request(&asked, &form.amount, Some(&why.words()))),
    };
    let has = balance(&bank, &customer).await?;
    if has < amount.minor() {
        return Ok(view.request(&asked, &form.amount, Some(&words::insufficient_funds(has, amount))));
    }
    Ok(see(bank.prepare_answer(&customer, asked, amount).await?.uetr))
}

/// Says that it will not be paid.
pub(super) async fn refuse(
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let asked = find(&bank, &customer, &id).await?;
    if asked.debtor.is_some() && asked.payable().is_ok() {
        match bank.switch.refuse(asked.id).await {
            // It was paid or taken back meanwhile: its page shows how it stands.
            Ok(()) => {}
            Err(ClientError::Refused(call)) if call.status.is_client_error() => {}
            Err(failed) => return Err(Failure::internal(&failed)),
        }
    }
    Ok(to(asked.id))
}

/// On to the request's own page.
pub(super) fn to(id: RequestId) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, format!("/requests/{id}"))).finish()
}

async fn find(bank: &Arc<Bank>, customer: &Customer, id: &str) -> Result<Asked, Failure> {
    let id: RequestId = id.parse().map_err(|_| Failure::NotFound)?;
    bank.asked(customer, id).await?.ok_or(Failure::NotFound)
}
