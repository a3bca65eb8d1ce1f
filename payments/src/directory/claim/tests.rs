//! Every state, step and party of a claim, against the table in `docs/directory.md`.

use std::collections::{BTreeSet, HashSet};

use super::*;

const OPENED: Timestamp = Timestamp::from_seconds(1_795_000_000);
const PARTIES: [ClaimParty; 3] = [ClaimParty::Claimant, ClaimParty::Donor, ClaimParty::Time];

fn steps() -> Vec<ClaimStep> {
    use ClaimStep::{Acknowledge, Cancel, Complete, Confirm, Deadline, Prove};
    let cancels = CancelReason::ALL.into_iter().map(Cancel);
    [Acknowledge, Prove, Confirm, Complete, Deadline].into_iter().chain(cancels).collect()
}

/// Every claim that there can be, with what never happens among them.
fn claims() -> Vec<Claim> {
    let mut claims = Vec::new();
    for kind in [ClaimKind::Ownership, ClaimKind::Portability] {
        for state in ClaimState::ALL {
            for proved in 0..4 {
                let cancels = CancelReason::ALL.into_iter().map(Some);
                for cancelled in cancels.chain([None]).filter(|c| c.is_some() == (state == ClaimState::Cancelled)) {
                    let (claimant_proved, donor_proved) = (proved & 1 != 0, proved & 2 != 0);
                    let deadline = OPENED + TIME_TO_RESOLVE;
                    claims.push(Claim { kind, state, claimant_proved, donor_proved, cancelled, deadline });
                }
            }
        }
    }
    claims
}

/// The documented steps: kinds, states, who, step, needs, then.
fn documented() -> Vec<[String; 6]> {
    let text = include_str!("../../../../docs/directory.md");
    let table = text.split("| Claim | In state | Who | Step | Needs | Then |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split('|').map(|c| c.trim().replace('`', "")).collect();
        cells.try_into().unwrap()
    })
    .collect()
}

/// What the document says of a step that is taken: which state follows. Nothing when no row allows it.
fn expected(claim: &Claim, step: ClaimStep, by: ClaimParty, late: bool) -> Option<String> {
    let one_of = |cell: &str, name: &str| cell == "any" || cell.split(", ").any(|one| one == name);
    let rows = documented();
    let row = rows.iter().find(|[kinds, states, who, named, needs, _]| {
        let needed = match needs.as_str() {
            "" => true,
            "claimant's proof" => claim.claimant_proved,
            "no claimant's proof" => !claim.claimant_proved,
            "donor's proof" => claim.donor_proved,
            other => panic!("{other}"),
        };
        one_of(kinds, &format!("{:?}", claim.kind))
            && one_of(states, &format!("{:?}", claim.state))
            && format!("{by:?}") == *who
            && *named == format!("{step:?}")
            && needed
    })?;
    (late == (step == ClaimStep::Deadline)).then(|| row[5].clone())
}

#[test]
fn every_step_of_every_claim_is_as_documented() {
    for claim in claims().into_iter().filter(|claim| claim.state.is_open()) {
        for step in steps() {
            for by in PARTIES {
                for now in [OPENED, claim.deadline - Duration::from_micros(1), claim.deadline] {
                    let taken = claim.take(step, by, now);
                    let state = taken.ok().map(|taken| format!("{:?}", taken.state));
                    let wanted = expected(&claim, step, by, now >= claim.deadline);
                    let wanted = wanted.map(|then| if then == "same" { format!("{:?}", claim.state) } else { then });
                    assert_eq!(state, wanted, "{claim:?} {step:?} {by:?} {now}: {taken:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_decided_stays_decided() {
    for claim in claims().into_iter().filter(|claim| !claim.state.is_open()) {
        for step in steps() {
            for by in PARTIES {
                for now in [OPENED, claim.deadline] {
                    match claim.take(step, by, now) {
                        Ok(after) => assert_eq!(after, claim, "the same again changes nothing"),
                        Err(refusal) => assert_eq!(refusal, ClaimRefusal::Closed),
                    }
                }
            }
        }
    }
}

#[test]
fn a_step_twice_is_the_step_once() {
    for claim in claims() {
        for step in steps() {
            for by in PARTIES {
                if let Ok(once) = claim.take(step, by, OPENED) {
                    assert_eq!(once.take(step, by, OPENED), Ok(once), "{claim:?} {step:?}");
                }
            }
        }
    }
}

#[test]
fn every_claim_that_can_come_about_is_decided_at_its_deadline_and_never_without_proof() {
    for (kind, proven) in [(ClaimKind::Ownership, false), (ClaimKind::Ownership, true), (ClaimKind::Portability, true)]
    {
        let mut reached = HashSet::new();
        let mut ahead = vec![Claim::open(kind, proven, TIME_TO_RESOLVE, OPENED)];
        while let Some(claim) = ahead.pop() {
            if !reached.insert(claim) {
                continue;
            }
            for step in steps() {
                ahead.extend(PARTIES.iter().filter_map(|by| claim.take(step, *by, OPENED).ok()));
            }
            if claim.state.is_open() {
                let decided = claim.take(ClaimStep::Deadline, ClaimParty::Time, claim.deadline).unwrap();
                assert!(!decided.state.is_open());
                ahead.push(decided);
            }
        }
        for claim in &reached {
            if claim.state == ClaimState::Completed && kind == ClaimKind::Ownership {
                assert!(claim.claimant_proved, "{claim:?}");
            }
        }
        let states: BTreeSet<ClaimState> = reached.iter().map(|claim| claim.state).collect();
        assert_eq!(states.len(), ClaimState::ALL.len(), "every state can be reached");
    }
}

#[test]
fn refusals_come_by_precedence() {
    let claim = Claim::open(ClaimKind::Ownership, false, TIME_TO_RESOLVE, OPENED);
    let late = claim.deadline;
    let closed = Claim { state: ClaimState::Completed, ..claim };
    for (claim, step, by, now, refusal) in [
        (closed, ClaimStep::Confirm, ClaimParty::Claimant, late, ClaimRefusal::Closed),
        (claim, ClaimStep::Confirm, ClaimParty::Claimant, late, ClaimRefusal::NotYours),
        (claim, ClaimStep::Complete, ClaimParty::Claimant, late, ClaimRefusal::TooLate),
        (claim, ClaimStep::Deadline, ClaimParty::Time, OPENED, ClaimRefusal::TooEarly),
        (claim, ClaimStep::Complete, ClaimParty::Claimant, OPENED, ClaimRefusal::State),
        (
            Claim { state: ClaimState::Confirmed, ..claim },
            ClaimStep::Complete,
            ClaimParty::Claimant,
            OPENED,
            ClaimRefusal::NotProven,
        ),
    ] {
        assert_eq!(claim.take(step, by, now), Err(refusal));
    }
}
