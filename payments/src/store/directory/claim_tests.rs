//! Claims on every database that is to be had: what changes hands, who is told, and that gateways do not trip over
//! each other.

use std::time::Duration;

use store::Timestamp;
use store::testing::TestDatabase;

use super::{ClaimRecord, Directory, DirectoryError, NoticeKind};
use crate::directory::{
    AccountNumber, CancelReason, ClaimKind, ClaimRefusal, ClaimState, ClaimStep, Currencies, DirectoryKeys,
    DirectoryRules, EntryStatus, FpsIdLength, FpsIdRequest, FpsIdRequestId, LookupRequest, NoClaim, NotRegistered,
    Owner, OwnerKey, OwnerKind, Proxy, Registration,
};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const OLD: &str = "012";
const NEW: &str = "027";

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn mobile() -> Proxy {
    Proxy::parse_any("91234567").unwrap()
}

/// Of the owner with this number; 0 is one whom nobody knows.
fn registration(owner: u8) -> Registration {
    Registration {
        proxy: mobile(),
        account: AccountNumber::parse(&format!("A-{owner}")).unwrap(),
        owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
        owner_key: (owner > 0).then(|| OwnerKey::from_bytes([owner; 16])),
        currencies: Currencies::ALL,
        default: true,
    }
}

fn on_each_database(test: impl Fn(&Directory)) {
    for database in TestDatabase::each().unwrap() {
        test(&Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32])));
    }
}

fn register(directory: &Directory, participant: &str, owner: u8) -> Result<(), DirectoryError> {
    directory.register(bank(participant), registration(owner), NOW).map(|_| ())
}

fn open(directory: &Directory) -> ClaimRecord {
    register(directory, OLD, 1).unwrap();
    assert!(matches!(
        register(directory, NEW, 2),
        Err(DirectoryError::NotRegistered(NotRegistered::ClaimNeeded(ClaimKind::Ownership)))
    ));
    directory.open_claim(bank(NEW), &registration(2), NOW).unwrap()
}

fn paid_at(directory: &Directory) -> ClearingCode {
    directory.lookup_blocking(LookupRequest::for_payment(bank("038"), mobile()), NOW).unwrap().participant
}

fn told(directory: &Directory, participant: &str) -> Vec<NoticeKind> {
    let notices = directory.notices(bank(participant), 0).unwrap();
    assert!(notices.iter().map(|notice| notice.seq).eq(1..=i64::try_from(notices.len()).unwrap()), "no gaps");
    notices.iter().map(|notice| notice.kind).collect()
}

#[test]
fn a_confirmed_claim_moves_the_number_and_both_sides_are_told() {
    use NoticeKind::{ClaimAcknowledged, ClaimCompleted, ClaimConfirmed, ClaimOpened, EntryLost};
    on_each_database(|directory| {
        let claim = open(directory);
        assert_eq!((claim.donor, claim.claim.state), (bank(OLD), ClaimState::Open));
        assert_eq!(paid_at(directory), bank(OLD), "it can be paid meanwhile");
        let step = |who, step| directory.take_claim_step(bank(who), claim.id, step, NOW);
        assert_eq!(step(OLD, ClaimStep::Acknowledge).unwrap().claim.state, ClaimState::WaitingResolution);
        assert!(matches!(step(NEW, ClaimStep::Complete), Err(DirectoryError::Claim(ClaimRefusal::State))));
        assert!(matches!(step(NEW, ClaimStep::Confirm), Err(DirectoryError::Claim(ClaimRefusal::NotYours))));
        assert!(matches!(step("038", ClaimStep::Confirm), Err(DirectoryError::NotFound)), "nobody else's business");
        step(OLD, ClaimStep::Confirm).unwrap();
        step(NEW, ClaimStep::Complete).unwrap();
        assert_eq!(step(NEW, ClaimStep::Complete).unwrap().claim.state, ClaimState::Completed, "the same again");
        assert_eq!(paid_at(directory), bank(NEW));
        assert_eq!(directory.list(bank(OLD), None, NOW).unwrap().items, []);
        assert_eq!(told(directory, OLD), [ClaimOpened, ClaimAcknowledged, ClaimConfirmed, EntryLost, ClaimCompleted]);
        assert_eq!(told(directory, NEW), [ClaimAcknowledged, ClaimConfirmed, ClaimCompleted]);
        assert_eq!(directory.claims(bank(OLD), None).unwrap().items.len(), 1);
        assert_eq!(directory.claim(bank(NEW), claim.id).unwrap().claim.state, ClaimState::Completed);
    });
}

