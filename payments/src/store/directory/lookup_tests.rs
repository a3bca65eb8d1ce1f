//! Look-ups together: buckets, scrapers, several gateways, and what the audit tells afterwards.

use std::time::Duration;

use store::Timestamp;
use store::testing::TestDatabase;

use super::{Directory, DirectoryError, Purpose, filing, refunds};
use crate::directory::anti_scan::{Limit, Limits};
use crate::directory::{
    AccountNumber, Currencies, DirectoryKeys, Lookup, LookupPurpose, LookupRequest, Owner, OwnerKind, Payer, Proxy,
    Registration,
};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
/// Numbers from here on are walked through; every tenth is somebody's.
const BLOCK: u32 = 91_000_000;

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn open(database: &TestDatabase, limits: Limits) -> Directory {
    Directory::with_limits(database.db(), DirectoryKeys::from_master(&[5; 32]), limits)
}

fn small() -> Limits {
    Limits { person: Limit { size: 50, refill_per_minute: 2 }, ..Limits::default() }
}

fn number(offset: u32) -> Proxy {
    Proxy::parse_any(&(BLOCK + offset).to_string()).unwrap()
}

fn populate(directory: &Directory, offsets: impl Iterator<Item = u32>) {
    for offset in offsets {
        let registration = Registration {
            proxy: number(offset),
            account: AccountNumber::parse(&format!("A-{offset}")).unwrap(),
            owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
            owner_key: None,
            currencies: Currencies::ALL,
            default: true,
        };
        directory.register(bank("012"), registration, NOW).unwrap();
    }
}

fn request(payer: &str, offset: u32) -> LookupRequest {
    let payer = Payer::named(payer, OwnerKind::Person).unwrap();
    LookupRequest { payer, ..LookupRequest::for_payment(bank("027"), number(offset)) }
}

fn look(directory: &Directory, payer: &str, offset: u32, now: Timestamp) -> Result<Lookup, DirectoryError> {
    directory.lookup_blocking(request(payer, offset), now)
}

fn tokens(directory: &Directory, payer: &str, now: Timestamp) -> i64 {
    let payer = Payer::named(payer, OwnerKind::Person).unwrap();
    directory.buckets(bank("027"), &payer, now).unwrap()[0].tokens
}

#[test]
fn a_scraper_learns_at_most_its_bucket_while_others_at_the_same_bank_go_on() {
    for database in TestDatabase::each().unwrap() {
        let directory = open(&database, small());
        populate(&directory, (0..200).step_by(2));
        let mut learnt = 0;
        for step in 0..200 {
            // A number a second: three minutes and twenty seconds.
            let now = NOW + Duration::from_secs(step.into());
            learnt += u32::from(look(&directory, "scraper", step, now).is_ok());
            if step % 40 == 0 {
                look(&directory, &format!("customer {step}"), 0, now).unwrap();
            }
        }
        // With misses at twenty tokens each, far fewer than the fifty and seven that find somebody would be.
        assert!((1..=8).contains(&learnt), "{learnt}");
        let refused = look(&directory, "scraper", 0, NOW + Duration::from_secs(200));
        assert!(matches!(refused, Err(DirectoryError::TooMany { retry_after }) if retry_after > Duration::ZERO));
    }
}

#[test]
fn a_payer_who_only_finds_is_stopped_at_the_bucket_and_what_came_back() {
    for database in TestDatabase::each().unwrap() {
        let directory = open(&database, small());
        populate(&directory, 0..1);
        let found = |now| (0..60).filter(|_| look(&directory, "payer", 0, now).is_ok()).count();
        assert_eq!(found(NOW), 50);
        assert_eq!(found(NOW + Duration::from_mins(3)), 6, "two a minute");
    }
}

#[test]
fn however_many_are_asked_for_together_each_is_given_its_own() {
    for database in TestDatabase::each().unwrap() {
        let directory = open(&database, Limits::default());
        populate(&directory, (0..150).step_by(2));
        let tokens: Vec<_> = (0..150).map(|at| look(&directory, &at.to_string(), at, NOW).ok()).collect();
        for many in [1, 31, 32, 33, 64, 65, 150] {
            let proxies: Vec<Proxy> = (0..many).map(number).collect();
            let wanted: Vec<_> = proxies.iter().rev().map(|proxy| Some((proxy, bank("012")))).collect();
            let found = directory.current(&wanted).unwrap();
            let found = found.into_iter().rev().map(|entry| entry.map(|entry| entry.account_token));
            let expected = tokens[..proxies.len()].iter().map(|shown| shown.as_ref().map(|s| s.account_token.clone()));
            assert!(found.eq(expected), "{many}");
        }
    }
}

