//! Where officers propose to move money, and decide what others proposed.

use askama::Template;
use payments::clearing::{Movement, ProposalState};
use store::Timestamp;

use super::{Page, moment};

/// The page. It stands at `/proposals` of the console.
#[derive(Debug, Template)]
#[template(path = "proposals.html")]
pub struct Proposals {
    /// Its context.
    pub page: Page,
    /// Makes a form that is sent twice one proposal.
    pub key: String,
    /// What the form for a new proposal holds.
    pub wish: Wish,
    /// Why the last form was not taken.
    pub objection: Option<String>,
    /// What waits for another officer.
    pub pending: Vec<Pending>,
    /// What was decided, or not in time, latest first.
    pub decided: Vec<Decided>,
}

/// A new proposal as it was typed.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Of the participant.
    pub clearing_code: String,
    /// In decimals.
    pub amount: String,
    /// ISO 4217 letters.
    pub currency: String,
}

impl Default for Wish {
    fn default() -> Self {
        Self { clearing_code: String::new(), amount: String::new(), currency: "HKD".to_owned() }
    }
}

/// A proposal.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its number.
    pub id: i64,
    /// Of the participant.
    pub clearing_code: String,
    /// In or out.
    pub movement: Movement,
    /// With its currency.
    pub amount: String,
    /// Who.
    pub proposed_by: String,
    /// When.
    pub proposed: Timestamp,
}

/// A proposal that waits no longer.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What was proposed.
    pub proposal: Pending,
    /// What became of it.
    pub state: ProposalState,
    /// Who decided, if anybody did.
    pub by: Option<String>,
}

impl Pending {
    fn what(&self, page: &Page) -> &'static str {
        match self.movement {
            Movement::Funding => page.say("注資", "Funding"),
            Movement::Withdrawal => page.say("提款", "Withdrawal"),
        }
    }
}

impl Decided {
    fn outcome(&self, page: &Page) -> &'static str {
        match self.state {
            ProposalState::Pending => page.say("等候中", "Waiting"),
            ProposalState::Approved => page.say("已批准", "Approved"),
            ProposalState::Refused => page.say("已否決", "Refused"),
            ProposalState::Expired => page.say("已過期", "Expired"),
        }
    }

    const fn tone(&self) -> &'static str {
        match self.state {
            ProposalState::Approved => "ok",
            ProposalState::Pending | ProposalState::Expired => "wait",
            ProposalState::Refused => "stop",
        }
    }
}
