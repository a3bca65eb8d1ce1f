//! Identity card numbers as proxies, on every database that is to be had: who is answered, and where the number is not.

use diesel::prelude::*;
use store::testing::TestDatabase;
use store::{Conn, Timestamp, on_db};

use super::row::EntryRow;
use super::schema::directory_entry;
use super::tests::payment_to;
use super::{Directory, DirectoryError};
use crate::clearing::CreditTransfer;
use crate::directory::{
    AccountNumber, Alert, AlertEffect, AlertReason, Currencies, DirectoryKeys, EntryStatus, Identification,
    IdentificationKind, Lookup, LookupRequest, NotAsShown, Owner, OwnerKey, OwnerKind, Payer, Proxy, ProxyKind, Raiser,
    Registration, Subject,
};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const CARD: &str = "A123456(3)";

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn card() -> Proxy {
    Proxy::parse(ProxyKind::Hkid, CARD).unwrap()
}

fn holder(directory: &Directory) -> OwnerKey {
    directory.keys().owner_key(&Identification::parse(IdentificationKind::Hkid, CARD).unwrap())
}

fn registration(account: &str) -> Registration {
    Registration {
        proxy: card(),
        account: AccountNumber::parse(account).unwrap(),
        owner: Owner::new(OwnerKind::Person, Some("陳大文"), Some("CHAN Tai Man")).unwrap(),
        owner_key: None,
        currencies: Currencies::ALL,
        default: true,
    }
}

fn look(directory: &Directory, payer: Payer) -> Result<Lookup, DirectoryError> {
    let request = LookupRequest { payer, ..LookupRequest::for_payment(bank("027"), card()) };
    directory.lookup_blocking(request, NOW)
}

fn institution() -> Payer {
    Payer::named("the Treasury", OwnerKind::Organisation).unwrap()
}

/// A payment as it comes in: only what stands for the number is in it.
fn payment(shown: &Lookup) -> CreditTransfer {
    let hidden = Proxy::parse_paid(ProxyKind::Hkid, shown.account_token.as_str()).unwrap();
    payment_to("027", shown, hidden)
}

fn against(directory: &Directory, payment: &CreditTransfer, now: Timestamp) -> Option<NotAsShown> {
    directory.db().read(|conn| directory.payees_not_as_shown(conn, &[payment], now)).unwrap()[0]
}

fn on_each_database(test: impl Fn(&Directory)) {
    for database in TestDatabase::each().unwrap() {
        test(&Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32])));
    }
}

#[test]
fn an_institution_pays_a_card_and_nobody_else_is_answered() {
    on_each_database(|directory| {
        directory.register(bank("012"), registration("A-1"), NOW).unwrap();
        for payer in [Payer::named("7", OwnerKind::Person).unwrap(), Payer::unnamed()] {
            assert!(matches!(look(directory, payer), Err(DirectoryError::InstitutionsOnly(_))));
        }
        let shown = look(directory, institution()).unwrap();
        let payment = payment(&shown);
        assert_eq!(against(directory, &payment, NOW), None);
        let elsewhere = CreditTransfer { creditor_agent: bank("038"), ..payment.clone() };
        assert_eq!(against(directory, &elsewhere, NOW), Some(NotAsShown::ReferenceInvalid));
        directory.register(bank("012"), registration("A-2"), NOW).unwrap();
        assert_eq!(against(directory, &payment, NOW), Some(NotAsShown::Moved));
    });
}

#[test]
fn the_number_is_kept_as_a_hash_and_nothing_else() {
    on_each_database(|directory| {
        let entry = directory.register(bank("012"), registration("A-1"), NOW).unwrap().entry;
        assert_eq!((entry.proxy.kind(), entry.proxy.value()), (ProxyKind::Hkid, entry.account_token.as_str()));
        let read = |conn: &mut Conn<'_>| -> Result<EntryRow, DirectoryError> {
            Ok(on_db!(conn, c => directory_entry::table.select(EntryRow::as_select()).first(c))?)
        };
        let row = directory.db().read(read).unwrap();
        assert_eq!(row.open(directory.keys()).unwrap().proxy.value(), "", "not even under the keys");
        let listed = directory.list(bank("012"), None, NOW).unwrap().items;
        assert_eq!(listed, std::slice::from_ref(&entry));
        let exported = directory.export(None, NOW).unwrap().next_page().unwrap().unwrap_or_default();
        assert!(exported.is_empty(), "an export has no place for it");
        assert_eq!(directory.entries_of_owner(holder(directory)).unwrap(), [entry]);
    });
}

#[test]
fn a_bank_that_answers_for_nobody_waits_for_the_holders_own_word() {
    for database in TestDatabase::each().unwrap() {
        let keys = DirectoryKeys::from_master(&[5; 32]);
        let directory = Directory::with_settings(database.db(), keys, super::DirectorySettings::default());
        let entry = directory.register(bank("012"), registration("A-1"), NOW).unwrap().entry;
        assert_eq!(entry.status, EntryStatus::Pending);
        assert!(matches!(look(&directory, institution()), Err(DirectoryError::Unknown)));
        let other = OwnerKey::from_bytes([1; 16]);
        assert!(matches!(directory.confirm_by_owner(other, entry.id, &[], NOW), Err(DirectoryError::NotFound)));
        directory.confirm_by_owner(holder(&directory), entry.id, &[], NOW).unwrap();
        assert!(look(&directory, institution()).is_ok());
    }
}

#[test]
fn the_police_have_payments_to_a_card_refused() {
    on_each_database(|directory| {
        directory.register(bank("012"), registration("A-1"), NOW).unwrap();
        let expires = NOW + std::time::Duration::from_hours(1);
        let (subject, reason) = (Subject::Proxy(card()), AlertReason::MuleAccount);
        let alert = Alert { subject, reason, effect: AlertEffect::Refuse, expires };
        directory.raise_alert(&Raiser::Police { actor: "operator ho".to_owned() }, &alert, NOW).unwrap();
        let shown = look(directory, institution()).unwrap();
        assert_eq!(shown.suspicion.warnings.len(), 1);
        assert_eq!(against(directory, &payment(&shown), NOW), Some(NotAsShown::Suspected));
    });
}
