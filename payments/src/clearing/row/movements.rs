//! How proposals and the movements that follow from them stand in the log's columns.

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::{Event, EventFields, json};
use crate::clearing::Movement;
use crate::money::Amount;

/// The detail of a proposal.
#[derive(Serialize, Deserialize)]
struct Expiry {
    /// In microseconds of the epoch.
    expires: i64,
}

/// The detail of what was decided about one.
#[derive(Serialize, Deserialize)]
struct Decided {
    proposal: i64,
}

fn money(funding: &str, withdrawal: &str, movement: Movement, amount: Amount) -> EventFields {
    let kind = if movement == Movement::Funding { funding } else { withdrawal };
    EventFields {
        kind: kind.to_owned(),
        currency: Some(amount.currency()),
        amount: Some(amount.minor()),
        ..EventFields::default()
    }
}

pub(super) fn proposed(movement: Movement, amount: Amount, key: &str, expires: Timestamp) -> EventFields {
    EventFields {
        detail: Some(json(&Expiry { expires: expires.micros() })),
        reference: Some(key.to_owned()),
        ..money("funding_proposed", "withdrawal_proposed", movement, amount)
    }
}

pub(super) fn moved(movement: Movement, amount: Amount, proposal: Option<i64>) -> EventFields {
    let detail = proposal.map(|proposal| json(&Decided { proposal }));
    EventFields { detail, ..money("funded", "withdrawn", movement, amount) }
}

pub(super) fn refused(proposal: i64) -> EventFields {
    let kind = "proposal_refused".to_owned();
    EventFields { kind, detail: Some(json(&Decided { proposal })), ..EventFields::default() }
}

/// Reads them back; `None` when the fields are none of these.
pub(super) fn event(fields: &EventFields) -> Option<Event> {
    let amount = || Amount::new(fields.amount?, fields.currency?).ok();
    let decided = || fields.detail.as_deref().map(serde_json::from_str::<Decided>).transpose().ok();
    let movement = if fields.kind.starts_with("fund") { Movement::Funding } else { Movement::Withdrawal };
    match fields.kind.as_str() {
        "funding_proposed" | "withdrawal_proposed" => {
            let Expiry { expires } = serde_json::from_str(fields.detail.as_deref()?).ok()?;
            let expires = Timestamp::from_micros(expires);
            Some(Event::Proposed { movement, amount: amount()?, key: fields.reference.clone()?, expires })
        }
        "funded" | "withdrawn" => {
            let proposal = decided()?.map(|decided| decided.proposal);
            Some(Event::Moved { movement, amount: amount()?, proposal })
        }
        "proposal_refused" => Some(Event::ProposalRefused { proposal: decided()??.proposal }),
        _ => None,
    }
}
