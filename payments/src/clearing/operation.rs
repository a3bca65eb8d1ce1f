//! What the operator does: who takes part, and under which limits. Money is moved by proposals.

use serde::{Deserialize, Serialize};

use super::Limits;
use crate::app_link::AppLink;
use crate::money::Currency;
use crate::participant::{Standing, Thumbprint};

/// An act of the operator upon one participant. Each leaves an event in the log that says who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Lets a participant in.
    Add(Particulars),
    /// Sets how far below zero its position may go, in minor units.
    SetNetDebitCap(Currency, i64),
    /// Sets its limits in a currency, all of them.
    SetLimits(Currency, Limits),
    /// Takes no new payments from it or to it; answers to old ones are still taken.
    Suspend,
    /// Takes nothing from it: it may only read. What others sent to it times out.
    Block,
    /// Ends a suspension, or a block.
    Resume,
    /// Payments to it are refused at once (AB08): it is known not to answer.
    GoOffline,
    /// It answers again.
    ComeOnline,
    /// Says how a request to pay is opened in its app; `None` says that it is not.
    SetAppLink(Option<AppLink>),
    /// Lets a client certificate act for it.
    AddCertificate(Thumbprint),
    /// Ends that, for good.
    RevokeCertificate(Thumbprint),
}

impl Operation {
    /// The standing that it gives.
    pub(crate) const fn standing(&self) -> Option<Standing> {
        match self {
            Self::Suspend => Some(Standing::Suspended),
            Self::Block => Some(Standing::Blocked),
            Self::Resume => Some(Standing::Active),
            _ => None,
        }
    }
}

/// What a participant is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// ISO 9362 business identifier code, 8 or 11 characters.
    pub bic: Option<String>,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
}

impl Particulars {
    /// Whether they can be written into messages.
    pub(crate) fn are_well_formed(&self) -> bool {
        let is_bic = |bic: &String| {
            matches!(bic.len(), 8 | 11) && bic.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        is_name(&self.name_zh) && is_name(&self.name_en) && self.bic.as_ref().is_none_or(is_bic)
    }
}

/// Whether a text can be somebody's name: something to read, no longer than ISO 20022's `Max140Text`.
pub(crate) fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 140 && !text.chars().any(char::is_control)
}
