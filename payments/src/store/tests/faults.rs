//! Restarts, and several switches on one database.

use super::*;
use crate::clearing::tests::support::{rejected, say, transfer};
use crate::clearing::{Status, Verdict};

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
        let (first, second) = (world.funded(), world.open());
        let pay = |switch: Switch, from: u32| {
            std::thread::spawn(move || {
                for number in from..from + 40 {
                    let small = CreditTransfer { amount: hkd(100), ..transfer(number, NOW) };
                    assert_eq!(submit(&switch, small, NOW).status, Status::InProcess);
                    let told = wait(switch.answer(bank("027"), vec![say(number, Verdict::Accepted)], NOW));
                    assert_eq!(told.unwrap()[0].as_ref().unwrap().status, Status::Settled);
                }
            })
        };
        let both = [pay(first.clone(), 0), pay(second.clone(), 100)];
        both.into_iter().for_each(|thread| thread.join().unwrap());
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
