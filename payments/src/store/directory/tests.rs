//! The directory on each database that is to be had.

use std::time::Duration;

use diesel::prelude::*;
use store::testing::TestDatabase;
use store::{Timestamp, on_db};
use time::{Date, Month};
use uuid::Uuid;

use super::schema::directory_entry;
use super::{Directory, DirectoryError, LOOKUP_LASTS, Purpose};
use crate::clearing::CreditTransfer;
use crate::directory::{
    AccountNumber, Currencies, DirectoryKeys, Entry, FpsIdLength, FpsIdRequest, FpsIdRequestId, Lookup, LookupRequest,
    NotAsShown, Owner, OwnerKey, OwnerKind, Proxy, Registered, Registration,
};
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const MOBILE: &str = "91234567";

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn proxy(text: &str) -> Proxy {
    Proxy::parse_any(text).unwrap()
}

fn registration(account: &str) -> Registration {
    Registration {
        proxy: proxy(MOBILE),
        account: AccountNumber::parse(account).unwrap(),
        owner: Owner::new(OwnerKind::Person, Some("陳大文"), Some("CHAN Tai Man")).unwrap(),
        owner_key: Some(OwnerKey::from_bytes([1; 16])),
        currencies: Currencies::ALL,
        default: true,
    }
}

fn on_each_database(test: impl Fn(&Directory)) {
    for database in TestDatabase::each().unwrap() {
        test(&Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32])));
    }
}

fn register(directory: &Directory, participant: &str, account: &str) -> Entry {
    directory.register(bank(participant), registration(account), NOW).unwrap().entry
}

fn request(from: &str, proxy: Proxy) -> LookupRequest {
    LookupRequest::for_payment(bank(from), proxy)
}

fn ask(directory: &Directory, request: LookupRequest) -> Result<Lookup, DirectoryError> {
    directory.lookup_blocking(request, NOW)
}

fn lookup(directory: &Directory, from: &str) -> Lookup {
    ask(directory, request(from, proxy(MOBILE))).unwrap()
}

fn is_unknown<T>(result: Result<T, DirectoryError>) -> bool {
    matches!(result, Err(DirectoryError::Unknown))
}

fn is_not_found<T>(result: Result<T, DirectoryError>) -> bool {
    matches!(result, Err(DirectoryError::NotFound))
}

/// The payment that a payer at `from` makes of what a look-up showed.
fn payment(from: &str, shown: &Lookup) -> CreditTransfer {
    payment_to(from, shown, proxy(MOBILE))
}

pub(super) fn payment_to(from: &str, shown: &Lookup, proxy: Proxy) -> CreditTransfer {
    CreditTransfer {
        instruction_id: None,
        end_to_end_id: "E2E".to_owned(),
        transaction_id: "TX".to_owned(),
        uetr: Uuid::from_u128(1),
        amount: Amount::new(100, Currency::Hkd).unwrap(),
        settlement_date: Date::from_calendar_date(2026, Month::November, 22).unwrap(),
        accepted: NOW,
        debtor_name: "HO Mei Yee".to_owned(),
        debtor_account: "1".to_owned(),
        debtor_agent: bank(from),
        creditor_agent: shown.participant,
        creditor_name: shown.masked_name.en.clone().unwrap_or_default(),
        creditor_account: shown.account_token.as_str().to_owned(),
        creditor_proxy: Some(proxy),
        lookup_reference: Some(shown.reference.as_str().to_owned()),
        remittance_information: None,
        request_to_pay: None,
    }
}

fn against(directory: &Directory, payment: &CreditTransfer, now: Timestamp) -> Option<NotAsShown> {
    let found = directory.db().read(|conn| directory.payees_not_as_shown(conn, &[payment], now));
    found.unwrap()[0]
}

