//! A temporary folder that goes when it is no longer needed.

use std::path::{Path, PathBuf};

use crate::random;

/// The folder; dropping it removes it.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new, empty folder that only this user can read.
    #[allow(clippy::disallowed_methods)] // what is checked here must not touch the data of the demo itself
    pub(super) fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("lionrock-check-{}", hex::encode(random::bytes::<8>()?)));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
