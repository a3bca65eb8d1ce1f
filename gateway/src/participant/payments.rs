//! `POST /payments`: a pacs.008 with one or many credit transfers; the answer is a pacs.002.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::rt::time::timeout;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::clearing::{Status, StatusReport};
use payments::iso20022::{pacs002, pacs008};
use payments::participant::ClearingCode;
use payments::{Submission, Switch};

use super::{Api, Participant, prefer};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Takes the transfers: 202 with what became of each, or 200 when the caller preferred to wait and the one
/// transfer it sent is final.
pub(super) async fn submit(
    Participant(sender): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let bytes = body::xml(&request, payload).await?;
    let arrived = clock::now();
    let message = pacs008::parse(&bytes)?;
    let debtor_agents = message.transfers.iter().map(|one| one.transfer.debtor_agent);
    acts_for_itself(sender, "DbtrAgt", debtor_agents)?;
    acts_for_itself(sender, "InstgAgt", message.instructing_agent)?;
    let submissions: Vec<_> =
        message.transfers.into_iter().map(|one| Submission { transfer: one.transfer, body: one.body }).collect();

    // On a task of its own: when the caller goes away, what it sent is still taken whole.
    let switch = api.switch.clone();
    let taken = actix_web::rt::spawn(async move { switch.submit(sender, submissions, arrived).await });
    let reports = taken.await.map_err(|ended| Problem::internal(&ended))??;

    match (prefer::wait(request.headers()), reports.as_slice()) {
        (Some(wait), [report]) => {
            let report = when_final(&api.switch, report, wait).await;
            let status = if report.status == Status::InProcess { StatusCode::ACCEPTED } else { StatusCode::OK };
            Ok(HttpResponse::build(status)
                .insert_header(("Preference-Applied", format!("wait={}", wait.as_secs())))
                .content_type(body::XML)
                .body(pacs002::render(&[report])))
        }
        _ => Ok(HttpResponse::Accepted().content_type(body::XML).body(pacs002::render(&reports))),
    }
}

/// How the payment stands when it is final, or, when that takes longer than `wait`, as it was taken.
async fn when_final(switch: &Switch, report: &StatusReport, wait: Duration) -> StatusReport {
    if report.status != Status::InProcess {
        return report.clone();
    }
    match timeout(wait, switch.wait_final(report.debtor_agent, &report.original_transaction_id)).await {
        Ok(Ok(Some(ended))) => ended,
        // The time is up, or the switch is stopping: the payment is taken all the same, and the inbox will tell.
        Ok(Ok(None) | Err(_)) | Err(_) => report.clone(),
    }
}

/// Nobody sends messages in another participant's name.
pub(super) fn acts_for_itself(
    sender: ClearingCode,
    field: &str,
    named: impl IntoIterator<Item = ClearingCode>,
) -> Result<(), Problem> {
    match named.into_iter().find(|agent| *agent != sender) {
        None => Ok(()),
        Some(other) => {
            Err(Problem::forbidden(format!("This certificate is {sender}'s; {field} is {other}.")).field(field))
        }
    }
}
