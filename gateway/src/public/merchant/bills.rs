//! Bills that the shop sends, to be paid once: from a printed code, from a link, or, where they ask somebody, in that
//! person's bank app.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::RequestError;
use payments::directory::{DirectoryError, Proxy, ProxyKind};
use payments::merchant::{Asking, Duty, Membership, Merchant, asked_by, must_fit_a_code, request_code};
use payments::money::{Amount, Currency};
use payments::qr::render::bill;
use payments::request_to_pay::{InvalidRequest, RequestId, RequestState, RequestToPay};
use serde::Deserialize;
use time::Date;
use time::macros::format_description;

use super::words::bills::{self as words, Words};
use super::{codes, desk};
use crate::pages::merchant::Part;
use crate::pages::merchant::bills::{Bill, BillLine, Bills, Form};
use crate::pages::moment;
use crate::pages::money::{decimal, money};
use crate::public::api::debtor;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{FormToken, SignedIn, StronglySignedIn};
use crate::server::Gateway;
use crate::{clock, random};

/// Bills on a page of the list.
const LISTED: usize = 50;

#[derive(Deserialize)]
pub(super) struct Query {
    before: Option<i64>,
}

pub(super) async fn list(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::SendBills).await?;
    let reference = hex::encode(random::bytes::<16>().map_err(|failed| PageError::Failed(failed.to_string()))?);
    let form = Form { reference, ..Form::default() };
    render(&request, gateway, &session, on_duty, query.before, form).await
}

async fn render(
    request: &HttpRequest,
    gateway: web::Data<Gateway>,
    session: &SignedIn,
    on_duty: Membership,
    before: Option<i64>,
    form: Form,
) -> Result<HttpResponse, PageError> {
    let mut page = page::context(request, Some(&session.0));
    let shop = desk::shop(&on_duty);
    page.path = format!("/merchant/{}/bills", shop.id);
    let mut found = web::block(move || gateway.requests.bills_of(&on_duty.merchant, before, LISTED + 1)).await??;
    let more = found.len() > LISTED;
    found.truncate(LISTED);
    let next = found.last().filter(|_| more);
    let next = next.map(|last| format!("/merchant/{}/bills?before={}", shop.id, last.number));
    let bills = found.iter().map(line).collect();
    page::render(Bills { page, shop, part: Part::Bills, bills, next, form }.render())
}

fn line(request: &RequestToPay) -> BillLine {
    let asked = &request.asked;
    BillLine {
        id: request.id.to_string(),
        amount: money(asked.amount),
        number: asked.bill_number.clone(),
        purpose: asked.purpose.clone(),
        due: asked.due.map(|due| due.to_string()),
        state: request.state_at(clock::now()),
    }
}

#[derive(Deserialize)]
pub(super) struct BillForm {
    csrf: String,
    reference: String,
    amount: String,
    bill: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    due: String,
    #[serde(default)]
    debtor: String,
}

impl BillForm {
    fn typed(self) -> Form {
        let Self { reference, amount, bill: number, purpose, due, debtor, .. } = self;
        Form { reference, amount, number, purpose, due, debtor, wrong: None }
    }
}

/// What of a form is wrong, and why.
struct Wrong(&'static str, Words);

/// Reads the form, as far as it can be read by itself: what is asked, and whom.
fn read(form: &Form) -> Result<(Asking, Option<Proxy>), Wrong> {
    let amount = Amount::parse(form.amount.trim().replace(',', "").as_str(), Currency::Hkd);
    let amount = amount.map_err(|_| Wrong("amount", words::AMOUNT))?;
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let due = some(&form.due).map(|text| Date::parse(&text, format_description!("[year]-[month]-[day]"))).transpose();
    let due = due.map_err(|_| Wrong("due", words::DUE))?;
    let debtor = some(&form.debtor).map(|text| Proxy::parse_any(&text)).transpose();
    let debtor = debtor.ok().filter(|proxy| proxy.as_ref().is_none_or(|one| one.kind() != ProxyKind::Hkid));
    let debtor = debtor.ok_or(Wrong("debtor", words::DEBTOR))?;
    let (number, purpose) = (some(&form.number), some(&form.purpose));
    let asking = Asking::bill(amount, number, purpose, due, form.reference.clone(), clock::now());
    Ok((asking, debtor))
}

/// Makes a bill; what is wrong is answered beside the form. The same form again is the same bill.
pub(super) async fn make(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<BillForm>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent_token(&form.csrf, &gateway)?;
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::SendBills).await?;
    on_duty.merchant.must_be_active().map_err(PageError::Merchant)?;
    let mut form = form.into_inner().typed();
    match ask(&gateway, &on_duty.merchant, &form).await? {
        Ok(made) => Ok(page::see_other(&format!("/merchant/{}/bills/{}", on_duty.merchant.id, made.id))),
        Err(Wrong(field, (zh, en))) => {
            let page = page::context(&request, Some(&session.0));
            form.wrong = Some((field, page.say(zh, en).to_owned()));
            render(&request, gateway, &session, on_duty, None, form).await
        }
    }
}

