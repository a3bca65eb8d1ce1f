//! A till on a tablet: an amount becomes a code that one payer pays, once.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::RequestError;
use payments::merchant::{
    Asking, Duty, Membership, Merchant, MerchantRefusal, TillLabel, asked_by, must_fit_a_code, request_code,
};
use payments::money::{Amount, Currency};
use payments::presented_code::PresentedToken;
use payments::request_to_pay::{InvalidRequest, RequestId, RequestState, RequestToPay};
use serde::Deserialize;

use super::{codes, desk, words};
use crate::pages::merchant::till::{Asked, Form, State, Till};
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
    render_form(&request, &session, &on_duty, &label, Typed::default(), None)
}

fn render_form(
    request: &HttpRequest,
    session: &SignedIn,
    on_duty: &Membership,
    label: &TillLabel,
    typed: Typed,
    problem: Option<Problem>,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    page.path = format!("/merchant/{}/tills/{label}", on_duty.merchant.id);
    let said = |of: Field| problem.filter(|one| one.field == of).map(|one| page.say(one.zh, one.en).to_owned());
    let form = Form {
        amount: typed.amount,
        bill: typed.bill,
        amount_problem: said(Field::Amount),
        bill_problem: said(Field::Bill),
        code_problem: said(Field::Code),
    };
    page::render(Till { shop: desk::shop(on_duty), label: label.to_string(), asked: None, form, page }.render())
}

/// What was typed, to be shown again beside what is wrong. A customer's code is not: it works once.
#[derive(Default)]
struct Typed {
    amount: String,
    bill: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Amount,
    Bill,
    Code,
}

/// What is wrong with which field.
#[derive(Clone, Copy)]
struct Problem {
    field: Field,
    zh: &'static str,
    en: &'static str,
}

impl Problem {
    const fn new(field: Field, (zh, en): (&'static str, &'static str)) -> Self {
        Self { field, zh, en }
    }
}

#[derive(Deserialize)]
pub(super) struct BillForm {
    csrf: String,
    amount: String,
    #[serde(default)]
    bill: String,
    /// What the scanner read from a customer's screen.
    #[serde(default)]
    code: String,
}

/// Makes a code, or asks whoever shows one; what is wrong is answered beside the form.
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
    let form = form.into_inner();
    let typed = Typed { amount: form.amount.clone(), bill: form.bill.clone() };
    let refuse =
        |field, words| render_form(&request, &session, &on_duty, &label, typed, Some(Problem::new(field, words)));
    let Ok(amount) = Amount::parse(form.amount.trim().replace(',', "").as_str(), Currency::Hkd) else {
        return refuse(Field::Amount, ("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50."));
    };
    let shown = Some(form.code.trim()).filter(|code| !code.is_empty()).map(PresentedToken::read).transpose();
    let Ok(shown) = shown else { return refuse(Field::Code, words::NOT_A_CUSTOMERS_CODE) };
    let bill = Some(form.bill.trim()).filter(|bill| !bill.is_empty()).map(str::to_owned);
    let reference = hex::encode(random::bytes::<16>().map_err(|e| PageError::Failed(e.to_string()))?);
    let now = clock::now();
    let asked = Asking::at_till(label.clone(), amount, bill, reference, now).on_behalf_of(&on_duty.merchant);
    if let Err(InvalidRequest { field, .. }) = must_fit_a_code(&on_duty.merchant, &asked) {
        return match field {
            "amount" => refuse(Field::Amount, ("金額太大，二維碼放不下。", "This amount is too large for a code.")),
            _ => refuse(Field::Bill, ("單號太長，二維碼放不下。", "This bill number is too long for a code.")),
        };
    }
    let requests = gateway.requests.clone();
    let made = web::block(move || match shown {
        Some(token) => requests.ask_presented(&token, &asked, now),
        None => requests.create(&asked, now),
    });
    match made.await? {
        Ok(made) => {
            let place = format!("/merchant/{}/tills/{label}/{}", on_duty.merchant.id, made.id);
            Ok(page::see_other(&place))
        }
        Err(RequestError::Invalid(InvalidRequest { field: "bill_number", .. })) => {
            refuse(Field::Bill, ("單號最多二十五個字。", "A bill number has at most 25 characters."))
        }
        Err(RequestError::NotPresentable(why)) => refuse(Field::Code, words::not_presentable(why)),
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
    let (shop, asked) = (desk::shop(&on_duty), Some(asked(&made)));
    page::render(Till { page, shop, label: label.to_string(), asked, form: Form::default() }.render())
}

fn asked(request: &RequestToPay) -> Asked {
    Asked {
        id: request.id.to_string(),
        amount: request.asked.amount.to_decimal(),
        bill: request.asked.bill_number.clone(),
        is_shown: request.asked.debtor.is_none(),
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
            RequestError::Invalid(_) | RequestError::ReferenceUsed => Self::Merchant(MerchantRefusal::RequestUsed),
            other => Self::Failed(other.to_string()),
        }
    }
}
