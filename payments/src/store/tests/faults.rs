//! Restarts, several switches on one database, commits of which nobody heard, and connections that are cut.

use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::{Backend, Conn, on_db};
use tokio::sync::oneshot;

use super::super::commit::{Decided, Recording, Work, commit};
use super::super::ids::Ids;
use super::super::queue::{Ask, Job};
use super::super::recall::LookUps;
use super::super::recent::Recent;
use super::super::{log, memory};
use super::*;
use crate::clearing::tests::support::{pay, rejected, say, transfer};
use crate::clearing::{Command, Rules, Status, Verdict};
use crate::error::Error;

#[test]
fn a_restart_forgets_nothing() {
    for world in World::each() {
        let switch = world.funded();
        for number in 1..=3 {
            submit(&switch, transfer(number, NOW), NOW);
        }
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        drop(switch);
        let switch = world.open();
        assert_eq!(submit(&switch, transfer(1, NOW), NOW).status, Status::Settled, "a repetition after the restart");
        let told = wait(switch.answer(bank("027"), vec![say(2, Verdict::Accepted)], NOW)).unwrap().remove(0).unwrap();
        assert_eq!(told.status, Status::Settled);
        world.pass(Duration::from_secs(11));
        let ended = wait(switch.wait_final(bank("012"), "TX-3")).unwrap().unwrap();
        assert_eq!(ended.status, rejected("AB05"), "the deadline outlives the restart");
        world.assert_exact();
    }
}

#[test]
fn two_switches_on_one_database_keep_one_set_of_books() {
    for world in World::each() {
        let (first, second) = (world.funded(), world.elsewhere());
        let pay_and_settle = |switch: Switch, from: u32| {
            std::thread::spawn(move || {
                for number in from..from + 40 {
                    let small = CreditTransfer { amount: hkd(100), ..transfer(number, NOW) };
                    assert_eq!(submit(&switch, small, NOW).status, Status::InProcess);
                    let told = wait(switch.answer(bank("027"), vec![say(number, Verdict::Accepted)], NOW));
                    assert_eq!(told.unwrap()[0].as_ref().unwrap().status, Status::Settled);
                }
            })
        };
        let both = [pay_and_settle(first.clone(), 0), pay_and_settle(second.clone(), 100)];
        for thread in both {
            thread.join().unwrap();
        }
        assert_eq!(first.positions().unwrap()[0].2.balance, 100_000 - 80 * 100);
        world.assert_exact();
    }
}

