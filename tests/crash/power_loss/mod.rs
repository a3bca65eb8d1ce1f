//! The power fails: what the operating system had not yet been told to keep is lost, in part and out of order.
//! Killing a program does not show that, because its writes outlive it. A preloaded library does: it notes what
//! stood where the gateway writes, until the gateway syncs it, and the test puts a random part of that back.

mod disk;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use self::disk::Disk;
use super::load::Load;
use super::random::Random;
use super::{SETTINGS, times};
use crate::support::{Gateway, said};

#[tokio::test]
async fn acknowledged_payments_survive_a_loss_of_power() {
    let disk = Disk::new();
    let environment = disk.environment();
    let environment = [0, 1, 2].map(|index| (environment[index].0, environment[index].1.as_str()));
    let database = format!("sqlite:{}", disk.file("lionrock.db"));
    let gateway = Gateway::serve_with(&database, SETTINGS, &environment).await;
    let load = Load::join(&gateway);
    // What the commands wrote was not noted; it counts as synced.
    gateway.kill();
    disk.settle();
    gateway.restart().await;
    let mut lost = 0;
    for round in 0..times(6, 60) {
        let power_fails = async {
            load.random.moment(100..500).await;
            match round % 3 {
                0 => disk.light_fuse(".db-wal", 1 + load.random.below(40)),
                1 => disk.light_fuse(".db", 1 + load.random.below(2)),
                _ => gateway.kill(),
            }
            gateway.until_ended().await;
        };
        load.during(&[&gateway], power_fails).await;
        lost += disk.lose_power(&load.random);
        if round % 2 == 0 {
            gateway.run(&["audit"]);
            disk.settle();
        }
        gateway.restart().await;
    }
    assert!(lost > 0, "nothing was ever lost: the test says nothing");
    load.check(&gateway).await;
}

/// What shows that the disk bites: a database that does not sync loses what it acknowledged.
#[test]
fn a_database_that_does_not_sync_loses_what_it_acknowledged() {
    let random = Random::seeded();
    assert!((0..8).any(|_| !survives("OFF", &random)), "eight losses of power, and nothing was missing");
}

#[test]
fn a_database_that_syncs_loses_nothing() {
    let random = Random::seeded();
    assert!((0..8).all(|_| survives("FULL", &random)));
}

/// Whether rows that SQLite acknowledged, syncing as `synchronous` says, are there after the power failed.
fn survives(synchronous: &str, random: &Random) -> bool {
    let disk = Disk::new();
    let file = disk.file("rows.db");
    let prepared = Command::new("sqlite3").args([&file, "PRAGMA journal_mode=WAL; CREATE TABLE one (n);"]).output();
    assert!(prepared.expect("sqlite3 is installed by tests/run").status.success());
    let mut shell = Command::new("sqlite3")
        .args(["-batch", &file])
        .env_clear()
        .envs(disk.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let rows: Vec<_> = (0..50).map(|number| format!("INSERT INTO one VALUES ({number});")).collect();
    let rows = rows.concat();
    let statements = format!("PRAGMA synchronous={synchronous};\n{rows}\nSELECT 'acknowledged';\n");
    // Its input stays open, so that it does not end by itself.
    let mut input = shell.stdin.take().unwrap();
    input.write_all(statements.as_bytes()).unwrap();
    let said_so = BufReader::new(shell.stdout.take().unwrap()).lines().any(|line| line.unwrap() == "acknowledged");
    assert!(said_so);
    shell.kill().unwrap();
    shell.wait().unwrap();
    disk.lose_power(random);
    let rows = "PRAGMA integrity_check; SELECT count(*) FROM one;";
    let found = Command::new("sqlite3").args(["-batch", &file, rows]).output().unwrap();
    said(&found) == "ok\n50\n"
}
