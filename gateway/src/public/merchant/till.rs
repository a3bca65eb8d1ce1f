//! A till on a tablet: an amount becomes a code that one payer pays, once.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::RequestError;
use payments::merchant::{Asking, Duty, Membership, Merchant, MerchantRefusal, TillLabel, asked_by, request_code};
use payments::money::{Amount, Currency};
use payments::request_to_pay::{InvalidRequest, RequestId, RequestState, RequestToPay};
use serde::Deserialize;

use super::{codes, desk};
use crate::pages::merchant::till::{Asked, State, Till};
use crate::pages::moment;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{FormToken, SignedIn, StronglySignedIn};
use crate::server::Gateway;
use crate::{clock, random};

/// The till in an address, for whoever works there.
async fn at_till(
    gateway: &web::Data<Gateway>,
    session: &SignedIn,
    id: &str,
    label: &str,
) -> Result<(Membership, TillLabel), PageError> {
    let on_duty = desk::on_duty(gateway, session, id, Duty::ShowCodes).await?;
    let label: TillLabel = label.parse().map_err(|_| PageError::NothingHere)?;
    on_duty.merchant.must_have(&label).map_err(|_| PageError::NothingHere)?;
    Ok((on_duty, label))
}

/// A request that this merchant made.
async fn request_of(gateway: &web::Data<Gateway>, merchant: &Merchant, id: &str) -> Result<RequestToPay, PageError> {
    let id: RequestId = id.parse().map_err(|_| PageError::NothingHere)?;
    let requests = gateway.requests.clone();
    let found = web::block(move || requests.get(id)).await??;
    found.filter(|request| asked_by(request, merchant)).ok_or(PageError::NothingHere)
}

pub(super) async fn form(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (on_duty, label) = at_till(&gateway, &session, &path.0, &path.1).await?;
    render_form(&request, &session, &on_duty, &label, None)
}

fn render_form(
    request: &HttpRequest,
    session: &SignedIn,
    on_duty: &Membership,
    label: &TillLabel,
    problem: Option<(&'static str, &'static str)>,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    page.path = format!("/merchant/{}/tills/{label}", on_duty.merchant.id);
    let problem = problem.map(|(zh, en)| page.say(zh, en).to_owned());
    let till = Till { page, shop: desk::shop(on_duty), label: label.to_string(), asked: None, problem };
    page::render(till.render())
}

#[derive(Deserialize)]
pub(super) struct BillForm {
    csrf: String,
    amount: String,
    #[serde(default)]
    bill: String,
}

/// Makes a code; a wrong amount or bill number is answered beside the form.
pub(super) async fn ask(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    form: web::Form<BillForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let (on_duty, label) = at_till(&gateway, &session, &path.0, &path.1).await?;
    on_duty.merchant.must_be_active().map_err(PageError::Merchant)?;
    let Ok(amount) = Amount::parse(form.amount.trim().replace(',', "").as_str(), Currency::Hkd) else {
        let wrong = ("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50.");
        return render_form(&request, &session, &on_duty, &label, Some(wrong));
    };
    let bill = Some(form.bill.trim()).filter(|bill| !bill.is_empty()).map(str::to_owned);
    let reference = hex::encode(random::bytes::<16>().map_err(|e| PageError::Failed(e.to_string()))?);
    let now = clock::now();
    let asked = Asking::at_till(label.clone(), amount, bill, reference, now).on_behalf_of(&on_duty.merchant);
    let requests = gateway.requests.clone();
    match web::block(move || requests.create(&asked, now)).await? {
        Ok(made) => {
            let place = format!("/merchant/{}/tills/{label}/{}", on_duty.merchant.id, made.id);
            Ok(page::see_other(&place))
        }
        Err(RequestError::Invalid(InvalidRequest { field: "bill_number", .. })) => {
            let wrong = ("單號最多二十五個字。", "A bill number has at most 25 characters.");
            render_form(&request, &session, &on_duty, &label, Some(wrong))
        }
        Err(failed) => Err(failed.into()),
    }
}

/// The code of one bill; it turns green when the bill is paid.
pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, PageError> {
    let (on_duty, label) = at_till(&gateway, &session, &path.0, &path.1).await?;
    let made = request_of(&gateway, &on_duty.merchant, &path.2).await?;
    let page = page::context(&request, Some(&session.0));
    let asked = Some(asked(&made));
    page::render(Till { page, shop: desk::shop(&on_duty), label: label.to_string(), asked, problem: None }.render())
}

fn asked(request: &RequestToPay) -> Asked {
    Asked {
        id: request.id.to_string(),
        amount: request.asked.amount.to_decimal(),
        bill: request.asked.bill_number.clone(),
        state: match request.state_at(clock::now()) {
            RequestState::Waiting | RequestState::Accepted => State::Waiting,
            RequestState::Paying => State::UnderWay,
            RequestState::Paid => State::Paid,
            RequestState::Refused | RequestState::Cancelled | RequestState::Expired => State::Over,
        },
        at: moment::second(request.changed),
    }
}

pub(super) async fn svg(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, PageError> {
    let (on_duty, _) = at_till(&gateway, &session, &path.0, &path.1).await?;
    let made = request_of(&gateway, &on_duty.merchant, &path.2).await?;
    let text = request_code(&on_duty.merchant, &made).map_err(|failed| PageError::Failed(failed.to_string()))?;
    codes::file("image/svg+xml", "code.svg", codes::svg_of(&text))
}

/// Takes a code back; one that is being paid, or is paid, stays as it is.
pub(super) async fn cancel(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String, String)>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let (on_duty, label) = at_till(&gateway, &session, &path.0, &path.1).await?;
    let made = request_of(&gateway, &on_duty.merchant, &path.2).await?;
    let (requests, bank, id) = (gateway.requests.clone(), on_duty.merchant.participant, made.id);
    let till = format!("/merchant/{}/tills/{label}", on_duty.merchant.id);
    match web::block(move || requests.cancel(bank, id, clock::now())).await? {
        Ok(_) => Ok(page::see_other(&till)),
        Err(RequestError::Refused(_)) => Ok(page::see_other(&format!("{till}/{id}"))),
        Err(failed) => Err(failed.into()),
    }
}

impl From<RequestError> for PageError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotFound => Self::NothingHere,
            RequestError::Invalid(_) => Self::Merchant(MerchantRefusal::RequestUsed),
            other => Self::Failed(other.to_string()),
        }
    }
}