#[test]
fn a_payer_sees_the_bank_and_a_masked_name_and_nothing_else() {
    on_each_database(|directory| {
        let entry = register(directory, "012", "012-345678-001");
        let shown = lookup(directory, "027");
        assert_eq!(shown.participant, bank("012"));
        assert_eq!(shown.account_token, entry.account_token);
        assert_eq!(shown.masked_name.zh.as_deref(), Some("陳*文"));
        assert_eq!(shown.masked_name.en.as_deref(), Some("CHAN T*** M***"));
        assert_eq!(shown.expires, NOW + LOOKUP_LASTS);
        assert!(is_unknown(ask(directory, request("027", proxy("61234567")))));
        let elsewhere = LookupRequest { creditor_agent: Some(bank("038")), ..request("027", proxy(MOBILE)) };
        assert!(is_unknown(ask(directory, elsewhere)));
    });
}

#[test]
fn the_same_registration_again_changes_nothing() {
    on_each_database(|directory| {
        let first = directory.register(bank("012"), registration("A-1"), NOW).unwrap();
        let again = directory.register(bank("012"), registration("A-1"), NOW + Duration::from_secs(9)).unwrap();
        assert!(first.is_new && !again.is_new);
        assert_eq!(first.entry, again.entry);
    });
}

#[test]
fn another_account_is_another_version_behind_the_same_token() {
    on_each_database(|directory| {
        let first = register(directory, "012", "A-1");
        let second = register(directory, "012", "A-2");
        assert_eq!((second.id, &second.account_token), (first.id, &first.account_token));
        assert!(second.version > first.version);
        assert_eq!(directory.list(bank("012"), None, NOW).unwrap().items, [second]);
    });
}

#[test]
fn a_new_default_replaces_the_other_banks() {
    on_each_database(|directory| {
        let old = register(directory, "012", "A-1");
        register(directory, "027", "B-1");
        assert_eq!(lookup(directory, "038").participant, bank("027"));
        let chosen = LookupRequest { creditor_agent: Some(bank("012")), ..request("038", proxy(MOBILE)) };
        let still_there = ask(directory, chosen).unwrap();
        assert_eq!(still_there.participant, bank("012"), "a payer may choose");
        let listed = directory.list(bank("012"), None, NOW).unwrap().items;
        assert!(!listed[0].default && listed[0].version > old.version);
        let beside = Registration { default: false, ..registration("C-1") };
        directory.register(bank("038"), beside, NOW).unwrap();
        assert_eq!(lookup(directory, "038").participant, bank("027"), "a second one takes nothing away");
    });
}

#[test]
fn banks_that_register_at_once_leave_one_default() {
    on_each_database(|directory| {
        std::thread::scope(|scope| {
            for code in ["012", "027", "038", "041"] {
                let outcome = move || directory.register(bank(code), registration("A-1"), NOW);
                scope.spawn(move || assert!(matches!(outcome(), Ok(_) | Err(DirectoryError::Busy))));
            }
        });
        let defaults: i64 = directory
            .db()
            .read(|conn| -> Result<i64, DirectoryError> {
                Ok(on_db!(conn, c => directory_entry::table
                    .filter(directory_entry::is_default.eq(true)).count().get_result(c))?)
            })
            .unwrap();
        assert_eq!(defaults, 1);
    });
}

#[test]
fn a_payment_goes_where_its_payer_was_shown_or_nowhere() {
    on_each_database(|directory| {
        register(directory, "012", "A-1");
        let payment = payment("027", &lookup(directory, "027"));
        assert_eq!(against(directory, &payment, NOW), None);
        assert_eq!(against(directory, &payment, NOW + LOOKUP_LASTS), Some(NotAsShown::ReferenceExpired));
        let stolen = CreditTransfer { debtor_agent: bank("038"), ..payment.clone() };
        assert_eq!(against(directory, &stolen, NOW), Some(NotAsShown::ReferenceInvalid));
        let elsewhere = CreditTransfer { creditor_agent: bank("038"), ..payment.clone() };
        assert_eq!(against(directory, &elsewhere, NOW), Some(NotAsShown::ReferenceInvalid));
        let unproven = CreditTransfer { lookup_reference: None, ..payment.clone() };
        assert_eq!(against(directory, &unproven, NOW), Some(NotAsShown::ReferenceMissing));
        let by_account = CreditTransfer { creditor_proxy: None, lookup_reference: None, ..payment.clone() };
        assert_eq!(against(directory, &by_account, NOW), None, "a payer who names an account needs no proof");

        register(directory, "012", "A-2");
        assert_eq!(against(directory, &payment, NOW), Some(NotAsShown::Moved), "another account");
    });
}

