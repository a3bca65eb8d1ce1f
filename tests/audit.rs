//! `lionrock audit` finds the books exact, and finds what was altered by hand.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::support::bank::Bank;
use crate::support::{Gateway, postgres, said};

/// What somebody with access to the database might do, and a word by which the audit must name it.
const ALTERATIONS: [(&str, &str, &str); 6] = [
    ("a position", "UPDATE position SET balance = balance + 100 WHERE participant = 55", "position of 055"),
    ("an amount", "UPDATE payment SET amount = amount - 1 WHERE debtor_agent = 55", "row "),
    ("an ending", "UPDATE outcome SET ending = 'rejected', reason = 'AC04'", "row "),
    ("a funding", "UPDATE event SET amount = amount + 5 WHERE participant = 55 AND amount > 0", "row "),
    ("a lost payment", "DELETE FROM payment WHERE debtor_agent = 55", "batch of rows "),
    ("whose certificate", "UPDATE participant_certificate SET participant = 56 WHERE participant = 55", "certificate "),
];

#[tokio::test]
async fn books_are_exact_until_somebody_alters_them() {
    let gateway = Gateway::serve("sqlite:lionrock.db").await;
    let database = format!("{}/lionrock.db", gateway.folder().display());
    settle_a_payment(&gateway).await;
    gateway.run(&["audit"]);
    gateway.kill();
    let mut connection = SqliteConnection::establish(&database).unwrap();
    connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let exact = std::fs::read(&database).unwrap();
    for (what, alteration, name) in ALTERATIONS {
        connection.batch_execute(alteration).unwrap();
        assert_found(&gateway, what, name);
        drop(connection);
        for beside in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{database}{beside}"));
        }
        std::fs::write(&database, &exact).unwrap();
        connection = SqliteConnection::establish(&database).unwrap();
    }
    gateway.run(&["audit"]);
}

#[tokio::test]
async fn an_altered_position_is_found_on_postgresql() {
    let database = postgres();
    let gateway = Gateway::serve(&database.url).await;
    settle_a_payment(&gateway).await;
    gateway.run(&["audit"]);
    gateway.kill();
    let mut connection = PgConnection::establish(&database.url).unwrap();
    let (what, alteration, name) = ALTERATIONS[0];
    connection.batch_execute(alteration).unwrap();
    assert_found(&gateway, what, name);
}

async fn settle_a_payment(gateway: &Gateway) {
    let payer = Bank::join(gateway, "055", "1000.00");
    let payee = Bank::join(gateway, "056", "0");
    let payment = payer.payment("1", "056", "056-1", "125.50");
    let (paid, ()) = tokio::join!(payer.pay(gateway, &payment), async {
        let (incoming, _) = payee.inbox(gateway, 0, 10).await.unwrap();
        payee.accept(gateway, &incoming[0]).await.unwrap();
    });
    assert!(paid.unwrap().1.contains("ACSC"));
}

fn assert_found(gateway: &Gateway, what: &str, name: &str) {
    let audit = gateway.try_run(&["audit"]);
    let said = said(&audit);
    assert_eq!(audit.status.code(), Some(1), "{what} was altered and not found: {said}");
    assert!(said.contains(name), "{what} is not named: {said}");
}