#[test]
fn two_gateways_share_the_buckets() {
    let Some(database) = TestDatabase::postgres().unwrap() else { return };
    let gateways = [open(&database, small()), open(&database, small())];
    populate(&gateways[0], 0..1);
    let found: usize = std::thread::scope(|scope| {
        let ask = |gateway| move || (0..40).filter(|_| look(gateway, "payer", 0, NOW).is_ok()).count();
        let asking: Vec<_> = gateways.iter().chain(&gateways).map(|gateway| scope.spawn(ask(gateway))).collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).sum()
    });
    assert_eq!(found, 50);
    assert_eq!(tokens(&gateways[0], "payer", NOW), 0);
}

#[test]
fn an_empty_bucket_stays_empty_when_the_gateway_starts_anew() {
    for database in TestDatabase::each().unwrap() {
        let first = open(&database, small());
        populate(&first, 0..1);
        assert!((0..50).all(|_| look(&first, "payer", 0, NOW).is_ok()));
        drop(first);
        assert!(look(&open(&database, small()), "payer", 0, NOW).is_err());
    }
}

#[test]
fn a_list_of_an_institution_takes_from_a_bucket_of_its_own() {
    for database in TestDatabase::each().unwrap() {
        let bulk = Limit { size: 3, refill_per_minute: 1 };
        let directory = open(&database, Limits { bulk, ..small() });
        populate(&directory, 0..1);
        let list =
            || LookupRequest { purpose: LookupPurpose::Bulk, ..LookupRequest::for_payment(bank("027"), number(0)) };
        assert!((0..3).all(|_| directory.lookup_blocking(list(), NOW).is_ok()));
        assert!(directory.lookup_blocking(list(), NOW).is_err());
        assert!(look(&directory, "payer", 0, NOW).is_ok());
    }
}

#[test]
fn a_payment_gives_a_token_back_once_for_each_look_up() {
    for database in TestDatabase::each().unwrap() {
        let directory = open(&database, small());
        populate(&directory, 0..1);
        let shown = look(&directory, "payer", 0, NOW).unwrap();
        look(&directory, "payer", 0, NOW).unwrap();
        assert_eq!(tokens(&directory, "payer", NOW), 48);
        let payment = super::tests::payment_to("027", &shown, number(0));
        for _ in 0..3 {
            let against = directory.db().read(|conn| directory.payees_not_as_shown(conn, &[&payment], NOW)).unwrap();
            assert_eq!(against, [None]);
            refunds::make(&directory.0.core, NOW).unwrap();
        }
        assert_eq!(tokens(&directory, "payer", NOW), 49);
    }
}

#[test]
fn reads_are_found_by_entry_before_and_after_they_are_filed() {
    for database in TestDatabase::each().unwrap() {
        let directory = open(&database, Limits::default());
        populate(&directory, 0..3);
        let mut entries = directory.list(bank("012"), None, NOW).unwrap().items;
        entries.sort_by(|one, other| one.proxy.cmp(&other.proxy));
        let looked_up = || {
            let of = |entry: &crate::directory::Entry| {
                let records = directory.audit_of(entry.id).unwrap();
                let lookups = records.iter().filter(|record| record.purpose == Purpose::Lookup);
                lookups.map(|record| (record.participant.to_string(), record.at)).collect::<Vec<_>>()
            };
            entries.iter().map(of).collect::<Vec<_>>()
        };
        for round in 0..3_u64 {
            let now = NOW + Duration::from_secs(round);
            for offset in [0, 2, 0] {
                look(&directory, "payer", offset, now).unwrap();
            }
            let at = |seconds| ("027".to_owned(), NOW + Duration::from_secs(seconds));
            let of_first: Vec<_> = (0..=round).flat_map(|second| [at(second), at(second)]).collect();
            let of_last: Vec<_> = (0..=round).map(at).collect();
            let expected = [of_first, vec![], of_last];
            assert_eq!(looked_up(), expected, "not filed");
            filing::file(directory.db(), now).unwrap();
            assert_eq!(looked_up(), expected, "filed");
        }
    }
}