#[test]
fn a_payment_looked_up_before_the_default_moved_is_refused() {
    on_each_database(|directory| {
        register(directory, "012", "A-1");
        let payment = payment("038", &lookup(directory, "038"));
        register(directory, "027", "B-1");
        assert_eq!(against(directory, &payment, NOW), Some(NotAsShown::Moved));
    });
}

#[test]
fn a_payment_to_what_was_removed_is_refused_also_after_it_came_back() {
    on_each_database(|directory| {
        let entry = register(directory, "012", "A-1");
        let payment = payment("027", &lookup(directory, "027"));
        directory.remove(bank("012"), entry.id, NOW).unwrap();
        assert_eq!(against(directory, &payment, NOW), Some(NotAsShown::Unknown));
        assert!(is_unknown(ask(directory, request("027", proxy(MOBILE)))));
        register(directory, "012", "A-1");
        assert_eq!(against(directory, &payment, NOW), Some(NotAsShown::Moved));
    });
}

#[test]
fn many_payments_are_checked_in_their_own_order() {
    on_each_database(|directory| {
        register(directory, "012", "A-1");
        let good = payment("027", &lookup(directory, "027"));
        let bad = CreditTransfer { lookup_reference: None, ..good.clone() };
        let plain = CreditTransfer { creditor_proxy: None, ..good.clone() };
        let found =
            directory.db().read(|conn| directory.payees_not_as_shown(conn, &[&plain, &bad, &good], NOW)).unwrap();
        assert_eq!(found, [None, Some(NotAsShown::ReferenceMissing), None]);
    });
}

#[test]
fn a_damaged_entry_is_no_harm_to_others() {
    on_each_database(|directory| {
        register(directory, "012", "A-1");
        let good = payment("027", &lookup(directory, "027"));
        let other = proxy("61234567");
        let registration = Registration { proxy: other.clone(), ..registration("B-1") };
        directory.register(bank("038"), registration, NOW).unwrap();
        let shown = ask(directory, request("027", other.clone())).unwrap();
        let bad = CreditTransfer { creditor_proxy: Some(other), ..payment("027", &shown) };
        let damage = |conn: &mut store::Conn<'_>| -> Result<usize, DirectoryError> {
            Ok(on_db!(conn, c => diesel::sql_query(
                "UPDATE directory_entry SET sealed = substr(sealed, 1, 5) WHERE participant = 38"
            ).execute(c))?)
        };
        assert_eq!(directory.db().write(damage).unwrap(), 1);
        let found = directory.db().read(|conn| directory.payees_not_as_shown(conn, &[&bad, &good], NOW)).unwrap();
        assert_eq!(found, [Some(NotAsShown::Unknown), None]);
    });
}

#[test]
fn another_participants_entry_can_neither_be_seen_nor_removed() {
    on_each_database(|directory| {
        let entry = register(directory, "012", "A-1");
        assert!(is_not_found(directory.remove(bank("027"), entry.id, NOW)));
        assert_eq!(directory.list(bank("027"), None, NOW).unwrap().items, []);
        assert_eq!(directory.list(bank("012"), None, NOW).unwrap().items, [entry]);
    });
}

