//! A payment request as JSON.

use payments::directory::Proxy;
use payments::merchant::{Asking, Merchant, ReturnAddress, TillLabel, request_code};
use payments::money::{Amount, Currency};
use payments::presented_code::PresentedToken;
use payments::request_to_pay::{AmountRule, RequestToPay};
use serde::{Deserialize, Serialize};
use store::Timestamp;
use time::Date;
use time::macros::format_description;
use url::Url;

use super::debtor::DebtorBody;
use crate::error::Problem;

/// How long a request waits when nothing is said: an hour, as a basket does.
const LASTS: std::time::Duration = std::time::Duration::from_hours(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Such as `48.00`.
    amount: String,
    #[serde(default = "hkd")]
    currency: String,
    #[serde(default)]
    less_allowed: bool,
    bill_number: Option<String>,
    purpose: Option<String>,
    /// `2026-11-30`.
    due: Option<String>,
    /// RFC 3339; an hour from now when left out.
    expires: Option<String>,
    till: Option<String>,
    /// What a scanner read from the payer's screen: their bank is asked.
    presented_code: Option<String>,
    /// Who is asked, when somebody in particular is.
    debtor: Option<DebtorBody>,
    /// Where the payer of a link goes when it is over.
    return_url: Option<String>,
}

/// What was wanted, as far as it can be read from the body alone.
pub(super) struct Read {
    pub(super) asking: Asking,
    pub(super) debtor: Option<Proxy>,
    pub(super) return_address: Option<ReturnAddress>,
}

fn hkd() -> String {
    Currency::Hkd.code().to_owned()
}

impl Wanted {
    /// Reads the code that the payer shows, if one was scanned.
    pub(super) fn presented_code(&self) -> Result<Option<PresentedToken>, Problem> {
        let read = self.presented_code.as_deref().map(PresentedToken::read).transpose();
        read.map_err(|wrong| Problem::bad_request(wrong.to_string()).field("presented_code"))
    }

    /// Reads it; `reference` tells it from another.
    pub(super) fn parse(self, reference: String, now: Timestamp) -> Result<Read, Problem> {
        let bad = |field: &'static str, why: &str| Problem::bad_request(why).field(field);
        let currency: Currency = self.currency.parse().map_err(|_| bad("currency", "HKD or CNY."))?;
        let amount = Amount::parse(&self.amount, currency).map_err(|wrong| bad("amount", &wrong.to_string()))?;
        let till = self.till.as_deref().map(str::parse::<TillLabel>).transpose();
        let due = self.due.as_deref().map(|text| Date::parse(text, format_description!("[year]-[month]-[day]")));
        let expires = match self.expires.as_deref() {
            None => now + LASTS,
            Some(text) => {
                Timestamp::parse_rfc3339(text).ok_or_else(|| bad("expires", "A moment as RFC 3339 has it."))?
            }
        };
        let debtor = self.debtor.as_ref().map(DebtorBody::parse).transpose()?;
        let return_address = self.return_url.as_deref().map(str::parse::<ReturnAddress>).transpose();
        let return_address = return_address.map_err(|wrong| bad("return_url", &wrong.to_string()))?;
        if debtor.is_some() && self.presented_code.is_some() {
            return Err(bad("debtor", "Whoever shows a code is who is asked."));
        }
        let asking = Asking {
            amount,
            amount_rule: if self.less_allowed { AmountRule::LessAllowed } else { AmountRule::Exact },
            till: till.map_err(|wrong| bad("till", &wrong.to_string()))?,
            bill_number: self.bill_number,
            purpose: self.purpose,
            due: due.transpose().map_err(|_| bad("due", "A date: 2026-11-30."))?,
            debtor: None,
            expires,
            reference,
        };
        Ok(Read { asking, debtor, return_address })
    }
}

/// How much of a payment to send back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedRefund {
    pub(super) amount: String,
}

#[derive(Serialize)]
pub(super) struct PaymentRequest {
    id: String,
    state: &'static str,
    amount: String,
    currency: &'static str,
    less_allowed: bool,
    bill_number: Option<String>,
    purpose: Option<String>,
    due: Option<String>,
    till: Option<String>,
    created: String,
    expires: String,
    changed: String,
    /// What was paid, and what tells the payment in the merchant's books.
    paid_amount: Option<String>,
    /// The code's text, to be drawn. Whoever has it can pay, also what asks somebody in particular.
    qr: String,
    /// The code as a picture.
    qr_svg: String,
    /// Where a payer is sent.
    payment_link: String,
    /// Where the payer goes from there when it is over.
    return_url: Option<String>,
}

impl PaymentRequest {
    /// `issuer` is where payers find us.
    pub(super) fn of(
        request: &RequestToPay,
        merchant: &Merchant,
        return_address: Option<&ReturnAddress>,
        issuer: &Url,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let asked = &request.asked;
        let link = format!("{issuer}pay/{}", request.id);
        let code = request_code(merchant, request);
        let paid = request.payment.filter(|_| request.state == payments::request_to_pay::RequestState::Paid);
        Ok(Self {
            id: request.id.to_string(),
            state: request.state_at(now).name(),
            amount: asked.amount.to_decimal(),
            currency: asked.amount.currency().code(),
            less_allowed: asked.amount_rule == AmountRule::LessAllowed,
            bill_number: asked.bill_number.clone(),
            purpose: asked.purpose.clone(),
            due: asked.due.map(|date| date.to_string()),
            till: asked.creditor.till.clone(),
            created: request.created.to_string(),
            expires: asked.expires.to_string(),
            changed: request.changed.to_string(),
            paid_amount: paid.map(|paid| paid.amount.to_decimal()),
            qr: code.map_err(|failed| Problem::internal(&failed))?,
            qr_svg: format!("{link}/code.svg"),
            payment_link: link,
            return_url: return_address.map(ToString::to_string),
        })
    }
}