#[test]
fn what_one_switch_reserved_another_may_settle() {
    for world in World::each() {
        let (here, there) = (world.funded(), world.open());
        submit(&here, transfer(1, NOW), NOW);
        let waiting = here.clone();
        let told = std::thread::spawn(move || wait(waiting.wait_final(bank("012"), "TX-1")).unwrap().unwrap());
        let answered = wait(there.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap().remove(0);
        assert_eq!(answered.unwrap().status, Status::Settled);
        assert_eq!(told.join().unwrap().status, Status::Settled);
        assert_eq!(submit(&there, transfer(1, NOW), NOW).status, Status::Settled);
        world.assert_exact();
    }
}

#[test]
fn the_same_payment_at_two_switches_at_once_is_one_payment() {
    for world in World::each() {
        let (first, second) = (world.funded(), world.open());
        for number in 0..10 {
            let at = |switch: Switch| std::thread::spawn(move || submit(&switch, transfer(number, NOW), NOW));
            let both = [at(first.clone()), at(second.clone())].map(|thread| thread.join().unwrap());
            assert_eq!(both[0], both[1]);
        }
        assert_eq!(first.positions().unwrap()[0].2.reserved, 100_000);
        world.assert_exact();
    }
}

#[test]
fn a_full_queue_refuses_whole_requests() {
    for world in World::each() {
        drop(world.funded());
        let settings = SwitchSettings { queue_capacity: 5, ..SwitchSettings::default() };
        let switch = Switch::open(world.db(), settings, Arc::new(|| NOW), world.directory()).unwrap();
        let many = (0..6).map(|number| submission(transfer(number, NOW))).collect();
        let refused = wait(switch.submit(bank("012"), many, NOW));
        assert!(matches!(refused, Err(crate::SubmitError::Busy { .. })));
        assert!(switch.payments(None, 10).unwrap().is_empty());
    }
}

/// Decides `command` on what the database holds, as a sequencer would.
fn work(world: &World, command: Command) -> Work {
    let state = world.db().snapshot(memory::load).unwrap();
    Work {
        asked: LookUps::by(std::slice::from_ref(&command), &state, &mut Ids::unknown()),
        state,
        commands: Arc::from([command]),
        now: NOW,
        rules: Rules::default(),
        directory: world.directory(),
        recent: Arc::new(Recent::after(i64::MAX)),
        contended: false,
    }
}

#[test]
fn a_commit_of_which_nobody_heard_is_looked_for_before_it_is_tried_again() {
    for world in World::each() {
        drop(world.funded());
        let mut sequencer = world.sequencer();
        let lost = || Error::Store(store::Error::CommitUnknown("the connection was lost".to_owned()));
        let done =
            commit(&world.db(), work(&world, pay(transfer(1, NOW), NOW))).map_err(|failed| failed.error).unwrap();
        let done = done.decided;
        let found = sequencer.after_failure(&lost(), Some(done.clone()), Instant::now()).unwrap();
        assert_eq!(found, Some(done.replies.clone()), "it had");
        let mut never = Recording::clone(done.recording.as_deref().unwrap());
        (never.batch.first, never.batch.last) = (never.batch.first + 1, never.batch.last + 1);
        let never = Decided { recording: Some(Arc::new(never)), ..done };
        assert_eq!(sequencer.after_failure(&lost(), Some(never), Instant::now()).unwrap(), None, "it had not");
        assert!(sequencer.stale, "memory is not believed any more");
    }
}

#[test]
fn a_request_that_cannot_be_recorded_takes_no_other_with_it() {
    for world in World::each() {
        drop(world.funded());
        let refuse = |conn: &mut Conn<'_>| -> Result<(), Error> {
            match conn {
                Conn::Postgres(c) => {
                    c.batch_execute("ALTER TABLE payment ADD CONSTRAINT refused CHECK (end_to_end_id <> 'BAD')")?;
                }
                Conn::Sqlite(c) => c.batch_execute(
                    "CREATE TRIGGER refused BEFORE INSERT ON payment WHEN NEW.end_to_end_id = 'BAD' \
                     BEGIN SELECT RAISE(ABORT, 'refused'); END",
                )?,
            }
            Ok(())
        };
        world.db().write(refuse).unwrap();
        let bad = CreditTransfer { end_to_end_id: "BAD".to_owned(), ..transfer(2, NOW) };
        let job = |transfer| {
            let (reply, replied) = oneshot::channel();
            let commands = vec![pay(transfer, NOW)];
            (Job { arrived: NOW, ask: Ask::Decide { commands, reply } }, replied)
        };
        let (first, told_first) = job(transfer(1, NOW));
        let (second, told_second) = job(bad);
        let (third, told_third) = job(transfer(3, NOW));
        let mut sequencer = world.sequencer();
        sequencer.process(vec![first, second, third], Vec::new(), NOW);
        sequencer.wait_for_all();
        assert!(wait(told_first).is_ok() && wait(told_third).is_ok());
        assert!(wait(told_second).is_err(), "nothing can be said about it");
        world.assert_exact();
    }
}

#[test]
fn a_switch_whose_memory_is_behind_records_nothing() {
    for world in World::each() {
        drop(world.funded());
        let behind = work(&world, pay(transfer(1, NOW), NOW));
        let ahead = world.open();
        submit(&ahead, transfer(2, NOW), NOW);
        let head = world.db().read(log::head).unwrap();
        let failed = commit(&world.db(), behind).err().unwrap();
        assert!(matches!(failed.error, Error::HeadMoved));
        assert_eq!(world.db().read(log::head).unwrap(), head);
        world.assert_exact();
    }
}

#[test]
fn cut_connections_lose_and_double_nothing() {
    for world in World::each().into_iter().filter(|world| world.db().backend() == Backend::Postgres) {
        let switch = world.funded();
        let paying = switch.clone();
        let payer = std::thread::spawn(move || {
            for number in 0..60 {
                let small = || CreditTransfer { amount: hkd(100), ..transfer(number, NOW) };
                let sent = || wait(paying.submit(bank("012"), vec![submission(small())], NOW));
                while sent().is_err() {}
                let answered = || wait(paying.answer(bank("027"), vec![say(number, Verdict::Accepted)], NOW));
                while answered().is_err() {}
            }
        });
        let killer = Db::open(&world.database.url, &store::Options { connections: 1, ..store::Options::default() });
        let killer = killer.unwrap();
        while !payer.is_finished() {
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let _: Result<usize, store::Error> =
                killer.read(|conn| Ok(on_db!(conn, c => diesel::sql_query(cut).execute(c))?));
            std::thread::sleep(Duration::from_millis(40));
        }
        payer.join().unwrap();
        let settled = |number| CreditTransfer { amount: hkd(100), ..transfer(number, NOW) };
        assert!((0..60).all(|number| submit(&switch, settled(number), NOW).status == Status::Settled));
        assert_eq!(switch.positions().unwrap()[0].2.balance, 100_000 - 60 * 100);
        world.assert_exact();
    }
}
