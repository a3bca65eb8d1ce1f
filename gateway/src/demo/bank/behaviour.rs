//! How a simulated bank answers for an account: honestly, or as a bank should not, so that the demo can show
//! what the switch makes of it.

use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};

use super::ledger::IncomingState;

/// `AC01`: the account is not one of the bank's.
const UNKNOWN_ACCOUNT: ReasonCode = ReasonCode::literal("AC01");
/// `AM03`: the account is not kept in this currency.
const CURRENCY_NOT_ALLOWED: ReasonCode = ReasonCode::literal("AM03");

/// What the bank does with payments to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Accepts what it can credit.
    #[default]
    Honest,
    /// Answers RJCT with this reason, as for a closed account (`AC04`).
    Rejects(ReasonCode),
    /// Never answers, so that the switch's deadline passes.
    Silent,
}

/// What a bank does with a payment of `amount` to an account: `None` when the account is not one of its own.
pub fn decide(account: Option<Behaviour>, amount: Amount) -> IncomingState {
    match (account, amount.currency()) {
        (None, _) => IncomingState::Refused(UNKNOWN_ACCOUNT),
        (Some(Behaviour::Silent), _) => IncomingState::Silent,
        (Some(Behaviour::Rejects(reason)), _) => IncomingState::Refused(reason),
        (Some(Behaviour::Honest), Currency::Cny) => IncomingState::Refused(CURRENCY_NOT_ALLOWED),
        (Some(Behaviour::Honest), Currency::Hkd) => IncomingState::Accepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_answered_for_as_it_behaves() {
        let closed = ReasonCode::literal("AC04");
        let hkd = Amount::new(100, Currency::Hkd).unwrap();
        let cny = Amount::new(100, Currency::Cny).unwrap();
        for (account, amount, expected) in [
            (Some(Behaviour::Honest), hkd, IncomingState::Accepted),
            (Some(Behaviour::Honest), cny, IncomingState::Refused(CURRENCY_NOT_ALLOWED)),
            (Some(Behaviour::Rejects(closed)), hkd, IncomingState::Refused(closed)),
            (Some(Behaviour::Silent), hkd, IncomingState::Silent),
            (None, hkd, IncomingState::Refused(UNKNOWN_ACCOUNT)),
        ] {
            assert_eq!(decide(account, amount), expected, "{account:?}");
        }
    }
}
