//! Days go to files and nothing is lost by it: neither the proof, nor the answers.

use std::path::Path;

use diesel::prelude::*;
use store::on_db;

use super::days::{A_DAY, until_closed};
use super::*;
use crate::Error;
use crate::clearing::tests::support::{back, say, transfer, uetr};
use crate::clearing::{BusinessDay, ClosedDay, PaymentReturn, Status, Verdict};
use crate::money::Currency;
use crate::store::ReturnSubmission;
use crate::store::archive::{self, ArchiveError, archive_days, file};
use crate::store::audit::{AuditReport, Evidence, verify, verify_with};
use crate::store::projector::{self, Step};
use crate::store::recent::Recent;

/// Books whose first day is old: one payment settled, one refused, one that settled after midnight.
fn old() -> Vec<(World, tempfile::TempDir)> {
    let worlds = World::each();
    for world in &worlds {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        submit(&switch, CreditTransfer { amount: hkd(99_999_999), ..transfer(2, NOW) }, NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        world.pass(Duration::from_hours(12) - Duration::from_secs(1));
        submit(&switch, transfer(3, world.now()), world.now());
        world.pass(Duration::from_secs(2));
        until_closed(&switch, first_day());
        wait(switch.answer(bank("027"), vec![say(3, Verdict::Accepted)], world.now())).unwrap();
        world.pass(A_DAY * 2);
        until_closed(&switch, BusinessDay::of(NOW + A_DAY));
        switch.stop();
        while projector::step(&world.db(), &Recent::after(i64::MAX)).unwrap() != (Step::Done { more: false }) {}
    }
    worlds.into_iter().map(|world| (world, tempfile::tempdir().unwrap())).collect()
}

fn first_day() -> BusinessDay {
    BusinessDay::of(NOW)
}

fn audit(world: &World, folder: &Path) -> AuditReport {
    verify_with(&world.db(), &Evidence { checkpoints: &[], archives: Some(folder) }).unwrap()
}

fn assert_exact(world: &World, folder: &Path) {
    let report = audit(world, folder);
    assert!(report.is_exact(), "{:#?}", report.differences);
}

fn closed(world: &World) -> ClosedDay {
    world.db().read(|conn| crate::store::closed_days::find(conn, first_day())).unwrap().unwrap()
}

#[test]
fn an_archived_day_is_still_proved_and_still_answers() {
    for (world, folder) in old() {
        let switch = world.open();
        let statement =
            || switch.detailed_statement(first_day(), bank("012"), Currency::Hkd, 0, 10).unwrap().unwrap().page.entries;
        let before = statement();
        assert_eq!(archive_days(&world.db(), 3, folder.path()).unwrap(), [first_day()]);
        assert_eq!(archive_days(&world.db(), 3, folder.path()).unwrap(), []);
        assert_exact(&world, folder.path());
        assert!(matches!(verify(&world.db()), Err(Error::Archive(ArchiveError::NotGiven(1)))));

        assert_eq!(statement(), before, "statements can still be written");
        let known = switch.payment(uetr(1)).unwrap().unwrap();
        assert_eq!((known.status(), known.amount), (Status::Settled, hkd(10_000)));
        let enquire = |sender| wait(switch.enquire_by_uetr(bank(sender), vec![uetr(3)])).unwrap().remove(0);
        assert_eq!(enquire("027").unwrap().status, Status::Settled);
        assert!(enquire("038").is_none(), "none of its business");
        let give_back = |id: &str, minor| {
            let request = PaymentReturn { settlement_date: BusinessDay::of(world.now()).date(), ..back(id, 1, minor) };
            let one = ReturnSubmission { request, body: "<TxInf/>".to_owned() };
            wait(switch.return_payments(bank("027"), vec![one], world.now())).unwrap().remove(0).status
        };
        assert_eq!(give_back("R-1", 7_500), Status::Settled);
        assert_ne!(give_back("R-2", 2_501), Status::Settled, "no more than was paid comes back");
        assert_exact(&world, folder.path());
    }
}

#[test]
fn what_was_interrupted_goes_on_where_it_stopped() {
    for (world, folder) in old() {
        let (db, day) = (world.db(), closed(&world));
        // The file is there, and nothing is noted: it is written again.
        db.snapshot(|conn| file::write(conn, &day, folder.path())).unwrap();
        world.assert_exact();
        // It is noted, and some rows are gone.
        let fingerprint = file::fingerprint(&file::path(folder.path(), day.business_day)).unwrap();
        db.write(move |conn| crate::store::closed_days::note_archive(conn, day.business_day, &fingerprint)).unwrap();
        assert_exact(&world, folder.path());
        archive::remove_rows(&db, &day, day.first, day.first + 6).unwrap();
        assert_exact(&world, folder.path());
        assert_eq!(archive_days(&db, 3, folder.path()).unwrap(), [first_day()]);
        assert_exact(&world, folder.path());
        assert!(world.open().payment(uetr(1)).unwrap().is_some());
    }
}

#[test]
fn what_was_altered_is_found() {
    for (world, folder) in old() {
        archive_days(&world.db(), 3, folder.path()).unwrap();
        let altered = world.db().write(|conn| -> Result<usize, Error> {
            let statement = "UPDATE archived_payment SET amount = amount + 1 WHERE outcome_seq IS NOT NULL";
            Ok(on_db!(conn, c => diesel::sql_query(statement).execute(c))?)
        });
        assert_eq!(altered.unwrap(), 2);
        assert_eq!(audit(&world, folder.path()).first_row(), Some(8));

        let path = file::path(folder.path(), first_day());
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let evidence = Evidence { checkpoints: &[], archives: Some(folder.path()) };
        let refused = verify_with(&world.db(), &evidence);
        assert!(matches!(refused, Err(Error::Archive(ArchiveError::OtherFile(_)))), "{refused:?}");
    }
}

#[test]
fn young_days_stay() {
    for (world, folder) in old() {
        let refused = archive_days(&world.db(), 2, folder.path());
        assert!(matches!(refused, Err(Error::Archive(ArchiveError::TooYoung))), "{refused:?}");
        assert_eq!(archive_days(&world.db(), 4, folder.path()).unwrap(), []);
        world.assert_exact();
    }
}