#[test]
fn while_a_claim_is_open_nothing_changes() {
    on_each_database(|directory| {
        let claim = open(directory);
        assert_eq!(directory.open_claim(bank(NEW), &registration(2), NOW).unwrap().id, claim.id, "the same again");
        let locked = |result| matches!(result, Err(DirectoryError::NotRegistered(NotRegistered::Locked)));
        assert!(locked(register(directory, OLD, 1)) && locked(register(directory, "038", 1)));
        let entry = directory.list(bank(OLD), None, NOW).unwrap().items.remove(0);
        assert_eq!(entry.status, EntryStatus::Locked);
        assert!(locked(directory.remove(bank(OLD), entry.id, NOW)));
        let third = directory.open_claim(bank("038"), &registration(3), NOW);
        assert!(matches!(third, Err(DirectoryError::NoClaim(NoClaim::Locked))));

        let withdrawn = ClaimStep::Cancel(CancelReason::Withdrawn);
        directory.take_claim_step(bank(NEW), claim.id, withdrawn, NOW).unwrap();
        let unlocked = directory.list(bank(OLD), None, NOW).unwrap().items.remove(0);
        assert_eq!(unlocked.status, EntryStatus::Proven);
        assert_eq!(paid_at(directory), bank(OLD));
        directory.remove(bank(OLD), entry.id, NOW).unwrap();
    });
}

#[test]
fn at_the_deadline_an_ownership_claim_completes_and_a_portability_claim_is_cancelled() {
    on_each_database(|directory| {
        let claim = open(directory);
        let request = FpsIdRequest {
            id: FpsIdRequestId::from_uuid(uuid::Uuid::from_u128(1)),
            length: FpsIdLength::Nine,
            account: AccountNumber::parse("A-1").unwrap(),
            owner: registration(1).owner,
            owner_key: registration(1).owner_key,
        };
        let fps_id = directory.issue_fps_id(bank(OLD), &request, NOW).unwrap().entry.proxy;
        let moved = Registration { proxy: fps_id.clone(), ..registration(1) };
        let other = Registration { proxy: fps_id.clone(), ..registration(2) };
        let refused = directory.open_claim(bank(NEW), &other, NOW);
        assert!(matches!(refused, Err(DirectoryError::NoClaim(NoClaim::AnotherOwner))));
        let portability = directory.open_claim(bank(NEW), &moved, NOW).unwrap();
        assert_eq!(portability.claim.kind, ClaimKind::Portability);

        let deadline = claim.claim.deadline;
        assert_eq!(directory.decide_due_claims(deadline - Duration::from_micros(1)).unwrap(), 0);
        assert_eq!(directory.decide_due_claims(deadline).unwrap(), 2);
        assert_eq!(paid_at(directory), bank(NEW));
        let state = directory.claim(bank(OLD), portability.id).unwrap().claim;
        assert_eq!((state.state, state.cancelled), (ClaimState::Cancelled, Some(CancelReason::Expired)));
        assert_eq!(
            directory
                .lookup_blocking(LookupRequest::for_payment(bank("038"), fps_id.clone()), NOW)
                .unwrap()
                .participant,
            bank(OLD)
        );

        let again = directory.open_claim(bank(NEW), &moved, deadline).unwrap();
        directory.take_claim_step(bank(OLD), again.id, ClaimStep::Confirm, deadline).unwrap();
        directory.take_claim_step(bank(NEW), again.id, ClaimStep::Complete, deadline).unwrap();
        assert_eq!(
            directory
                .lookup_blocking(LookupRequest::for_payment(bank("038"), fps_id.clone()), NOW)
                .unwrap()
                .participant,
            bank(NEW),
            "it moved"
        );
    });
}

#[test]
fn two_gateways_decide_a_claim_once() {
    for database in TestDatabase::each().unwrap() {
        let keys = || DirectoryKeys::from_master(&[5; 32]);
        let one = Directory::new(database.db(), keys());
        let claim = open(&one);
        let others: Vec<Directory> = (0..4).map(|_| Directory::new(database.db(), keys())).collect();
        let decided: usize = std::thread::scope(|scope| {
            let all: Vec<_> =
                others.iter().map(|gateway| scope.spawn(|| gateway.decide_due_claims(claim.claim.deadline))).collect();
            all.into_iter().map(|done| done.join().unwrap().unwrap()).sum()
        });
        assert_eq!(decided, 1);
        let lost = told(&one, OLD).into_iter().filter(|kind| *kind == NoticeKind::EntryLost).count();
        assert_eq!(lost, 1, "nobody is told twice");
    }
}

#[test]
fn a_claim_and_a_registration_at_once_leave_one_owner() {
    for database in TestDatabase::each().unwrap() {
        let directory = Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32]));
        register(&directory, OLD, 1).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| directory.open_claim(bank(NEW), &registration(2), NOW));
            scope.spawn(|| register(&directory, "038", 1));
        });
        let deadline = NOW + DirectoryRules::default().time_to_resolve_claims;
        directory.decide_due_claims(deadline).unwrap();
        let left = ["012", "038"].map(|code| directory.list(bank(code), None, NOW).unwrap().items.len());
        assert_eq!(left, [0, 0], "nothing of the old owner is left at any bank");
        assert_eq!(paid_at(&directory), bank(NEW));
    }
}

#[test]
fn the_same_owner_moves_at_once_and_the_old_default_is_told() {
    on_each_database(|directory| {
        register(directory, OLD, 1).unwrap();
        register(directory, NEW, 1).unwrap();
        assert_eq!(paid_at(directory), bank(NEW));
        assert_eq!(told(directory, OLD), [NoticeKind::DefaultReplaced]);
        assert!(told(directory, NEW).is_empty());
    });
}
