//! Proposals and operators in the database.

use super::*;
use crate::clearing::{Movement, OperationRefusal, ProposalState, ProposedMovement};
use crate::error::{OperationError, OperatorError};
use crate::operator::{OperatorName, OperatorToken, Role};
use crate::{Operators, clearing::Proposal};

fn wanted(movement: Movement, minor: i64, key: &str) -> ProposedMovement {
    ProposedMovement { participant: bank("012"), movement, amount: hkd(minor), key: key.to_owned() }
}

#[test]
fn a_proposal_outlives_the_switch_and_is_audited() {
    for world in World::each() {
        let switch = world.funded();
        let proposal = wait(switch.propose("cheung", wanted(Movement::Withdrawal, 30_000, "W-1"))).unwrap();
        switch.stop();
        let switch = world.open();
        assert_eq!(wait(switch.propose("cheung", wanted(Movement::Withdrawal, 30_000, "W-1"))), Ok(proposal));
        let own = wait(switch.decide_proposal("cheung", proposal, true));
        assert_eq!(own, Err(OperationError::Refused(OperationRefusal::OwnProposal)));
        wait(switch.decide_proposal("leung", proposal, true)).unwrap();
        let other = wait(switch.propose("cheung", wanted(Movement::Funding, 1, "F-1"))).unwrap();
        wait(switch.decide_proposal("cheung", other, false)).unwrap();
        let known: Vec<Proposal> = switch.proposals(2).unwrap();
        let states: Vec<_> = known.iter().map(|one| (one.id, one.state(NOW))).collect();
        assert_eq!(states, [(other, ProposalState::Refused), (proposal, ProposalState::Approved)]);
        switch.stop();
        world.assert_exact();
    }
}

#[test]
fn a_proposal_that_was_changed_by_hand_is_found() {
    for world in World::each() {
        let switch = world.funded();
        switch.stop();
        let forged = world.db().write(|conn| -> Result<usize, crate::Error> {
            use diesel::RunQueryDsl;
            let sql = "UPDATE proposal SET proposed_by = 'somebody' WHERE participant = 12";
            Ok(store::on_db!(conn, c => diesel::sql_query(sql).execute(c))?)
        });
        assert_eq!(forged.unwrap(), 1);
        assert_eq!(crate::audit::verify(&world.db()).unwrap().differences.len(), 1);
    }
}

#[test]
fn an_operator_is_who_has_the_token() {
    for world in World::each() {
        let operators = Operators::new(world.db());
        let name = |text: &str| text.parse::<OperatorName>().unwrap();
        let token = operators.add(None, "root", &name("cheung"), Role::Officer, NOW).unwrap();
        let taken = operators.add(None, "root", &name("cheung"), Role::Officer, NOW);
        assert!(matches!(taken, Err(OperatorError::NameTaken)));
        operators.add(None, "root", &name("leung"), Role::Officer, NOW).unwrap();
        let third = operators.add(None, "root", &name("ho"), Role::Auditor, NOW);
        assert!(matches!(third, Err(OperatorError::NotAllowed)), "two officers are there");
        let cheung = operators.authenticate(&token).unwrap();
        assert_eq!(cheung.acts_as().as_deref(), Some("operator cheung"));
        let auditor = operators.add(Some(&cheung), "root", &name("ho"), Role::Auditor, NOW).unwrap();
        assert_eq!(operators.authenticate(&auditor).unwrap().acts_as(), None);
        let forged = operators.authenticate(&OperatorToken::presented("lro_00"));
        assert!(matches!(forged, Err(OperatorError::Unknown)));
        operators.remove("root", &name("cheung"), NOW).unwrap();
        assert!(matches!(operators.authenticate(&token), Err(OperatorError::Unknown)));
        assert!(matches!(operators.remove("root", &name("cheung"), NOW), Err(OperatorError::Unknown)));
        let known = operators.list().unwrap();
        assert_eq!(
            known.iter().map(|one| one.added_by.as_str()).collect::<Vec<_>>(),
            ["root", "operator cheung", "root"]
        );
    }
}
