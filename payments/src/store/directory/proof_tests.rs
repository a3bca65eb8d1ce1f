//! Possession that is proven by a code, on every database that is to be had.

use std::time::Duration;

use store::Timestamp;
use store::testing::TestDatabase;

use super::{Directory, DirectoryError, NoticeKind, ProofOutcome, ProofSubject, Purpose};
use crate::directory::{
    AccountNumber, CancelReason, ClaimKind, ClaimRefusal, ClaimState, ClaimStep, Currencies, DirectoryKeys,
    DirectorySettings, Entry, EntryStatus, LookupRequest, NotRegistered, OneTimeCode, Owner, OwnerKey, OwnerKind,
    Proxy, Registration, TRIES,
};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn mobile() -> Proxy {
    Proxy::parse_any("91234567").unwrap()
}

fn registration(owner: u8) -> Registration {
    Registration {
        proxy: mobile(),
        account: AccountNumber::parse("A-1").unwrap(),
        owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
        owner_key: Some(OwnerKey::from_bytes([owner; 16])),
        currencies: Currencies::ALL,
        default: true,
    }
}

/// A directory that takes no bank's word.
fn on_each_database(test: impl Fn(&Directory)) {
    for database in TestDatabase::each().unwrap() {
        let keys = DirectoryKeys::from_master(&[5; 32]);
        test(&Directory::with_settings(database.db(), keys, DirectorySettings::default()));
    }
}

fn register(directory: &Directory, participant: &str, owner: u8) -> Entry {
    directory.register(bank(participant), registration(owner), NOW).unwrap().entry
}

fn prove(directory: &Directory, participant: &str, subject: ProofSubject, now: Timestamp) -> ProofOutcome {
    let sent = directory.start_proof(bank(participant), subject, now).unwrap();
    assert_eq!(sent.proxy, mobile());
    directory.answer_proof(bank(participant), subject, &sent.code, now).unwrap()
}

fn another_than(code: &OneTimeCode) -> OneTimeCode {
    OneTimeCode::from_random(code.expose().parse::<u64>().unwrap() + 1)
}

fn is_paid(directory: &Directory) -> bool {
    directory.lookup_blocking(LookupRequest::for_payment(bank("038"), mobile()), NOW).is_ok()
}

#[test]
fn nobody_is_paid_by_what_nobody_has_proven() {
    on_each_database(|directory| {
        let entry = register(directory, "012", 1);
        assert_eq!(entry.status, EntryStatus::Pending);
        assert!(!is_paid(directory));
        let subject = ProofSubject::Entry(entry.id);
        assert!(matches!(directory.start_proof(bank("027"), subject, NOW), Err(DirectoryError::NotFound)));
        assert_eq!(prove(directory, "012", subject, NOW), ProofOutcome::Proven);
        assert!(is_paid(directory));
        assert_eq!(register(directory, "012", 1).status, EntryStatus::Proven, "the same again keeps the proof");
        assert_eq!(register(directory, "027", 1).status, EntryStatus::Proven, "the same owner adds a bank at once");
    });
}

#[test]
fn a_code_works_once_and_only_where_it_was_sent() {
    on_each_database(|directory| {
        let (here, there) = (register(directory, "012", 1), register(directory, "027", 2));
        let code = directory.start_proof(bank("012"), ProofSubject::Entry(here.id), NOW).unwrap().code;
        let elsewhere = directory.answer_proof(bank("027"), ProofSubject::Entry(there.id), &code, NOW).unwrap();
        assert_eq!(elsewhere, ProofOutcome::Spent, "no code was sent for that bank");
        let answer =
            |code: &OneTimeCode| directory.answer_proof(bank("012"), ProofSubject::Entry(here.id), code, NOW).unwrap();
        let wrong = another_than(&code);
        assert_eq!(answer(&wrong), ProofOutcome::Wrong(TRIES - 1));
        assert_eq!(answer(&code), ProofOutcome::Proven);
        assert_eq!(answer(&code), ProofOutcome::Spent);
    });
}

#[test]
fn guesses_and_codes_are_few() {
    on_each_database(|directory| {
        let subject = ProofSubject::Entry(register(directory, "012", 1).id);
        let code = directory.start_proof(bank("012"), subject, NOW).unwrap().code;
        let wrong = another_than(&code);
        for _ in 0..TRIES {
            directory.answer_proof(bank("012"), subject, &wrong, NOW).unwrap();
        }
        let after = directory.answer_proof(bank("012"), subject, &code, NOW).unwrap();
        assert_eq!(after, ProofOutcome::Spent, "the guesses were counted");
        let too_soon = directory.start_proof(bank("012"), subject, NOW + Duration::from_secs(59));
        assert!(matches!(too_soon, Err(DirectoryError::TooManyCodes(_))));
        let day = NOW + Duration::from_hours(24);
        assert_eq!(directory.forget_codes(day + Duration::from_secs(1)).unwrap(), 1);
        assert_eq!(prove(directory, "012", subject, day), ProofOutcome::Proven);
    });
}

