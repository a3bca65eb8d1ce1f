//! A disk that loses what was not synced: the notes of `unsynced.c`, and what a loss of power makes of them.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::crash::random::Random;
use crate::support::{root, said};

const NOTE_BYTES: usize = 40;

/// A folder whose files can lose what was not synced.
pub(super) struct Disk {
    folder: tempfile::TempDir,
}

/// Something that a program did to a file and had not synced when it ended.
struct Change {
    offset: u64,
    old_size: u64,
    length: u64,
    /// What stood at `offset`; where the file was shorter, nothing.
    old: Vec<u8>,
}

/// What was not synced.
#[derive(Default)]
struct Unsynced {
    /// By file, in the order in which they were made.
    changes: BTreeMap<PathBuf, Vec<Change>>,
    /// Files whose entry in their folder was not synced.
    created: Vec<PathBuf>,
}

impl Disk {
    /// An empty one. Builds the library that takes the notes.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let source = root().join("tests/crash/power_loss/unsynced.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&folder.path().join("unsynced.so"), &source])
            .arg("-ldl")
            .output()
            .expect("a C compiler is installed by tests/run");
        assert!(built.status.success(), "{}", said(&built));
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A file on the disk.
    pub(super) fn file(&self, name: &str) -> String {
        self.path(&format!("data/{name}"))
    }

    /// The variables with which a program works on this disk.
    pub(super) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("LD_PRELOAD", self.path("unsynced.so")),
            ("UNSYNCED_FOLDER", self.path("data")),
            ("UNSYNCED_JOURNAL", self.path("journal")),
        ]
    }

    /// From now on the power fails just before a file of this suffix is synced for the `count`th time.
    pub(super) fn light_fuse(&self, suffix: &str, count: u64) {
        fs::write(self.path("journal.fuse"), format!("{suffix} {count}")).unwrap();
    }

    /// Everything is taken to be synced now.
    pub(super) fn settle(&self) {
        let _ = fs::remove_file(self.path("journal.fuse"));
        let _ = fs::remove_file(self.path("journal"));
    }

    /// Loses a random part of what was not synced. How many bytes changed their value by that.
    pub(super) fn lose_power(&self, random: &Random) -> usize {
        let unsynced = Unsynced::read(&fs::read(self.path("journal")).unwrap_or_default());
        let mut lost = 0;
        for (file, changes) in &unsynced.changes {
            lost += lose(file, changes, random);
        }
        for file in unsynced.created.iter().filter(|_| random.below(2) == 0) {
            lost += usize::try_from(fs::metadata(file).unwrap().len()).unwrap();
            fs::remove_file(file).unwrap();
        }
        self.settle();
        lost
    }
}

impl Unsynced {
    /// Reads the notes. The last one may be cut off: then what it announces was not done.
    fn read(mut notes: &[u8]) -> Self {
        let mut unsynced = Self::default();
        while notes.len() >= NOTE_BYTES {
            let kind = u32::from_ne_bytes(notes[..4].try_into().unwrap());
            let path_length = u32::from_ne_bytes(notes[4..8].try_into().unwrap()) as usize;
            let number = |index: usize| u64::from_ne_bytes(notes[8 + 8 * index..16 + 8 * index].try_into().unwrap());
            let [offset, old_size, length, kept] = [number(0), number(1), number(2), number(3)];
            let (end_of_path, end) =
                (NOTE_BYTES + path_length, NOTE_BYTES + path_length + usize::try_from(kept).unwrap());
            if notes.len() < end {
                break;
            }
            let path = PathBuf::from(str::from_utf8(&notes[NOTE_BYTES..end_of_path]).unwrap());
            let change = Change { offset, old_size, length, old: notes[end_of_path..end].to_vec() };
            unsynced.note(kind, path, change);
            notes = &notes[end..];
        }
        unsynced
    }

    /// Takes one note in. The kinds are those of `unsynced.c`.
    fn note(&mut self, kind: u32, path: PathBuf, change: Change) {
        match kind {
            1 | 2 => self.changes.entry(path).or_default().push(change),
            3 => drop(self.changes.remove(&path)),
            4 => self.created.push(path),
            5 => self.created.retain(|file| file.parent() != Some(&path)),
            6 => {
                self.changes.remove(&path);
                self.created.retain(|file| *file != path);
            }
            kind => panic!("a note of kind {kind}"),
        }
    }
}

/// Puts a file into one of the states that a loss of power may leave it in. The disk writes a piece at a time, of a
/// sector or of several, in any order; each piece is as it was after some of the changes.
fn lose(path: &Path, changes: &[Change], random: &Random) -> usize {
    let file = File::options().read(true).write(true).open(path).unwrap();
    let before = fs::read(path).unwrap();
    let piece = 512 << random.below(4);
    let all = changes.len();
    // All is lost, or the end is, or each piece has a fate of its own.
    let manner = random.below(3);
    let common = if manner == 0 { 0 } else { random.index(all + 1) };
    let mut fates = HashMap::new();
    let mut reached =
        |piece: u64| *fates.entry(piece).or_insert_with(|| if manner == 2 { random.index(all + 1) } else { common });
    for (number, change) in changes.iter().enumerate().rev() {
        let mut at = change.offset;
        while at < change.offset + change.length {
            let end = ((at / piece + 1) * piece).min(change.offset + change.length);
            if number >= reached(at / piece) {
                put_back(&file, change, at, end);
            }
            at = end;
        }
    }
    let size = reached(u64::MAX);
    if size < all {
        file.set_len(changes[size].old_size).unwrap();
    }
    let after = fs::read(path).unwrap();
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    changed + before.len().abs_diff(after.len())
}

/// Puts back what stood at `at..end` before a change: zeros where the file was shorter.
fn put_back(file: &File, change: &Change, at: u64, end: u64) {
    let index = |position: u64| usize::try_from(position - change.offset).unwrap();
    let mut old = vec![0; index(end) - index(at)];
    let kept = change.old.get(index(at)..).unwrap_or_default();
    let kept = &kept[..kept.len().min(old.len())];
    old[..kept.len()].copy_from_slice(kept);
    file.write_all_at(&old, at).unwrap();
}
