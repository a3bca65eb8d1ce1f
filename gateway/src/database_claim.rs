//! An embedded database has one gateway: a lock on a file beside it sees to that, so what only that gateway needs to
//! know may stay in its memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use store::{DatabaseUrl, Timestamp};

/// An embedded database that no other gateway serves while this is held.
pub(crate) struct DatabaseClaim {
    /// Whether another gateway served it before, perhaps a moment ago.
    is_restart: bool,
    /// Locked until it is closed, however the process ends.
    _file: File,
}

impl DatabaseClaim {
    /// Claims the database behind `url`; `None` for PostgreSQL, which several gateways share.
    ///
    /// # Errors
    /// Another gateway serves it.
    pub(crate) fn take(url: &str) -> anyhow::Result<Option<Self>> {
        let DatabaseUrl::Sqlite(path) = url.parse()? else { return Ok(None) };
        let mut name = path.into_os_string();
        name.push(".lock");
        let path = PathBuf::from(name);
        let is_restart = path.exists();
        let named = || path.display().to_string();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).with_context(named)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { is_restart, _file: file })),
            Err(TryLockError::WouldBlock) => bail!(
                "another gateway serves this database ({} is locked); several gateways need PostgreSQL",
                path.display()
            ),
            Err(TryLockError::Error(failed)) => Err(failed).with_context(named),
        }
    }

    /// From when on this gateway knows everything that was shown here: always, when it is the first. Otherwise in whole
    /// seconds, as tokens count, after that of the start, in which something may have been shown to the one before.
    pub(crate) fn knows_since(&self, started: Timestamp) -> Timestamp {
        if self.is_restart {
            Timestamp::from_seconds(started.seconds()) + Duration::from_secs(1)
        } else {
            Timestamp::from_micros(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_database_has_one_gateway() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("x.db").display());
        let started = Timestamp::from_micros(1_795_000_000_500_000);
        let first = DatabaseClaim::take(&url).unwrap().unwrap();
        assert_eq!(first.knows_since(started), Timestamp::from_micros(0), "nobody was asked before");
        let refused = DatabaseClaim::take(&url).err().unwrap().to_string();
        assert!(refused.contains("another gateway"), "{refused}");
        drop(first);
        let second = DatabaseClaim::take(&url).unwrap().unwrap();
        assert_eq!(
            second.knows_since(started),
            Timestamp::from_seconds(1_795_000_001),
            "the first may have been asked"
        );
    }

    #[test]
    fn gateways_share_postgresql() {
        assert!(DatabaseClaim::take("postgres://localhost/lionrock").unwrap().is_none());
    }
}