#[test]
fn a_long_list_comes_in_pages_that_skip_nothing() {
    on_each_database(|directory| {
        for number in 0..105 {
            let proxy = proxy(&format!("{}", 91_000_000 + number));
            directory.register(bank("012"), Registration { proxy, ..registration("A-1") }, NOW).unwrap();
        }
        let first = directory.list(bank("012"), None, NOW).unwrap();
        let second = directory.list(bank("012"), first.next, NOW).unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next), (100, 5, None));
        let mut proxies: Vec<Proxy> = first.items.into_iter().chain(second.items).map(|e| e.proxy).collect();
        proxies.sort();
        proxies.dedup();
        assert_eq!(proxies.len(), 105);
    });
}

#[test]
fn every_read_says_who_and_why() {
    on_each_database(|directory| {
        let entry = register(directory, "012", "A-1");
        let at = |minutes| NOW + Duration::from_mins(minutes);
        directory.lookup_blocking(request("038", proxy(MOBILE)), at(1)).unwrap();
        directory.list(bank("012"), None, at(2)).unwrap();
        directory.register(bank("012"), registration("A-2"), at(4)).unwrap();
        directory.register(bank("027"), registration("B-1"), at(5)).unwrap();
        directory.remove(bank("012"), entry.id, at(6)).unwrap();
        let records = directory.audit_of(entry.id).unwrap();
        let told: Vec<_> = records.iter().map(|r| (r.participant.to_string(), r.purpose, r.at)).collect();
        let expected = [
            ("012", Purpose::Register, NOW),
            ("038", Purpose::Lookup, at(1)),
            ("012", Purpose::List, at(2)),
            ("012", Purpose::Change, at(4)),
            ("027", Purpose::DefaultReplaced, at(5)),
            ("012", Purpose::Remove, at(6)),
        ];
        assert_eq!(told, expected.map(|(who, why, when)| (who.to_owned(), why, when)));
    });
}

#[test]
fn the_database_alone_names_nobody() {
    on_each_database(|directory| {
        register(directory, "012", "012-345678-001");
        let rows: Vec<(Vec<u8>, Vec<u8>)> = directory
            .db()
            .read(|conn| -> Result<_, DirectoryError> {
                Ok(on_db!(conn, c => directory_entry::table
                    .select((directory_entry::proxy_hash, directory_entry::sealed)).load(c))?)
            })
            .unwrap();
        let stored = [rows[0].0.as_slice(), rows[0].1.as_slice()].concat();
        for secret in ["91234567", "012-345678-001", "陳大文", "CHAN"] {
            assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
        let other_keys = Directory::new(directory.db().clone(), DirectoryKeys::from_master(&[6; 32]));
        assert!(is_unknown(ask(&other_keys, request("027", proxy(MOBILE)))));
        assert!(matches!(other_keys.list(bank("012"), None, NOW), Err(DirectoryError::Sealed(_))));
    });
}

#[test]
fn no_fps_id_is_issued_twice() {
    on_each_database(|directory| {
        let request = |number: u128| FpsIdRequest {
            id: FpsIdRequestId::from_uuid(Uuid::from_u128(number)),
            length: FpsIdLength::Nine,
            account: AccountNumber::parse("A-1").unwrap(),
            owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
            owner_key: None,
        };
        let issue = |number| directory.issue_fps_id(bank("012"), &request(number), NOW);
        let first = issue(1).unwrap();
        assert!(first.is_new);
        assert!(issue(1).unwrap() == Registered { is_new: false, ..first.clone() }, "the same request again");
        let others: Vec<Entry> = (2..20).map(|number| issue(number).unwrap().entry).collect();
        assert!(others.iter().all(|other| other.proxy != first.entry.proxy));
        directory.remove(bank("012"), first.entry.id, NOW).unwrap();
        assert!(matches!(issue(1), Err(DirectoryError::NotIssued)), "it never comes back");
        let own = Registration { proxy: proxy("1234567"), ..registration("A-1") };
        assert!(
            matches!(directory.register(bank("012"), own, NOW), Err(DirectoryError::NotIssued)),
            "nor is it chosen"
        );
    });
}
