//! What the pages of the console share: who is on duty, and how money and moments read.

use actix_web::web;
use payments::clearing::BusinessDay;
use payments::merchant::{
    DayKey, DayTotal, Duty, Membership, MerchantError, MerchantId, MerchantRefusal, MerchantStatus, PersonId, Receipt,
    Role,
};
use payments::money::Currency;

use crate::clock;
use crate::pages::merchant::{Line, Shop, Total};
use crate::pages::moment;
use crate::pages::money::{money, money_of};
use crate::public::refusal::PageError;
use crate::public::session::SignedIn;
use crate::server::Gateway;

/// As what payments knows whoever is signed in.
pub(super) fn person(session: &SignedIn) -> PersonId {
    PersonId::from_uuid(*session.0.resident.as_uuid())
}

/// The merchant with this identifier, for whoever may do this there.
pub(super) async fn on_duty(
    gateway: &web::Data<Gateway>,
    session: &SignedIn,
    id: &str,
    duty: Duty,
) -> Result<Membership, PageError> {
    let id: MerchantId = id.parse().map_err(|_| PageError::NothingHere)?;
    let (gateway, person) = (gateway.clone(), person(session));
    Ok(web::block(move || gateway.merchants.on_duty(person, id, duty)).await??)
}

pub(super) fn shop(of: &Membership) -> Shop {
    let merchant = &of.merchant;
    Shop {
        id: merchant.id.to_string(),
        name_zh: merchant.names.zh().to_owned(),
        name_en: merchant.names.en().to_owned(),
        is_owner: of.role == Role::Owner,
        is_open: merchant.status == MerchantStatus::Active,
        tills: merchant.tills.iter().map(ToString::to_string).collect(),
    }
}

/// The business day that has begun: that of the clock before anything was paid.
pub(super) fn today(gateway: &Gateway) -> Result<BusinessDay, PageError> {
    let begun = gateway.switch.business_day().map_err(|failed| PageError::Failed(failed.to_string()))?;
    Ok(begun.unwrap_or_else(|| BusinessDay::of(clock::now())))
}

pub(super) fn line(receipt: &Receipt) -> Line {
    let currency = receipt.amount.currency();
    let back = receipt.refunded.saturating_add(receipt.refunding);
    Line {
        payment: receipt.payment,
        amount: money(receipt.amount),
        payer: receipt.payer.clone(),
        at: moment::second(receipt.settled),
        till: receipt.till.as_ref().map(ToString::to_string),
        bill: receipt.bill_number.clone(),
        back: (back > 0).then(|| money_of(back, currency)),
    }
}

/// Totals by till, and all of them together when there are several of one currency.
pub(super) fn totals(of: &[(DayKey, DayTotal)]) -> (Vec<Total>, Option<Total>) {
    let total = |till: Option<String>, currency: Currency, of: &DayTotal| Total {
        till,
        count: of.count,
        received: money_of(of.received, currency),
        refunded: (of.refund_count > 0).then(|| money_of(of.refunded, currency)),
        net: money_of(of.net(), currency),
    };
    let lines = of.iter().map(|(key, one)| total(key.till.as_ref().map(ToString::to_string), key.currency, one));
    let currency = of.first().map(|(key, _)| key.currency);
    let sum = currency.filter(|one| of.len() > 1 && of.iter().all(|(key, _)| key.currency == *one)).map(|currency| {
        let sum = of.iter().fold(DayTotal::default(), |sum, (_, one)| sum.plus(*one));
        total(None, currency, &sum)
    });
    (lines.collect(), sum)
}

impl From<MerchantError> for PageError {
    fn from(error: MerchantError) -> Self {
        match error {
            // To whoever does not work there, a shop is not there.
            MerchantError::Refused(
                MerchantRefusal::Unknown | MerchantRefusal::UnknownReceipt | MerchantRefusal::UnknownTill,
            ) => Self::NothingHere,
            MerchantError::Refused(refusal) => Self::Merchant(refusal),
            MerchantError::Store(store::Error::Unavailable(_)) => Self::Unavailable,
            other => Self::Failed(other.to_string()),
        }
    }
}
