//! What the handle promises, on SQLite and on PostgreSQL alike.
#![allow(missing_docs, clippy::unwrap_used)] // a table for the tests; a test panics when something is wrong

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use diesel::prelude::*;
use store::testing::TestDatabase;
use store::{Conn, Db, Effect, Error, Options, on_db};

diesel::table! {
    installation (name) {
        name -> Text,
        value -> Text,
    }
}

fn put(conn: &mut Conn<'_>, name: &str, value: &str) -> Result<(), Error> {
    on_db!(conn, c => diesel::insert_into(installation::table)
        .values((installation::name.eq(name), installation::value.eq(value)))
        .execute(c))?;
    Ok(())
}

fn get(db: &Db, name: &str) -> Option<String> {
    db.read(|conn| -> Result<_, Error> {
        Ok(on_db!(conn, c => installation::table.find(name).select(installation::value).first(c).optional())?)
    })
    .unwrap()
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    for test in TestDatabase::each().unwrap() {
        test.db().write(|conn| put(conn, "city", "Hong Kong")).unwrap();
        let again = Db::open(&test.url, &Options::default()).unwrap();
        assert_eq!(get(&again, "city").as_deref(), Some("Hong Kong"));
        assert!(!again.needs_migration().unwrap());
        assert_eq!(again.migrate().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn who_goes_on_meanwhile_is_told_when_it_is_written_or_why_not() {
    for test in TestDatabase::each().unwrap() {
        let db = test.db();
        let (told, tell) = std::sync::mpsc::channel();
        for value in ["first", "second"] {
            let (told, reader) = (told.clone(), db.clone());
            let then = move |done: Result<(), Error>| told.send((done.is_ok(), get(&reader, "city"))).unwrap();
            db.write_then(move |conn| put(conn, "city", value), |()| Effect::Changed, then);
        }
        assert_eq!(tell.recv().unwrap(), (true, Some("first".to_owned())), "it is there when that is told");
        assert_eq!(tell.recv().unwrap(), (false, Some("first".to_owned())), "a name is there once");
    }
}

#[test]
fn whoever_is_told_by_the_writer_may_be_the_last_holder() {
    let test = TestDatabase::sqlite().unwrap();
    let (holder, (told, tell)) = (Db::open(&test.url, &Options::default()).unwrap(), std::sync::mpsc::channel());
    let (db, (let_go, gone)) = (holder.clone(), std::sync::mpsc::channel::<()>());
    let then = move |done: Result<(), Error>| {
        // Not before the other holder is gone.
        gone.recv().unwrap();
        drop(holder);
        told.send(done.is_ok()).unwrap();
    };
    db.write_then(|conn| put(conn, "city", "Hong Kong"), |()| Effect::Changed, then);
    drop(db);
    let_go.send(()).unwrap();
    assert_eq!(tell.recv(), Ok(true), "the writer's thread does not wait for itself");
    assert_eq!(get(&test.db(), "city").as_deref(), Some("Hong Kong"));
}

#[test]
fn a_failed_write_leaves_nothing_and_hurts_nobody_else() {
    for test in TestDatabase::each().unwrap() {
        let db = test.db();
        let barrier = Arc::new(Barrier::new(9));
        let good: Vec<_> = (0..8)
            .map(|i| {
                let (db, barrier) = (db.clone(), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    barrier.wait();
                    db.write(move |conn| put(conn, &format!("good {i}"), "1"))
                })
            })
            .collect();
        barrier.wait();
        let refused = db.write(|conn| {
            put(conn, "bad", "1")?;
            put(conn, "bad", "2")
        });
        assert!(refused.unwrap_err().is_unique_violation());
        for thread in good {
            thread.join().unwrap().unwrap();
        }
        assert_eq!(get(&db, "bad"), None);
        assert!((0..8).all(|i| get(&db, &format!("good {i}")).is_some()));
    }
}

#[test]
fn a_snapshot_does_not_move_while_others_write() {
    for test in TestDatabase::each().unwrap() {
        let db = test.db();
        let count = |conn: &mut Conn<'_>| -> Result<i64, Error> {
            Ok(on_db!(conn, c => installation::table.count().get_result(c))?)
        };
        let (before, after) = db
            .snapshot(|conn| {
                let before = count(conn)?;
                db.write(|conn| put(conn, "meanwhile", "1"))?;
                Ok::<_, Error>((before, count(conn)?))
            })
            .unwrap();
        assert_eq!(before, after);
        assert!(get(&db, "meanwhile").is_some());
    }
}

#[test]
fn a_panic_in_the_work_undoes_it_and_the_next_work_goes_on() {
    let test = TestDatabase::sqlite().unwrap();
    let db = test.db();
    let done = db.write(|conn| -> Result<(), Error> {
        put(conn, "half", "1")?;
        panic!("on purpose");
    });
    assert!(matches!(done, Err(Error::Panicked)));
    assert_eq!(get(&db, "half"), None);
    db.write(|conn| put(conn, "whole", "1")).unwrap();
}

#[test]
fn a_reader_cannot_write() {
    let test = TestDatabase::sqlite().unwrap();
    assert!(test.db().read(|conn| put(conn, "sneaked", "1")).is_err());
}

#[test]
fn what_postgres_undid_because_of_another_transaction_is_tried_again() {
    let Some(test) = TestDatabase::postgres().unwrap() else { return };
    let attempts = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&attempts);
    let done = test.db().write(move |conn| -> Result<(), Error> {
        if seen.fetch_add(1, Ordering::SeqCst) < 2 {
            // What a real conflict raises, raised by the server itself.
            on_db!(conn, c => diesel::sql_query(
                "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure'; END $$").execute(c))?;
        }
        put(conn, "third time", "1")
    });
    done.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
}

#[test]
fn a_server_that_may_forget_a_commit_is_refused() {
    let Some(test) = TestDatabase::postgres().unwrap() else { return };
    let separator = if test.url.contains('?') { '&' } else { '?' };
    let unsafe_url = format!("{}{separator}options=-c%20synchronous_commit%3Doff", test.url);
    let refused = Db::open(&unsafe_url, &Options::default()).err().expect("must be refused");
    assert!(refused.to_string().contains("synchronous_commit"), "{refused}");
}

#[test]
fn a_server_elsewhere_without_tls_is_refused() {
    let refused = Db::open("postgres://db.example/lionrock", &Options::default()).err().expect("must be refused");
    assert!(matches!(refused, Error::Unsafe(_)), "{refused}");
}
