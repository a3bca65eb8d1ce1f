//! The disk is full: nothing is acknowledged that is not kept, banks are told to try again, and when there is room
//! the gateway goes on by itself.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::load::Load;
use super::{SETTINGS, times};
use crate::support::postgres::Cluster;
use crate::support::{Gateway, said};

/// How long payments may go through although the disk is full: files have some room in them.
const PATIENCE: Duration = Duration::from_secs(40);

#[tokio::test]
async fn payments_on_sqlite_survive_a_full_disk() {
    let disk = SmallDisk::mount(32);
    let database = format!("sqlite:{}", disk.path().join("lionrock.db").display());
    let gateway = Gateway::serve_with(&database, SETTINGS, &[]).await;
    survive(&gateway, &disk, async || {}).await;
}

#[tokio::test]
async fn payments_on_postgresql_survive_a_full_disk() {
    let disk = SmallDisk::mount(160);
    let cluster = Cluster::start_on(Some(disk.path()));
    let gateway = Gateway::serve_with(&cluster.url(), SETTINGS, &[]).await;
    survive(&gateway, &disk, async || cluster.restart_if_down().await).await;
}

async fn survive(gateway: &Gateway, disk: &SmallDisk, back_to_work: impl AsyncFn()) {
    let load = Load::join(gateway);
    for _ in 0..times(1, 6) {
        let no_room = async {
            load.random.moment(200..600).await;
            let (refused, started) = (load.refused(), Instant::now());
            while load.refused() == refused {
                disk.fill();
                assert!(started.elapsed() < PATIENCE, "the disk is full, and nothing was refused");
                load.random.moment(50..100).await;
            }
            disk.make_room();
            back_to_work().await;
            let (acknowledged, started) = (load.acknowledged(), Instant::now());
            while load.acknowledged() < acknowledged + 20 {
                assert!(
                    started.elapsed() < PATIENCE,
                    "there is room again, and nothing goes on:\n{}",
                    gateway.printed()
                );
                load.random.moment(50..100).await;
            }
        };
        load.during(&[gateway], no_room).await;
        gateway.run(&["audit"]);
    }
    load.check(gateway).await;
}

/// A small file system in memory; it is taken away when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = as_root("umount").arg("--lazy").arg(self.path()).output();
    }
}

impl SmallDisk {
    fn mount(megabytes: u32) -> Self {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        let me = fs::metadata("/proc/self").unwrap();
        let options = format!("size={megabytes}m,mode=755,uid={},gid={}", me.uid(), me.gid());
        let mount = as_root("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(disk.path()).output().unwrap();
        assert!(
            mount.status.success(),
            "a small file system cannot be mounted; run as root or with sudo, in a container with CAP_SYS_ADMIN: {}",
            said(&mount)
        );
        disk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.path().join("filler")).unwrap();
        while filler.write_all(&[1; 4_096]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }
}

/// A command as root: this is root, or sudo asks for no password.
fn as_root(program: &str) -> Command {
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}