#[test]
fn who_proves_second_must_claim() {
    on_each_database(|directory| {
        let (first, second) = (register(directory, "012", 1), register(directory, "027", 2));
        prove(directory, "012", ProofSubject::Entry(first.id), NOW);
        let sent = directory.start_proof(bank("027"), ProofSubject::Entry(second.id), NOW).unwrap();
        let refused = directory.answer_proof(bank("027"), ProofSubject::Entry(second.id), &sent.code, NOW);
        assert!(matches!(
            refused,
            Err(DirectoryError::NotRegistered(NotRegistered::ClaimNeeded(ClaimKind::Ownership)))
        ));
        assert_eq!(
            directory.lookup_blocking(LookupRequest::for_payment(bank("038"), mobile()), NOW).unwrap().participant,
            bank("012")
        );
    });
}

#[test]
fn an_old_owner_who_still_has_the_number_keeps_it() {
    on_each_database(|directory| {
        let entry = register(directory, "012", 1);
        prove(directory, "012", ProofSubject::Entry(entry.id), NOW);
        let claim = directory.open_claim(bank("027"), &registration(2), NOW).unwrap();
        assert!(!claim.claim.claimant_proved);
        let keep = ClaimStep::Cancel(CancelReason::OwnerProvedAgain);
        let unproven = directory.take_claim_step(bank("012"), claim.id, keep, NOW);
        assert!(matches!(unproven, Err(DirectoryError::Claim(ClaimRefusal::NotProven))), "no bank just says so");
        let later = NOW + Duration::from_mins(2);
        prove(directory, "012", ProofSubject::Entry(entry.id), later);
        directory.take_claim_step(bank("012"), claim.id, keep, later).unwrap();
        assert!(is_paid(directory));
    });
}

#[test]
fn a_new_owner_who_has_proven_possession_gets_the_number_when_the_old_one_is_gone() {
    on_each_database(|directory| {
        let entry = register(directory, "012", 1);
        prove(directory, "012", ProofSubject::Entry(entry.id), NOW);
        let claim = directory.open_claim(bank("027"), &registration(2), NOW).unwrap();
        assert_eq!(prove(directory, "027", ProofSubject::Claim(claim.id), NOW), ProofOutcome::Proven);
        directory.decide_due_claims(claim.claim.deadline).unwrap();
        assert_eq!(
            directory.lookup_blocking(LookupRequest::for_payment(bank("038"), mobile()), NOW).unwrap().participant,
            bank("027")
        );

        let unproven = directory.open_claim(bank("038"), &registration(3), NOW).unwrap();
        directory.decide_due_claims(unproven.claim.deadline).unwrap();
        let state = directory.claim(bank("038"), unproven.id).unwrap().claim.state;
        assert_eq!(state, ClaimState::Cancelled, "who never proved possession gets nothing");
    });
}

#[test]
fn an_owner_confirms_what_the_register_attests_and_removes_what_is_theirs() {
    on_each_database(|directory| {
        let entry = register(directory, "012", 1);
        let (me, other) = (OwnerKey::from_bytes([1; 16]), OwnerKey::from_bytes([2; 16]));
        assert_eq!(directory.entries_of_owner(me).unwrap(), std::slice::from_ref(&entry));
        assert_eq!(directory.entries_of_owner(other).unwrap(), []);
        let another_number = [Proxy::parse_any("61234567").unwrap()];
        let unattested = directory.confirm_by_owner(me, entry.id, &another_number, NOW);
        assert!(matches!(unattested, Err(DirectoryError::NothingToProve)), "identity says nothing about a telephone");
        let stranger = directory.confirm_by_owner(other, entry.id, &[mobile()], NOW);
        assert!(matches!(stranger, Err(DirectoryError::NotFound)));
        directory.confirm_by_owner(me, entry.id, &[mobile()], NOW).unwrap();
        assert!(is_paid(directory));

        assert!(matches!(directory.remove_by_owner(other, entry.id, NOW), Err(DirectoryError::NotFound)));
        directory.remove_by_owner(me, entry.id, NOW).unwrap();
        assert!(!is_paid(directory));
        let told = directory.notices(bank("012"), 0).unwrap();
        assert_eq!(told[0].kind, NoticeKind::EntryRemovedByOwner);
        let mut records = directory.audit_of(entry.id).unwrap().into_iter();
        assert!(records.any(|one| (one.participant, one.purpose) == (ClearingCode::SWITCH, Purpose::RemovedByOwner)));
    });
}

#[test]
fn a_number_that_nobody_used_for_long_is_proven_again_and_one_in_use_is_not() {
    on_each_database(|directory| {
        let subject = ProofSubject::Entry(register(directory, "012", 1).id);
        prove(directory, "012", subject, NOW);
        let after = |days: u32| NOW + Duration::from_hours(24) * days;
        let is_paid = |now| directory.lookup_blocking(LookupRequest::for_payment(bank("038"), mobile()), now).is_ok();
        assert!(is_paid(after(360)));
        assert!(is_paid(after(700)), "it was used a year ago");
        assert!(!is_paid(after(1_100)), "nobody used it for a year");
        directory.register(bank("012"), registration(1), after(1_100)).unwrap();
        assert!(!is_paid(after(1_100)), "the bank's word is not enough here");
        prove(directory, "012", subject, after(1_100));
        assert!(is_paid(after(1_100)));
    });
}