async fn ask(
    gateway: &web::Data<Gateway>,
    merchant: &Merchant,
    form: &Form,
) -> Result<Result<RequestToPay, Wrong>, PageError> {
    let (mut asking, debtor) = match read(form) {
        Ok(read) => read,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let now = clock::now();
    let asked = asking.clone().on_behalf_of(merchant);
    if let Err(wrong) = asked.check(now).and_then(|()| must_fit_a_code(merchant, &asked)) {
        return Ok(Err(beside(wrong)));
    }
    // Looked up last: every look-up is charged.
    if let Some(proxy) = debtor {
        match debtor::find(gateway, merchant, proxy).await {
            Ok(found) => asking.debtor = Some(found),
            Err(DirectoryError::Unknown) => return Ok(Err(Wrong("debtor", words::NOBODY))),
            Err(DirectoryError::TooMany { .. }) => return Ok(Err(Wrong("debtor", words::TOO_MANY))),
            Err(failed) => return Err(failed.into()),
        }
    }
    let (requests, asked) = (gateway.requests.clone(), asking.on_behalf_of(merchant));
    match web::block(move || requests.create(&asked, now)).await? {
        Ok(made) => Ok(Ok(made)),
        Err(RequestError::Invalid(wrong)) => Ok(Err(beside(wrong))),
        Err(failed) => Err(failed.into()),
    }
}

/// The field of the form that a request's field comes from.
fn beside(wrong: InvalidRequest) -> Wrong {
    match wrong.field {
        "amount" => Wrong("amount", words::AMOUNT_TOO_LARGE),
        "purpose" => Wrong("purpose", words::PURPOSE),
        "expires" | "due" => Wrong("due", words::DUE),
        _ => Wrong("bill", words::NUMBER),
    }
}

/// A bill of this shop.
async fn find(
    gateway: &web::Data<Gateway>,
    session: &SignedIn,
    path: &(String, String),
) -> Result<(Membership, RequestToPay), PageError> {
    let on_duty = desk::on_duty(gateway, session, &path.0, Duty::SendBills).await?;
    let id: RequestId = path.1.parse().map_err(|_| PageError::NothingHere)?;
    let requests = gateway.requests.clone();
    let found = web::block(move || requests.get(id)).await??;
    let found = found.filter(|request| asked_by(request, &on_duty.merchant)).ok_or(PageError::NothingHere)?;
    Ok((on_duty, found))
}

fn link(gateway: &Gateway, request: &RequestToPay) -> String {
    format!("{}pay/{}", gateway.identity.settings().issuer, request.id)
}

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let (on_duty, found) = find(&gateway, &session, &path).await?;
    let (shop, link, merchant) = (desk::shop(&on_duty), link(&gateway, &found), on_duty.merchant.id);
    let paid = found.payment.filter(|_| found.state == RequestState::Paid);
    // The books are a moment behind the payment.
    let receipt = match paid {
        Some(paid) => web::block(move || gateway.merchants.receipt(merchant, paid.sequence)).await?.ok(),
        None => None,
    };
    let html = Bill {
        page,
        shop,
        part: Part::Bills,
        line: line(&found),
        is_sent: found.asked.debtor.is_some(),
        created: moment::minute(found.created),
        expires: moment::minute(found.asked.expires),
        paid: paid.map(|paid| paid.amount).filter(|paid| *paid != found.asked.amount).map(money),
        link,
        receipt: receipt.map(|receipt| receipt.payment),
    };
    page::render(html.render())
}

fn code_of(merchant: &Merchant, request: &RequestToPay) -> Result<String, PageError> {
    request_code(merchant, request).map_err(|failed| PageError::Failed(failed.to_string()))
}

pub(super) async fn svg(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (on_duty, found) = find(&gateway, &session, &path).await?;
    codes::file("image/svg+xml", "code.svg", codes::svg_of(&code_of(&on_duty.merchant, &found)?))
}

/// The bill on a sheet of A5.
pub(super) async fn pdf(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (on_duty, found) = find(&gateway, &session, &path).await?;
    let (merchant, asked, currency) = (&on_duty.merchant, &found.asked, found.asked.amount.currency());
    let sheet = bill::Bill {
        name_zh: merchant.names.zh().to_owned(),
        name_en: merchant.names.en().to_owned(),
        // In letters: the paper's font has no ¥.
        amount: format!("{} {}", currency.code(), decimal(asked.amount.minor(), currency)),
        number: asked.bill_number.clone(),
        purpose: asked.purpose.clone(),
        due: asked.due.map(|due| due.to_string()),
        expires: moment::minute(asked.expires),
        link: link(&gateway, &found),
    };
    codes::file("application/pdf", "bill.pdf", bill::pdf(&code_of(merchant, &found)?, &sheet))
}

/// Takes a bill back; one that is being paid, or is paid, stays as it is.
pub(super) async fn cancel(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let (on_duty, found) = find(&gateway, &session, &path).await?;
    let (requests, bank) = (gateway.requests.clone(), on_duty.merchant.participant);
    match web::block(move || requests.cancel(bank, found.id, clock::now())).await? {
        Ok(_) | Err(RequestError::Refused(_)) => {
            Ok(page::see_other(&format!("/merchant/{}/bills/{}", on_duty.merchant.id, found.id)))
        }
        Err(failed) => Err(failed.into()),
    }
}
