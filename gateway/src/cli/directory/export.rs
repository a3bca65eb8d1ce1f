//! `lionrock directory export`.

use std::fs::OpenOptions;
use std::path::Path;

use anyhow::Context;
use payments::participant::ClearingCode;

use super::record::Record;
use super::{Installation, Output, Progress};
use crate::clock;

pub(super) fn run(
    installation: &Installation,
    output: Output,
    file: &Path,
    participant: Option<ClearingCode>,
) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600); // it names people
    let created = options.open(file).with_context(|| file.display().to_string())?;
    let mut writer = csv::Writer::from_writer(std::io::BufWriter::new(created));
    let directory = installation.directory();
    let mut export = directory.export(participant, clock::now())?;
    let (mut progress, mut written) = (Progress::new(), 0);
    while let Some(entries) = export.next_page()? {
        for entry in entries {
            writer.serialize(Record::from(entry))?;
            written += 1;
        }
        progress.at(written, export.total());
    }
    writer.flush()?;
    drop(progress);
    let facts = serde_json::json!({ "entries": written });
    output.print(&facts, |_| format!("{written} entries written to {}.", file.display()))
}
