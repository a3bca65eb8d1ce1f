//! `/proposals`: the console's page on which officers propose, approve and refuse. Each form carries the officer's
//! own token, so nobody stays signed in at a desk, and no other site's form can act.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::OperationError;
use payments::clearing::{OperationRefusal, Proposal, ProposalState, ProposedMovement};
use payments::money::{Amount, Currency};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Operations;
use super::officer::{Objection, officer_of_form, on_this_machine};
use crate::error::Problem;
use crate::http::page;
use crate::pages::Page;
use crate::pages::money::money;
use crate::pages::proposals::{Decided, Pending, Proposals, Wish};
use crate::{clock, random};

/// So many are shown.
const SHOWN: usize = 50;

/// What waits, and what was decided.
pub(super) async fn show(request: HttpRequest, operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    render(&request, operations, Wish::default(), None).await
}

/// A form of the page. `decision` is `approve:7` or `refuse:7`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionForm {
    token: Zeroizing<String>,
    decision: String,
}

/// Approves or refuses.
pub(super) async fn decide(
    request: HttpRequest,
    operations: web::Data<Operations>,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, Problem> {
    on_this_machine(&request)?;
    let page = page::context(&request);
    let form = form.into_inner();
    let done = match (officer_of_form(&page, &operations, &form.token).await, form.decision.split_once(':')) {
        (Err(objection), _) => Err(objection),
        (Ok(officer), Some((what @ ("approve" | "refuse"), id))) => {
            let id = id.parse().map_err(|_| Problem::bad_request("A proposal has a number."))?;
            let decided = operations.switch.decide_proposal(&officer, id, what == "approve").await;
            decided.map_err(|error| objection(&page, error))
        }
        (Ok(_), _) => return Err(Problem::bad_request("A decision is approve or refuse, and a number.")),
    };
    answer(&request, operations, done, Wish::default()).await
}

/// A form of the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalForm {
    token: Zeroizing<String>,
    key: String,
    clearing_code: String,
    amount: String,
    currency: String,
    movement: String,
}

/// Proposes.
pub(super) async fn propose(
    request: HttpRequest,
    operations: web::Data<Operations>,
    form: web::Form<ProposalForm>,
) -> Result<HttpResponse, Problem> {
    on_this_machine(&request)?;
    let page = page::context(&request);
    let form = form.into_inner();
    let movement = form.movement.parse().map_err(|_| Problem::bad_request("Money goes in or out."))?;
    let wish = Wish {
        clearing_code: form.clearing_code.trim().to_owned(),
        amount: form.amount.trim().to_owned(),
        currency: form.currency.trim().to_uppercase(),
    };
    let wrong = |zh, en| Err(Objection { status: StatusCode::BAD_REQUEST, words: page.say(zh, en).to_owned() });
    let currency = wish.currency.parse::<Currency>();
    let sum = currency.and_then(|currency| Amount::parse(&wish.amount.replace(',', ""), currency));
    let done = match (wish.clearing_code.parse(), sum, officer_of_form(&page, &operations, &form.token).await) {
        (Err(_), ..) => wrong("結算編號是三個數字。", "A clearing code is three digits."),
        (_, Err(_), _) => wrong(
            "金額要大於零，最多兩個小數位；貨幣是 HKD 或 CNY。",
            "An amount is more than zero, with at most two decimals, in HKD or CNY.",
        ),
        (_, _, Err(objection)) => Err(objection),
        (Ok(participant), Ok(amount), Ok(officer)) => {
            let wanted = ProposedMovement { participant, movement, amount, key: form.key };
            operations.switch.propose(&officer, wanted).await.map_err(|error| objection(&page, error))
        }
    };
    answer(&request, operations, done, wish).await
}

fn objection(page: &Page, error: OperationError) -> Objection {
    let status = Problem::from(error).status;
    let words = match error {
        OperationError::Refused(OperationRefusal::OwnProposal) => {
            page.say("自己的提議要由另一位主任批准。", "Your own proposal is approved by another officer.")
        }
        OperationError::Refused(OperationRefusal::ProposalExpired) => {
            page.say("這個提議已過期，請重新提出。", "This proposal has expired. Make it anew.")
        }
        OperationError::Refused(OperationRefusal::ProposalDecided) => {
            page.say("這個提議已有決定。", "This proposal was decided before.")
        }
        OperationError::Refused(OperationRefusal::InsufficientLiquidity) => {
            page.say("該銀行沒有這麼多可用的錢。", "The bank does not have that much at its disposal.")
        }
        OperationError::Refused(OperationRefusal::UnknownParticipant) => {
            page.say("沒有這個結算編號的參加者。", "No participant has this clearing code.")
        }
        OperationError::Refused(_) => page.say("規則不容許這樣做。", "The rules are against it."),
        OperationError::Busy | OperationError::Unavailable => {
            page.say("現在做不到，看清結餘再試。", "Not possible now. Look at the balance before you try again.")
        }
    };
    Objection { status, words: words.to_owned() }
}

/// Back to the page when it is done, so that a reload does nothing twice; else the page with what is wrong.
async fn answer(
    request: &HttpRequest,
    operations: web::Data<Operations>,
    done: Result<i64, Objection>,
    wish: Wish,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(_) => Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/proposals")).finish()),
        Err(objection) => render(request, operations, wish, Some(objection)).await,
    }
}

async fn render(
    request: &HttpRequest,
    operations: web::Data<Operations>,
    wish: Wish,
    objection: Option<Objection>,
) -> Result<HttpResponse, Problem> {
    let page = Page { path: "/proposals".to_owned(), ..page::context(request) };
    let proposals = web::block(move || operations.switch.proposals(SHOWN)).await??;
    let now = clock::now();
    let key = hex::encode(random::bytes::<16>().map_err(|cause| Problem::internal(&cause))?);
    let (pending, decided): (Vec<_>, Vec<_>) =
        proposals.into_iter().partition(|one| one.state(now) == ProposalState::Pending);
    let status = objection.as_ref().map_or(StatusCode::OK, |objection| objection.status);
    let shown = Proposals {
        page,
        key,
        wish,
        objection: objection.map(|objection| objection.words),
        pending: pending.iter().map(waiting).collect(),
        decided: decided
            .iter()
            .map(|one| Decided { proposal: waiting(one), state: one.state(now), by: by(one) })
            .collect(),
    };
    Ok(page::render(status, askama::Template::render(&shown)))
}

fn waiting(one: &Proposal) -> Pending {
    Pending {
        id: one.id,
        clearing_code: one.participant.to_string(),
        movement: one.movement,
        amount: money(one.amount),
        proposed_by: one.proposed_by.clone(),
        proposed: one.proposed,
    }
}

fn by(one: &Proposal) -> Option<String> {
    one.decision.as_ref().map(|decision| decision.by.clone())
}
