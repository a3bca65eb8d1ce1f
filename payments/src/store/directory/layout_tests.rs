//! Entries from before the compact form (migration `0025_directory_layout`) stay what they were.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, SmallInt, Text};
use store::testing::TestDatabase;
use store::{Backend, Conn, Timestamp, on_db};

use super::{Directory, DirectoryError};
use crate::directory::sealed::{Place, seal_before};
use crate::directory::sealed_text::Private;
use crate::directory::{
    AccountNumber, AccountToken, Currencies, DirectoryKeys, EntryId, LookupRequest, Owner, OwnerKind, Proxy,
    Registration,
};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

macro_rules! migration {
    ($name:literal) => {
        [
            include_str!(concat!("../../../../migrations/postgres/", $name, "/up.sql")),
            include_str!(concat!("../../../../migrations/sqlite/", $name, "/up.sql")),
        ]
    };
}

/// The tables as they were, with one entry.
fn before(conn: &mut Conn<'_>, keys: &DirectoryKeys, place: Place, private: &Private, token: &AccountToken) {
    let at = usize::from(conn.backend() == Backend::Sqlite);
    let tables =
        format!("DROP TABLE directory_entry; DROP TABLE directory_audit; {}", migration!("0004_directory")[at]);
    on_db!(conn, c => c.batch_execute(&tables)).unwrap();
    let hash = [keys.proxy_hash(&private.proxy), [0; 16]].concat();
    let (one, two) = match conn.backend() {
        Backend::Postgres => ("$1, $2, $3, $4, $5", "true, 7, $6, $7"),
        Backend::Sqlite => ("?, ?, ?, ?, ?", "1, 7, ?, ?"),
    };
    let insert = format!("INSERT INTO directory_entry VALUES ({one}, {two})");
    on_db!(conn, c => diesel::sql_query(insert)
        .bind::<Binary, _>(place.id)
        .bind::<Binary, _>(hash)
        .bind::<SmallInt, _>(place.participant)
        .bind::<Text, _>(token.as_str())
        .bind::<Binary, _>(seal_before(keys, place, private))
        .bind::<BigInt, _>(NOW)
        .bind::<BigInt, _>(NOW)
        .execute(c))
    .unwrap();
    on_db!(conn, c => c.batch_execute(migration!("0025_directory_layout")[at])).unwrap();
}

#[test]
fn an_entry_from_before_keeps_its_id_its_token_and_its_version() {
    for database in TestDatabase::each().unwrap() {
        let directory = Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32]));
        let (bank, payer): (ClearingCode, ClearingCode) = ("012".parse().unwrap(), "027".parse().unwrap());
        let private = Private {
            proxy: Proxy::parse_any("91234567").unwrap(),
            account: AccountNumber::parse("A-1").unwrap(),
            owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
        };
        let token = AccountToken::from_bytes(&[3; 16]);
        let id = EntryId::new(NOW, &[7; 10]);
        let place = Place { id, participant: bank };
        let (this, of, kept) = (directory.clone(), private.clone(), token.clone());
        let done = directory.db().write(move |conn| -> Result<(), DirectoryError> {
            before(conn, this.keys(), place, &of, &kept);
            Ok(())
        });
        done.unwrap();

        let shown = directory.lookup_blocking(LookupRequest::for_payment(payer, private.proxy.clone()), NOW).unwrap();
        assert_eq!(shown.account_token, token);
        let entry = directory.list(bank, None, NOW).unwrap().items.remove(0);
        assert_eq!((entry.id, entry.version.number(), entry.created), (id, 7, NOW));
        assert_eq!(entry.currencies, Currencies::ALL);

        let moved = Registration {
            proxy: private.proxy.clone(),
            account: AccountNumber::parse("A-2").unwrap(),
            owner: private.owner.clone(),
            owner_key: None,
            currencies: Currencies::ALL,
            default: true,
        };
        let changed = directory.register(bank, moved, NOW).unwrap().entry;
        assert_eq!((changed.id, changed.account_token, changed.version.number()), (id, token, 8));
    }
}
