//! Who did what about a merchant, written in the transaction in which it was done.

use std::fmt;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::schema::merchant_audit;
use super::{MerchantError, Merchants};
use crate::merchant::{MerchantId, PersonId};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Records that are read at once.
const PAGE: i64 = 500;

store::identifier! {
    /// One record.
    struct AuditId;
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The merchant's bank.
    Participant(ClearingCode),
    /// Somebody who works for it.
    Person(PersonId),
    /// A program of the merchant, by its own credentials.
    Program(uuid::Uuid),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Participant(code) => write!(f, "participant {code}"),
            Self::Person(person) => write!(f, "person {person}"),
            Self::Program(id) => write!(f, "program {id}"),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Onboarded,
    Changed,
    TillAdded,
    TillRemoved,
    Invited,
    Joined,
    MemberRemoved,
    ProgramAdded,
    ProgramRemoved,
    RefundInstructed,
    RefundRefused,
    WebhookChanged,
    ReturnAddressesChanged,
}

impl Act {
    const fn code(self) -> &'static str {
        match self {
            Self::Onboarded => "onboarded",
            Self::Changed => "changed",
            Self::TillAdded => "till added",
            Self::TillRemoved => "till removed",
            Self::Invited => "invited",
            Self::Joined => "joined",
            Self::MemberRemoved => "member removed",
            Self::ProgramAdded => "program added",
            Self::ProgramRemoved => "program removed",
            Self::RefundInstructed => "refund instructed",
            Self::WebhookChanged => "webhook changed",
            Self::ReturnAddressesChanged => "return addresses changed",
            Self::RefundRefused => "refund refused",
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub act: String,
    /// To whom or what: a till, a role, a person or a refund.
    pub subject: Option<String>,
}

/// Where and by whom something is done.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) merchant: MerchantId,
    pub(super) actor: Actor,
    pub(super) now: Timestamp,
}

pub(super) fn record(
    conn: &mut Conn<'_>,
    scene: Scene,
    act: Act,
    subject: Option<String>,
) -> Result<(), MerchantError> {
    let Scene { merchant, actor, now } = scene;
    on_db!(conn, c => diesel::insert_into(merchant_audit::table)
        .values((
            merchant_audit::id.eq(AuditId::new(now, &random()?)),
            merchant_audit::merchant.eq(merchant),
            merchant_audit::at.eq(now),
            merchant_audit::actor.eq(actor.to_string()),
            merchant_audit::act.eq(act.code()),
            merchant_audit::subject.eq(subject.as_deref()),
        ))
        .execute(c))?;
    Ok(())
}

impl Merchants {
    /// What was done about a merchant, oldest first.
    pub fn audit_of(&self, merchant: MerchantId) -> Result<Vec<AuditEntry>, MerchantError> {
        let rows: Vec<(Timestamp, String, String, Option<String>)> = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_audit::table
                .filter(merchant_audit::merchant.eq(merchant))
                .order(merchant_audit::id)
                .limit(PAGE)
                .select((
                    merchant_audit::at,
                    merchant_audit::actor,
                    merchant_audit::act,
                    merchant_audit::subject,
                ))
                .load(c))?)
        })?;
        Ok(rows.into_iter().map(|(at, actor, act, subject)| AuditEntry { at, actor, act, subject }).collect())
    }
}
