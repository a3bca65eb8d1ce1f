//! Moving many entries in and out.

use store::Timestamp;
use store::testing::TestDatabase;

use super::{Directory, ImportMark, Imported, Purpose};
use crate::directory::{
    AccountNumber, ContentId, Currencies, Differences, DirectoryKeys, EntryId, LookupRequest, Owner, OwnerKind, Proxy,
    Registration, SetDigest,
};
use crate::money::Currency;
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn registration(number: u32, currencies: Currencies) -> Registration {
    Registration {
        proxy: Proxy::parse_any(&(91_000_000 + number).to_string()).unwrap(),
        account: AccountNumber::parse(&format!("A-{number}")).unwrap(),
        owner: Owner::new(OwnerKind::Organisation, Some("晨光文具"), Some("Morning Light")).unwrap(),
        owner_key: None,
        currencies,
        default: true,
    }
}

fn each(test: impl Fn(&Directory)) {
    for database in TestDatabase::each().unwrap() {
        test(&Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32])));
    }
}

fn chunk(code: &str, numbers: std::ops::Range<u32>) -> Vec<(ClearingCode, Registration)> {
    numbers.map(|number| (bank(code), registration(number, Currencies::ALL))).collect()
}

#[test]
fn what_was_imported_is_found_and_importing_again_changes_nothing() {
    each(|directory| {
        let mark = ImportMark { source: [7; 32], done: 300 };
        let imported = directory.import(&chunk("012", 0..300), Some(&mark), NOW).unwrap();
        assert_eq!(imported, Imported { added: 300, ..Imported::default() });
        assert_eq!(directory.imported(&mark.source).unwrap(), 300);
        assert_eq!(directory.imported(&[8; 32]).unwrap(), 0, "another file");
        let again = directory.import(&chunk("012", 200..301), None, NOW).unwrap();
        assert_eq!(again, Imported { added: 1, known: 100, default_elsewhere: 0 });
        let request = LookupRequest::for_payment(bank("027"), registration(299, Currencies::ALL).proxy);
        let shown = directory.lookup_blocking(request, NOW).unwrap();
        assert_eq!((shown.participant, shown.masked_name.zh.as_deref()), (bank("012"), Some("晨光文具")));
    });
}

#[test]
fn an_import_takes_no_default_from_another_bank_nor_gives_a_proxy_two() {
    each(|directory| {
        directory.register(bank("027"), registration(1, Currencies::ALL), NOW).unwrap();
        let both = [chunk("012", 0..3), chunk("038", 0..1), chunk("012", 0..1)].concat();
        let imported = directory.import(&both, None, NOW).unwrap();
        assert_eq!(imported, Imported { added: 4, known: 1, default_elsewhere: 2 });
        let default_of = |number| {
            let request = LookupRequest::for_payment(bank("027"), registration(number, Currencies::ALL).proxy);
            directory.lookup_blocking(request, NOW).unwrap().participant
        };
        assert_eq!([0, 1, 2].map(default_of), [bank("012"), bank("027"), bank("012")]);
    });
}

#[test]
fn what_is_exported_is_what_was_imported_and_the_audit_tells_of_it() {
    each(|directory| {
        let only_cny = Currencies::of([Currency::Cny]).unwrap();
        let mut entries = chunk("012", 0..40);
        entries.push((bank("027"), registration(99, only_cny)));
        directory.import(&entries, None, NOW).unwrap();
        let all = |participant| {
            let mut export = directory.export(participant, NOW).unwrap();
            let mut found = Vec::new();
            while let Some(page) = export.next_page().unwrap() {
                found.extend(page);
            }
            assert_eq!(found.len() as u64, export.total());
            found.sort_by(|one, other| one.1.proxy.cmp(&other.1.proxy));
            found
        };
        assert_eq!(all(None), entries);
        assert_eq!(all(Some(bank("027"))), entries[40..]);
        let records = directory.audit_of(EntryId::from_uuid(uuid::Uuid::nil())).unwrap();
        assert!(records.iter().all(|record| record.purpose == Purpose::Export));
        assert_eq!(records.len(), 2);
    });
}

#[test]
fn a_participant_finds_out_what_it_holds_otherwise() {
    each(|directory| {
        assert_eq!(directory.digest(bank("012")).unwrap(), SetDigest::default());
        directory.import(&chunk("012", 0..5), None, NOW).unwrap();
        directory.import(&chunk("027", 5..6), None, NOW).unwrap();
        let entries = directory.list(bank("012"), None, NOW).unwrap().items;
        let held: Vec<_> = entries.iter().map(|entry| (entry.id, ContentId::of(entry))).collect();
        let digest = entries.iter().fold(SetDigest::default(), SetDigest::with);
        assert_eq!(directory.digest(bank("012")).unwrap(), digest);
        let differences = |held: &[_]| directory.differences(bank("012"), (None, None), held, NOW).unwrap();
        assert_eq!(differences(&held), Differences::default());

        let removed = entries[0].clone();
        directory.remove(bank("012"), removed.id, NOW).unwrap();
        let moved = Registration {
            proxy: entries[1].proxy.clone(),
            account: AccountNumber::parse("B-1").unwrap(),
            ..registration(0, Currencies::ALL)
        };
        let changed = directory.register(bank("012"), moved, NOW).unwrap().entry;
        assert_ne!(directory.digest(bank("012")).unwrap(), digest);
        assert_eq!(differences(&held), Differences { current: vec![changed], gone: vec![removed.id] });
        let lacking = directory.differences(bank("012"), (None, Some(entries[2].id)), &[], NOW).unwrap();
        assert!(lacking.current.len() >= 2 && lacking.gone.is_empty());
    });
}
