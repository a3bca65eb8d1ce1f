//! Whoever floods the switch leaves room for others.

use super::*;
use crate::clearing::tests::support::transfer;
use crate::error::SubmitError;

/// Payment `number` of one bank to another.
fn payment(number: u32, from: &str, to: &str) -> Submission {
    let (debtor_agent, creditor_agent) = (bank(from), bank(to));
    submission(CreditTransfer { amount: hkd(1), debtor_agent, creditor_agent, ..transfer(number, NOW) })
}

#[test]
fn when_there_is_no_room_nothing_is_taken_and_others_still_are() {
    for world in World::each() {
        let switch = world.funded();
        let many: Vec<Submission> = (0..600).map(|number| payment(number, "012", "038")).collect();
        let refused = wait(switch.submit(bank("012"), many, NOW));
        assert!(matches!(refused, Err(SubmitError::Busy { .. })), "more than half of the room");
        assert_eq!(*switch.head().borrow(), switch.events(None, 1).unwrap()[0].sequence, "nothing was recorded");
        let told = wait(switch.submit(bank("027"), vec![payment(601, "027", "038")], NOW)).unwrap();
        assert_eq!(told[0].status, crate::clearing::Status::InProcess);
    }
}
