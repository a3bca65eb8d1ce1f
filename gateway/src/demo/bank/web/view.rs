//! The bank's pages, filled with what its books say.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use payments::request_to_pay::{AmountRule, RequestId};

use super::failure::Failure;
use super::link::LinkForm;
use super::show::Shown;
use super::wish::{Field, PayForm};
use super::words::{self, Words, hkd};
use crate::demo::bank::ledger::OutgoingState;
use crate::demo::bank::payment::Payment;
use crate::demo::bank::request::Asked;
use crate::demo::bank::store::{Entry, EntryState, Link};
use crate::demo::bank::{Bank, Customer};
use crate::demo::page;
use crate::pages::Page;
use crate::pages::bank_brand::Brand;
use crate::pages::bank_confirm::BankConfirm;
use crate::pages::bank_home::{AskedLine, BankHome, Line};
use crate::pages::bank_link::BankLink;
use crate::pages::bank_login::{BankLogin, Choice};
use crate::pages::bank_pay::BankPay;
use crate::pages::bank_request::BankRequest;
use crate::pages::bank_result::{BankResult, Outcome};
use crate::pages::bank_show::{BankShow, Code, State};
use crate::pages::moment::{minute, second};
use crate::pages::money::money;

/// What a page of this bank needs beside its own content.
pub(super) struct View {
    page: Page,
    bank: Arc<Bank>,
}

impl FromRequest for View {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bank = request.app_data::<web::Data<Arc<Bank>>>();
        let view = bank.map(|bank| Self { page: page::context(request), bank: Arc::clone(bank) });
        ready(view.ok_or(Failure::Internal))
    }
}

impl View {
    /// Who signs in, and for which request to pay.
    pub(super) fn login(self, request: Option<RequestId>) -> HttpResponse {
        let choice = |customer: &Customer| Choice {
            account: customer.account.to_string(),
            name_zh: customer.names.zh.clone(),
            name_en: customer.names.en.clone(),
        };
        let customers = self.bank.config.customers.iter().map(choice).collect();
        let request = request.map(|id| id.to_string());
        ok(BankLogin { bank: self.brand(), customers, request, page: self.page }.render())
    }

    /// What the customer has.
    pub(super) fn home(
        self,
        customer: &Customer,
        balance: i64,
        links: &[Link],
        asked: &[Asked],
        history: &[Entry],
    ) -> HttpResponse {
        let history = history.iter().map(|entry| self.line(entry)).collect();
        let home = BankHome {
            bank: self.brand(),
            name: self.page.say(&customer.names.zh, &customer.names.en).to_owned(),
            account: customer.account.to_string(),
            balance: hkd(balance),
            links: links.iter().filter(|link| link.confirmed).map(|link| link.proxy.value().to_owned()).collect(),
            asked: asked.iter().map(|asked| self.asked_line(asked)).collect(),
            history,
            page: self.page,
        };
        ok(home.render())
    }

    fn asked_line(&self, asked: &Asked) -> AskedLine {
        AskedLine {
            href: format!("/requests/{}", asked.id),
            name: self.page.say(&asked.names.zh, &asked.names.en).to_owned(),
            amount: hkd(asked.amount.minor()),
            note: asked.bill_number.clone().or(asked.purpose.clone()),
            until: asked.due.clone().unwrap_or_else(|| minute(asked.expires)),
        }
    }

    /// What the customer is asked to pay.
    pub(super) fn request(self, asked: &Asked, typed: &str, problem: Option<&Words>) -> HttpResponse {
        let can_pay = asked.payable().is_ok();
        let is_wrong = can_pay && problem.is_some();
        let less = asked.amount_rule == AmountRule::LessAllowed;
        let request = BankRequest {
            bank: self.brand(),
            action: format!("/requests/{}", asked.id),
            payee_zh: asked.names.zh.clone(),
            payee_en: asked.names.en.clone(),
            payee_bank_zh: asked.bank_names.zh.clone(),
            payee_bank_en: asked.bank_names.en.clone(),
            amount: money(asked.amount),
            typed: (can_pay && less)
                .then(|| if typed.is_empty() { asked.amount.to_decimal() } else { typed.to_owned() }),
            purpose: asked.purpose.clone(),
            bill_number: asked.bill_number.clone(),
            due: asked.due.clone(),
            expires: minute(asked.expires),
            can_pay,
            can_refuse: can_pay && asked.debtor.is_some(),
            problem: problem.map(|words| self.say(words)),
            page: Page { path: format!("/requests/{}", asked.id), ..self.page.clone() },
        };
        page::render(status(is_wrong), request.render())
    }

    /// The form that asks how much a code may take.
    pub(super) fn show_form(self, balance: i64, typed: &str, problem: Option<&Words>) -> HttpResponse {
        let show = BankShow {
            bank: self.brand(),
            balance: hkd(balance),
            typed: typed.to_owned(),
            problem: problem.map(|words| self.say(words)),
            shown: None,
            page: Page { path: "/show".to_owned(), ..self.page.clone() },
        };
        page::render(status(problem.is_some()), show.render())
    }

