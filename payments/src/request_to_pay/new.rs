//! What a request to pay asks, and what it must satisfy before it is one.

use std::time::Duration;

use store::Timestamp;

use super::{AmountRule, Creditor, Debtor, DueDate};
use crate::money::Amount;

/// The longest that a request may wait: bills are due within a year.
pub const MAX_LIFE: Duration = Duration::from_hours(24 * 366);
/// Characters of an account number (`Max34Text`).
const ACCOUNT: usize = 34;
/// Characters of an identifier (`Max35Text`).
const TEXT: usize = 35;
/// Characters of a name in one script: both fit `Nm` (140).
const NAME: usize = 69;
/// Characters of what fits one field of a QR code's additional data (62).
const LABEL: usize = 25;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// Who asks and where the money is to go.
    pub creditor: Creditor,
    /// How much, at most.
    pub amount: Amount,
    /// Whether less may be paid.
    pub amount_rule: AmountRule,
    /// What it is for, shown to the payer (`RmtInf/Ustrd`): at most 140 characters.
    pub purpose: Option<String>,
    /// The number of the bill that it pays (QR 62-01): at most 25 characters.
    pub bill_number: Option<String>,
    /// By when the creditor would like to have it, for bills.
    pub due: Option<DueDate>,
    /// From when it can no longer be paid (pain.013 `XpryDt`).
    pub expires: Timestamp,
    /// Who is asked; nobody in particular for what is only shown. Whoever has the id may pay in either case.
    pub debtor: Option<Debtor>,
    /// The asker's own identifier (pain.013 `EndToEndId`), at most 35 characters: for one creditor agent and one asker,
    /// the same again is the same request.
    pub reference: String,
    /// Who asked on behalf of the creditor's agent: the bank itself, a till, a web shop. At most 70 characters.
    pub created_by: String,
}

/// A request that is none, with the field that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct InvalidRequest {
    /// The field, as the API calls it.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

impl NewRequest {
    /// Whether it can be asked at `now`.
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidRequest> {
        let creditor = &self.creditor;
        needed("creditor.account", Some(&creditor.account), ACCOUNT)?;
        if creditor.name_zh.is_none() && creditor.name_en.is_none() {
            return Err(InvalidRequest { field: "creditor.name", why: "a name is needed, in Chinese or in English" });
        }
        let texts = [
            ("creditor.name_zh", creditor.name_zh.as_ref(), NAME),
            ("creditor.name_en", creditor.name_en.as_ref(), NAME),
            ("creditor.merchant", creditor.merchant.as_ref(), TEXT),
            ("creditor.till", creditor.till.as_ref(), TEXT),
            ("purpose", self.purpose.as_ref(), 140),
            ("bill_number", self.bill_number.as_ref(), LABEL),
            ("debtor.account", self.debtor.as_ref().map(|debtor| &debtor.account), ACCOUNT),
            ("reference", Some(&self.reference), TEXT),
            ("created_by", Some(&self.created_by), 2 * TEXT),
        ];
        for (field, text, most) in texts {
            needed(field, text, most)?;
        }
        if self.expires <= now {
            return Err(InvalidRequest { field: "expires", why: "a moment that is still to come" });
        }
        if self.expires > now + MAX_LIFE {
            return Err(InvalidRequest { field: "expires", why: "within a year" });
        }
        Ok(())
    }
}

impl NewRequest {
    /// Whether a repetition asks for the same: texts and times may differ between a message and its repetition.
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        let same = |one: &Self| {
            let Creditor { agent, account, .. } = one.creditor.clone();
            (agent, account, one.amount, one.amount_rule, one.bill_number.clone(), one.debtor.clone())
        };
        same(self) == same(other)
    }
}

/// Text that is there has something in it, no control characters, and at most `most` characters.
fn needed(field: &'static str, text: Option<&String>, most: usize) -> Result<(), InvalidRequest> {
    let Some(text) = text else { return Ok(()) };
    if text.trim().is_empty() {
        return Err(InvalidRequest { field, why: "is empty" });
    }
    if text.chars().count() > most {
        return Err(InvalidRequest { field, why: "is too long" });
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidRequest { field, why: "has characters that cannot be printed" });
    }
    Ok(())
}
