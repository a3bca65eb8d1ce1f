//! `/refunds`: what merchants ask their bank to send back. The directory's inbox names each (`refund_instructed`); the bank
//! returns the money by a pacs.004 whose `RtrId` is the refund's `return_id`, or says here that it will not.

use actix_web::{HttpResponse, web};
use payments::merchant::{MerchantRefusal, Receipt, Refund, RefundId};
use serde::Serialize;

use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;

#[derive(Serialize)]
struct RefundBody {
    refund_id: String,
    merchant_id: String,
    /// What the return carries as `RtrId`.
    return_id: String,
    amount: String,
    currency: &'static str,
    state: &'static str,
    original: OriginalBody,
    instructed: String,
    finished: Option<String>,
}

/// The payment of which money goes back.
#[derive(Serialize)]
struct OriginalBody {
    uetr: String,
    transaction_id: String,
    end_to_end_id: String,
    amount: String,
    debtor_agent: String,
}

impl RefundBody {
    fn of(refund: &Refund, receipt: &Receipt) -> Self {
        Self {
            refund_id: refund.id.to_string(),
            merchant_id: refund.merchant.to_string(),
            return_id: refund.id.return_id(),
            amount: refund.amount.to_decimal(),
            currency: refund.amount.currency().code(),
            state: refund.state.name(),
            original: OriginalBody {
                uetr: receipt.uetr.to_string(),
                transaction_id: receipt.transaction_id.clone(),
                end_to_end_id: receipt.end_to_end_id.clone(),
                amount: receipt.amount.to_decimal(),
                debtor_agent: receipt.debtor_agent.to_string(),
            },
            instructed: refund.instructed.to_string(),
            finished: refund.finished.map(|at| at.to_string()),
        }
    }
}

fn refund_id(text: &str) -> Result<RefundId, Problem> {
    text.parse().map_err(|_| Problem::not_found(MerchantRefusal::UnknownRefund.to_string()))
}

/// One refund.
pub(super) async fn read(
    Participant(participant): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = refund_id(&id)?;
    let (refund, receipt) = web::block(move || api.merchants.refund_of_participant(participant, id)).await??;
    Ok(HttpResponse::Ok().json(RefundBody::of(&refund, &receipt)))
}

/// The bank will not return the money. Again is the same.
pub(super) async fn refuse(
    Participant(participant): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    api.may_act(participant)?;
    let id = refund_id(&id)?;
    let (refund, receipt) = web::block(move || {
        api.merchants.refuse_refund(participant, id, clock::now())?;
        api.merchants.refund_of_participant(participant, id)
    })
    .await??;
    Ok(HttpResponse::Ok().json(RefundBody::of(&refund, &receipt)))
}
