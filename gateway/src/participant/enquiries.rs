//! `POST /enquiries`: how do payments stand (pacs.028)? The answer is a pacs.002.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::clearing::StatusReport;
use payments::iso20022::pacs028::Enquiry;
use payments::iso20022::{pacs002, pacs028};

use super::payments::acts_for_itself;
use super::{Api, Participant};
use crate::error::Problem;
use crate::http::body;

/// 200 with the states that stand; 404 naming the first payment that this participant has no part in. Whoever
/// paid then sends it again, under the same ids.
pub(super) async fn submit(
    Participant(sender): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let message = pacs028::parse(&body::xml(&request, payload).await?)?;
    acts_for_itself(sender, "InstgAgt", message.instructing_agent)?;
    let uetrs = message.enquiries.iter().map(|enquiry| enquiry.original_uetr).collect();
    let found = api.switch.enquire_by_uetr(sender, uetrs).await?;
    let mut reports = Vec::with_capacity(found.len());
    for (index, (enquiry, found)) in message.enquiries.iter().zip(found).enumerate() {
        reports.push(found.filter(|report| is_meant(enquiry, report)).ok_or_else(|| unknown(index))?);
    }
    Ok(HttpResponse::Ok().content_type(body::XML).body(pacs002::render(&reports)))
}

fn is_meant(enquiry: &Enquiry, report: &StatusReport) -> bool {
    enquiry.original_transaction_id.as_ref().is_none_or(|id| *id == report.original_transaction_id)
}

fn unknown(index: usize) -> Problem {
    let detail = "this payment has never been taken, or is between others";
    Problem::new(StatusCode::NOT_FOUND, "unknown-payment", "There is no such payment", detail)
        .field(format!("FIToFIPmtStsReq/TxInf[{}]", index + 1))
        .reason("AG09")
}
