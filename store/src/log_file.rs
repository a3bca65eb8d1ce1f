//! The file of SQLite's write-ahead log, made longer ahead of what is written to it. A commit that makes a file longer has
//! the file system write down how long it is, too: twice as many requests to the disk, and each of them waited for.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// It is made longer by so much at a time: written in less than a millisecond, and enough for some hundred commits.
const AHEAD: usize = 1 << 20;
/// Commits that made it longer, after which it is worth making it longer for those that follow.
const OFTEN: u32 = 64;

/// The log's file, which belongs to whoever holds SQLite's lock for writing.
pub(crate) struct LogFile {
    path: PathBuf,
    /// Opened when it is first there, and never again: without it, nothing is done ahead.
    file: Option<File>,
    length: u64,
    grown: u32,
}

impl LogFile {
    /// The log of the database at this path.
    pub(crate) fn of(path: &str) -> Self {
        Self { path: PathBuf::from(format!("{path}-wal")), file: None, length: 0, grown: 0 }
    }

    /// Something was committed: whether that has made the file longer once too often.
    pub(crate) fn is_short(&mut self) -> bool {
        if self.file.is_none() {
            self.file = OpenOptions::new().write(true).open(&self.path).ok();
        }
        let length = self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |found| found.len());
        let has_grown = length > self.length;
        self.length = length;
        self.grown = self.grown.saturating_add(u32::from(has_grown));
        has_grown && self.grown > OFTEN
    }

    /// Adds nothing but zeros at its end, where SQLite finds no more of the log than in a file that ends there. To be
    /// called under SQLite's lock for writing, or another process might be writing in the same place.
    pub(crate) fn lengthen(&mut self) -> std::io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let end = file.metadata()?.len();
        file.write_all_at(&vec![0; AHEAD], end)?;
        self.length = end + AHEAD as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    use diesel::sql_types::BigInt;

    use super::*;
    use crate::durability;

    fn open(path: &str) -> SqliteConnection {
        let mut conn = SqliteConnection::establish(path).unwrap();
        durability::prepare_sqlite(&mut conn).unwrap();
        conn
    }

    fn count(path: &str) -> i64 {
        diesel::dsl::sql::<BigInt>("SELECT COUNT(*) FROM something").get_result(&mut open(path)).unwrap()
    }

    #[test]
    fn a_log_that_is_longer_than_what_is_in_it_is_read_and_recovered_like_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("test.db"), folder.path().join("copy.db"));
        let (path, copy) = (path.display().to_string(), copy.display().to_string());
        let (mut conn, mut log) = (open(&path), LogFile::of(&path));
        conn.batch_execute("CREATE TABLE something (value BLOB)").unwrap();
        let mut lengthened = 0;
        for number in 1..=400 {
            conn.batch_execute("BEGIN IMMEDIATE; INSERT INTO something VALUES (randomblob(4000))").unwrap();
            if log.is_short() {
                log.lengthen().unwrap();
                lengthened += 1;
            }
            conn.batch_execute("COMMIT").unwrap();
            assert_eq!(count(&path), number);
        }
        assert!((2..=8).contains(&lengthened), "{lengthened} times");
        // As after a power cut: the files without anybody who has them open.
        for end in ["", "-wal"] {
            std::fs::copy(format!("{path}{end}"), format!("{copy}{end}")).unwrap();
        }
        assert_eq!(count(&copy), 400);
        conn.batch_execute("PRAGMA wal_checkpoint(RESTART); INSERT INTO something VALUES (x'')").unwrap();
        assert!(!log.is_short(), "what is written again is as long as before");
        assert_eq!(count(&path), 401);
    }
}
