//! The rules of a bank's books: what confirming a payment, hearing its outcome or receiving one does to them.
//!
//! Each rule is a function of what the books say and answers with a [`Step`]: the new state and the [`Posting`]
//! that goes with it, to be written in one transaction. A state that is final gives no further step, which is
//! what makes a message that comes twice harmless.

use payments::iso20022::ReasonCode;
use payments::money::Amount;

use super::account::{Account, AccountNumber};

/// A movement of the books: the same sum leaves `debit` and reaches `credit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Whose balance falls.
    pub debit: Account,
    /// Whose balance rises.
    pub credit: Account,
    /// How much.
    pub amount: Amount,
}

/// A change of state and what it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<State> {
    /// The state from now on.
    pub state: State,
    /// What moves in the books, if anything does.
    pub posting: Option<Posting>,
}

/// How the switch says a payment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// ACSC: settled, final.
    Settled,
    /// RJCT: nothing was moved, and why.
    Rejected(ReasonCode),
}

/// Where a customer's own payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingState {
    /// Shown to the payer, not confirmed.
    Draft,
    /// Confirmed: the money is set aside, the switch has been or will be told.
    Held,
    /// The payee has it.
    Settled,
    /// The payer has it back.
    Rejected(ReasonCode),
}

/// A customer's own payment, as far as the books care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Who pays.
    pub debtor: AccountNumber,
    /// How much.
    pub amount: Amount,
    /// Where it stands.
    pub state: OutgoingState,
}

/// Why a payment cannot be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It was confirmed before: there is nothing to do twice.
    #[error("this payment was confirmed before")]
    ConfirmedBefore,
    /// The account holds less.
    #[error("the account does not hold enough")]
    InsufficientFunds,
    /// Payer and payee are the same account.
    #[error("the payee's account is the payer's own")]
    SameAccount,
}

impl Outgoing {
    /// The payer confirms a payment to another bank: the money is set aside until the switch says how it ended.
    /// `balance` is the payer's, in cents.
    pub fn hold(&self, balance: i64) -> Result<Step<OutgoingState>, Refusal> {
        self.confirmable(balance)?;
        Ok(self.step(OutgoingState::Held, Account::Customer(self.debtor.clone()), Account::Suspense))
    }

    /// The payer confirms a payment to another customer of the same bank: settled in its own books at once.
    pub fn transfer_within(&self, balance: i64, creditor: &AccountNumber) -> Result<Step<OutgoingState>, Refusal> {
        self.confirmable(balance)?;
        if *creditor == self.debtor {
            return Err(Refusal::SameAccount);
        }
        let (debit, credit) = (Account::Customer(self.debtor.clone()), Account::Customer(creditor.clone()));
        Ok(self.step(OutgoingState::Settled, debit, credit))
    }

    /// The switch says how it ended. `None` when that was known, or the payment was never sent.
    pub fn finish(&self, outcome: Outcome) -> Option<Step<OutgoingState>> {
        match (self.state, outcome) {
            (OutgoingState::Held, Outcome::Settled) => {
                Some(self.step(OutgoingState::Settled, Account::Suspense, Account::Settlement))
            }
            (OutgoingState::Held, Outcome::Rejected(reason)) => {
                let payer = Account::Customer(self.debtor.clone());
                Some(self.step(OutgoingState::Rejected(reason), Account::Suspense, payer))
            }
            (OutgoingState::Draft | OutgoingState::Settled | OutgoingState::Rejected(_), _) => None,
        }
    }

    fn confirmable(&self, balance: i64) -> Result<(), Refusal> {
        match self.state {
            OutgoingState::Draft if balance >= self.amount.minor() => Ok(()),
            OutgoingState::Draft => Err(Refusal::InsufficientFunds),
            OutgoingState::Held | OutgoingState::Settled | OutgoingState::Rejected(_) => Err(Refusal::ConfirmedBefore),
        }
    }

    fn step(&self, state: OutgoingState, debit: Account, credit: Account) -> Step<OutgoingState> {
        Step { state, posting: Some(Posting { debit, credit, amount: self.amount }) }
    }
}

/// Where a payment to a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncomingState {
    /// The bank says ACCP and waits for the switch's word.
    Accepted,
    /// The bank does not answer.
    Silent,
    /// The bank says RJCT, and why.
    Refused(ReasonCode),
    /// Settled, and the customer has it.
    Credited,
    /// Not settled, and why: rejected, or too late.
    Rejected(ReasonCode),
}

/// A payment to a customer, as far as the books care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Who is paid; none when the account is not one of the bank's.
    pub creditor: Option<AccountNumber>,
    /// How much.
    pub amount: Amount,
    /// Where it stands.
    pub state: IncomingState,
}

impl Incoming {
    /// The switch says how it ended: the customer is credited only when it settled. What settled for an account
    /// that is not ours stays in suspense until somebody returns it. `None` when the outcome was known.
    pub fn finish(&self, outcome: Outcome) -> Option<Step<IncomingState>> {
        match (self.state, outcome) {
            (IncomingState::Credited | IncomingState::Rejected(_), _) => None,
            (_, Outcome::Settled) => {
                let credit = self.creditor.clone().map_or(Account::Suspense, Account::Customer);
                let posting = Posting { debit: Account::Settlement, credit, amount: self.amount };
                Some(Step { state: IncomingState::Credited, posting: Some(posting) })
            }
            (_, Outcome::Rejected(reason)) => Some(Step { state: IncomingState::Rejected(reason), posting: None }),
        }
    }
}

/// A customer's first money.
pub fn open(account: &AccountNumber, amount: Amount) -> Posting {
    Posting { debit: Account::Cash, credit: Account::Customer(account.clone()), amount }
}

/// Money that the payee's bank sent back reaches the payer, or waits in suspense when there is none here.
pub fn take_back(payer: Option<AccountNumber>, amount: Amount) -> Posting {
    let credit = payer.map_or(Account::Suspense, Account::Customer);
    Posting { debit: Account::Settlement, credit, amount }
}

/// Recalls for which the payer's bank is to blame: it paid twice, or its systems failed.
const MISTAKES: [ReasonCode; 2] = [ReasonCode::literal("DUPL"), ReasonCode::literal("TECH")];

/// What goes back when the payer's bank recalls a payment for `reason`: all that is `left` of it, in cents, when the
/// customer's `balance` covers that. A payment sent by mistake was never meant for them; about anything else only the
/// customer could say yes. Otherwise why not, as camt.029 has it.
pub fn recall(reason: ReasonCode, is_credited: bool, left: i64, balance: i64) -> Result<i64, ReasonCode> {
    if !is_credited {
        return Err(ReasonCode::literal("NOOR"));
    }
    if left <= 0 {
        return Err(ReasonCode::literal("ARDT"));
    }
    if !MISTAKES.contains(&reason) {
        return Err(ReasonCode::literal("NOAS"));
    }
    if balance < left { Err(ReasonCode::literal("AM04")) } else { Ok(left) }
}

#[cfg(test)]
mod tests;