    /// A code that the customer shows, or what became of it.
    pub(super) fn shown(self, balance: i64, shown: &Shown) -> HttpResponse {
        let presented = &shown.presented;
        let state = match (&shown.payment, presented.over || shown.is_late) {
            (Some(payment), _) => match payment.transfer.state {
                OutgoingState::Draft | OutgoingState::Held => State::UnderWay,
                OutgoingState::Settled => State::Paid,
                OutgoingState::Rejected(_) => State::Over,
            },
            (None, true) => State::Over,
            (None, false) => State::Waiting,
        };
        let show = BankShow {
            bank: self.brand(),
            balance: hkd(balance),
            typed: String::new(),
            problem: None,
            shown: Some(Code {
                svg_href: format!("/show/{}/code.svg", presented.id),
                limit: money(presented.limit),
                expires: second(presented.expires),
                payment: shown.payment.as_ref().map(|payment| format!("/payments/{}", payment.uetr)),
                payee: shown
                    .payment
                    .as_ref()
                    .map(|payment| self.page.say(&payment.payee.names.zh, &payment.payee.names.en).to_owned()),
                amount: shown.payment.as_ref().map(|payment| money(payment.transfer.amount)),
                state,
            }),
            page: self.page,
        };
        ok(show.render())
    }

    fn line(&self, entry: &Entry) -> Line {
        let state = match entry.state {
            EntryState::UnderWay => self.page.say("處理中", "Under way"),
            EntryState::Settled if entry.outgoing => self.page.say("已付", "Paid"),
            EntryState::Settled => self.page.say("已收", "Received"),
            EntryState::Rejected(_) => self.page.say("沒有付款", "Not paid"),
        };
        Line {
            href: entry.outgoing.then(|| format!("/payments/{}", entry.uetr)),
            outgoing: entry.outgoing,
            name: self.page.say(&entry.names.zh, &entry.names.en).to_owned(),
            amount: hkd(entry.amount.minor()),
            note: entry.remittance_information.clone(),
            state: if entry.back > 0 {
                format!("{state} · {} {}", self.page.say("已退回", "Sent back"), hkd(entry.back))
            } else {
                state.to_owned()
            },
            at: minute(entry.at),
        }
    }

    /// The form, with what is wrong in it.
    pub(super) fn pay(self, balance: i64, form: &PayForm, problem: Option<(Field, Words)>) -> HttpResponse {
        let at = |field: Field| problem.as_ref().filter(|(wrong, _)| *wrong == field).map(|(_, words)| self.say(words));
        let pay = BankPay {
            bank: self.brand(),
            balance: hkd(balance),
            payee: form.payee.clone(),
            payload: form.payload.clone(),
            amount: form.amount.clone(),
            payee_problem: at(Field::Payee),
            payload_problem: at(Field::Payload),
            amount_problem: at(Field::Amount),
            // Also the answer to forms elsewhere; this is where it can be opened again.
            page: Page { path: "/pay".to_owned(), ..self.page.clone() },
        };
        page::render(status(problem.is_some()), pay.render())
    }

    /// Whom the customer is about to pay.
    pub(super) fn confirm(self, payment: &Payment, problem: Option<&Words>) -> HttpResponse {
        let payee = payment.payee.clone();
        let proxy = payee.proxy().map(|proxy| proxy.value().to_owned());
        let confirm = BankConfirm {
            bank: self.brand(),
            action: format!("/payments/{}/confirm", payment.uetr),
            payee_zh: payee.names.zh,
            payee_en: payee.names.en,
            payee_bank_zh: payee.bank_names.zh,
            payee_bank_en: payee.bank_names.en,
            proxy,
            amount: hkd(payment.transfer.amount.minor()),
            note: payment.remittance_information.clone(),
            problem: problem.map(|words| self.say(words)),
            page: Page { path: format!("/payments/{}", payment.uetr), ..self.page },
        };
        page::render(status(problem.is_some()), confirm.render())
    }

    /// How a payment went.
    pub(super) fn result(self, payment: &Payment) -> HttpResponse {
        let (outcome, reason) = match payment.transfer.state {
            OutgoingState::Settled => (Outcome::Settled, None),
            OutgoingState::Draft | OutgoingState::Held => (Outcome::Pending, None),
            OutgoingState::Rejected(reason) => {
                let outcome = if words::is_time_out(reason) { Outcome::TimedOut } else { Outcome::Rejected };
                (outcome, Some(words::rejected(reason, &payment.payee.bank_names)))
            }
        };
        let result = BankResult {
            bank: self.brand(),
            outcome,
            payee_zh: payment.payee.names.zh.clone(),
            payee_en: payment.payee.names.en.clone(),
            amount: hkd(payment.transfer.amount.minor()),
            reason: reason.map(|words| self.say(&words)),
            at: minute(payment.finished.or(payment.accepted).unwrap_or(payment.created)),
            reference: payment.uetr.to_string(),
            page: self.page,
        };
        ok(result.render())
    }

    /// The numbers and addresses of the customer.
    pub(super) fn link(self, links: &[Link], form: &LinkForm, problem: Option<&Words>, done: bool) -> HttpResponse {
        let link = BankLink {
            bank: self.brand(),
            links: links.iter().filter(|link| link.confirmed).map(|link| link.proxy.value().to_owned()).collect(),
            value: form.proxy.clone(),
            problem: problem.map(|words| self.say(words)),
            done,
            page: self.page,
        };
        page::render(status(problem.is_some()), link.render())
    }

    fn brand(&self) -> Brand {
        let config = &self.bank.config;
        Brand { theme: config.theme.clone(), name_zh: config.names.zh.clone(), name_en: config.names.en.clone() }
    }

    fn say(&self, words: &Words) -> String {
        self.page.say(&words.zh, &words.en).to_owned()
    }
}

fn ok(html: Result<String, askama::Error>) -> HttpResponse {
    page::render(StatusCode::OK, html)
}

/// A form with something wrong in it is shown again and was not carried out.
fn status(wrong: bool) -> StatusCode {
    if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}
