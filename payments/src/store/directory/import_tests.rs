//! Moving many entries in and out.

use std::sync::Arc;

use store::Timestamp;
use store::testing::TestDatabase;

use super::{Directory, ImportPlace, ImportRun, Imported, Purpose, Stretch};
use crate::directory::{
    AccountNumber, ContentId, Currencies, Differences, DirectoryKeys, EntryId, ImportId, LookupRequest, Owner,
    OwnerKey, OwnerKind, Proxy, Registration, SetDigest,
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

fn ready(directory: &Directory, place: ImportPlace, entries: &[(ClearingCode, Registration)]) -> Vec<Stretch> {
    let mut gathered = directory.stretches(place);
    let add = |(bank, one): &(ClearingCode, Registration)| gathered.add(*bank, one.clone(), NOW).unwrap();
    let mut ready: Vec<Stretch> = entries.iter().filter_map(add).collect();
    ready.extend(gathered.rest(NOW).unwrap());
    ready
}

fn import(directory: &Directory, entries: &[(ClearingCode, Registration)], run: Option<&ImportRun>) -> Imported {
    let place = run.map(|run| directory.imported(&run.source).unwrap()).unwrap_or_default();
    let mut imported = Imported::default();
    for stretch in ready(directory, place, entries) {
        imported += directory.import(stretch, run, |_| {}).unwrap();
    }
    imported
}

#[test]
fn what_was_imported_is_found_and_importing_again_changes_nothing() {
    each(|directory| {
        let run = ImportId::new(NOW, &[1; 10]);
        let mark = ImportRun { id: run, actor: "an officer".to_owned(), source: [7; 32], done_before: 0 };
        let imported = import(directory, &chunk("012", 0..300), Some(&mark));
        assert_eq!(imported, Imported { added: 300, ..Imported::default() });
        assert_eq!(directory.imported(&mark.source).unwrap().entries(), 300);
        assert_eq!(directory.imported(&[8; 32]).unwrap(), ImportPlace::default(), "another file");
        let again = import(directory, &chunk("012", 200..301), None);
        assert_eq!(again, Imported { added: 1, known: 100, default_elsewhere: 0 });
        let request = LookupRequest::for_payment(bank("027"), registration(299, Currencies::ALL).proxy);
        let shown = directory.lookup_blocking(request, NOW).unwrap();
        assert_eq!((shown.participant, shown.masked_name.zh.as_deref()), (bank("012"), Some("晨光文具")));
        import(directory, &chunk("012", 300..302), Some(&mark));
        let runs = directory.imports().unwrap();
        assert_eq!((runs.len(), runs[0].run, runs[0].actor.as_str()), (1, run, "an officer"));
        assert_eq!(runs[0].imported, Imported { added: 301, known: 1, default_elsewhere: 0 });
        let entry = &directory.list(bank("012"), None, NOW).unwrap().items[0];
        let touched: Vec<_> = directory.audit_of(entry.id).unwrap().iter().map(|one| one.purpose).collect();
        assert!(touched.contains(&Purpose::Import), "{touched:?}");
    });
}

#[test]
fn an_import_that_stopped_within_a_stretch_goes_on_there_and_counts_nothing_twice() {
    each(|directory| {
        let all = chunk("012", 0..25_000);
        let run = |id| ImportRun {
            id: ImportId::new(NOW, &[id; 10]),
            actor: "an officer".to_owned(),
            source: [7; 32],
            done_before: 0,
        };
        let mut stretches = ready(directory, ImportPlace::default(), &all);
        assert_eq!(stretches.iter().map(Stretch::len).collect::<Vec<_>>(), [10_000, 15_000]);
        let (second, first) = (Arc::new(stretches.remove(1)), stretches.remove(0));
        directory.import(first, Some(&run(1)), |_| {}).unwrap();
        directory.write_step(&second, 0..10_000, Some(&Arc::new(run(1)))).unwrap();
        let place = directory.imported(&[7; 32]).unwrap();
        assert_eq!((place.done, place.entries()), (10_000, 20_000));
        assert_eq!(import(directory, &all[10_000..], Some(&run(2))), Imported { added: 5_000, ..Imported::default() });
        let runs: Vec<_> =
            directory.imports().unwrap().iter().map(|one| (one.imported.added, one.imported.known)).collect();
        assert_eq!(runs, [(5_000, 0), (20_000, 0)]);
        assert_eq!(directory.export(None, NOW).unwrap().total(), 25_000);
    });
}

#[test]
fn an_import_takes_no_default_from_another_bank_nor_gives_a_proxy_two() {
    each(|directory| {
        directory.register(bank("027"), registration(1, Currencies::ALL), NOW).unwrap();
        let both = [chunk("012", 0..3), chunk("038", 0..1), chunk("012", 0..1)].concat();
        let imported = import(directory, &both, None);
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
        let owner_key = Some(OwnerKey::from_bytes([9; 16]));
        entries.push((bank("027"), Registration { owner_key, ..registration(99, only_cny) }));
        import(directory, &entries, None);
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
        import(directory, &chunk("012", 0..5), None);
        import(directory, &chunk("027", 5..6), None);
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
        assert_eq!(directory.verify_digests().unwrap(), (1, vec![]));
        directory.db().write(super::digest::add_up).unwrap();
        assert_eq!(directory.verify_digests().unwrap(), (1, vec![]), "added up, and the same");
        let entries = directory.list(bank("012"), None, NOW).unwrap().items;
        let digest = entries.iter().fold(SetDigest::default(), SetDigest::with);
        assert_eq!(directory.digest(bank("012")).unwrap(), digest);
        let lacking = directory.differences(bank("012"), (None, Some(entries[2].id)), &[], NOW).unwrap();
        assert!(lacking.current.len() >= 2 && lacking.gone.is_empty());
    });
}

#[test]
fn a_digest_follows_every_way_in_which_an_entry_changes() {
    for database in TestDatabase::each().unwrap() {
        let directory = Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32]));
        // A base of what was there before, and of nothing.
        import(&directory, &chunk("012", 0..3), None);
        directory.digest(bank("012")).unwrap();
        directory.digest(bank("027")).unwrap();
        let is_exact = |what: &str| assert_eq!(directory.verify_digests().unwrap(), (2, vec![]), "{what}");
        let owned = |number, default| {
            let owner_key = Some(OwnerKey::from_bytes([9; 16]));
            Registration { owner_key, default, ..registration(number, Currencies::ALL) }
        };
        directory.register(bank("012"), owned(7, true), NOW).unwrap();
        is_exact("registered");
        directory.register(bank("027"), owned(7, true), NOW).unwrap();
        is_exact("another bank is the default");
        let cny = Currencies::of([Currency::Cny]).unwrap();
        let entry = directory.register(bank("027"), Registration { currencies: cny, ..owned(7, true) }, NOW).unwrap();
        is_exact("changed");
        directory.remove_by_owner(OwnerKey::from_bytes([9; 16]), entry.entry.id, NOW).unwrap();
        is_exact("removed by its owner");
        let claimed = Registration { owner_key: Some(OwnerKey::from_bytes([8; 16])), ..owned(7, true) };
        let claim = directory.open_claim(bank("027"), &claimed, NOW).unwrap();
        directory.decide_due_claims(claim.claim.deadline).unwrap();
        assert_eq!(directory.digest(bank("027")).unwrap().entries, 1, "the claim has moved it");
        is_exact("claimed");
    }
}
