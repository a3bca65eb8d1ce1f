//! What participants put in adds up to what they have.

use super::*;
use crate::clearing::tests::support::{say, transfer};
use crate::clearing::{Movement, ProposedMovement, Verdict};
use crate::money::Currency;
use crate::store::TrialBalance;

#[test]
fn funding_is_what_was_put_in_less_what_was_taken_out_whatever_was_paid() {
    for world in World::each() {
        let switch = world.funded();
        let (participant, movement, amount) = (bank("027"), Movement::Withdrawal, hkd(20_000));
        let wanted = ProposedMovement { participant, movement, amount, key: "W-1".to_owned() };
        let proposal = wait(switch.propose("an officer", wanted)).unwrap();
        wait(switch.decide_proposal("another", proposal, true)).unwrap();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        let TrialBalance { positions, funding } = switch.trial_balance().unwrap();
        assert_eq!(funding, [(bank("012"), Currency::Hkd, 100_000), (bank("027"), Currency::Hkd, 30_000)]);
        let balances: i64 = positions.iter().map(|(.., position)| position.balance).sum();
        assert_eq!(balances, 130_000);
    }
}
