//! `lionrock directory import`.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use anyhow::Context;
use payments::directory::{ImportId, ImportRun, Imported, Stretch, Stretches};
use ring::digest::{Context as Digest, SHA256};

use super::record::Record;
use super::{Installation, Output, Progress, operator};
use crate::clock;

pub(super) fn run(installation: &Installation, output: Output, file: &Path) -> anyhow::Result<()> {
    let named = || file.display().to_string();
    let size = std::fs::metadata(file).with_context(named)?.len();
    let source = digest(file).with_context(named)?;
    let directory = installation.directory();
    let place = directory.imported(&source)?;
    let before = place.entries();
    let id = ImportId::new(clock::now(), &crate::random::bytes()?);
    let run = ImportRun { id, actor: operator(), source, done_before: before };
    let (began, mut progress, mut total) = (Instant::now(), Progress::new(), Imported::default());
    // One thread reads and makes ready, this one writes.
    let (ready, stretches) = sync_channel(0);
    let gathered = directory.stretches(place);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(file, gathered, place.done, &ready));
        let (mut entries, mut bytes) = (place.done, 0);
        for (stretch, position) in stretches {
            let stretch: Stretch = stretch;
            let (many, more) = (stretch.len(), position - bytes);
            total += directory
                .import(stretch, Some(&run), |done| progress.at(bytes + more * (done - entries) / many, size))?;
            (entries, bytes) = (entries + many, position);
        }
        reader.join().map_err(|_| anyhow::anyhow!("reading the file failed"))?.with_context(named)
    })?;
    drop(progress);
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = (total.added + total.known).saturating_mul(1_000) / millis;
    let facts = serde_json::json!({
        "added": total.added, "known": total.known, "default_elsewhere": total.default_elsewhere,
        "done_before": before, "entries_per_second": rate,
    });
    output.print(&facts, |_| {
        let Imported { added, known, default_elsewhere } = total;
        let again = if before > 0 { format!(" {before} were imported before.") } else { String::new() };
        format!(
            "{added} entries added, {known} were there already; {default_elsewhere} are not the default, which \
             another bank has. {rate} a second.{again}"
        )
    })
}

/// Reads the file behind what is done, and sends each stretch with how many bytes of the file are before its end. A line
/// that cannot be read ends the import; all before it is done.
fn read(file: &Path, mut gathered: Stretches, done: u64, ready: &SyncSender<(Stretch, u64)>) -> anyhow::Result<()> {
    let mut reader = csv::Reader::from_path(file)?;
    let columns = reader.headers()?.clone();
    let (mut line, mut number) = (csv::StringRecord::new(), 0);
    let read = loop {
        match reader.read_record(&mut line) {
            Ok(true) => number += 1,
            Ok(false) => break Ok(()),
            Err(error) => break Err(error.into()),
        }
        if number <= done {
            continue;
        }
        match add(&mut gathered, &line, &columns) {
            Ok(None) => {}
            Ok(Some(full)) => {
                // When nobody takes it, the other side has failed and says why.
                if ready.send((full, reader.position().byte())).is_err() {
                    return Ok(());
                }
            }
            Err(error) => break Err(error.context(format!("entry {number}"))),
        }
    };
    if let Some(rest) = gathered.rest(clock::now())? {
        let _ = ready.send((rest, reader.position().byte()));
    }
    read
}

fn add(
    gathered: &mut Stretches,
    line: &csv::StringRecord,
    columns: &csv::StringRecord,
) -> anyhow::Result<Option<Stretch>> {
    let record = line.deserialize::<Record>(Some(columns)).map_err(|_| anyhow::anyhow!("a column is missing"))?;
    let (participant, registration) = record.parse()?;
    Ok(gathered.add(participant, registration, clock::now())?)
}

/// SHA-256 of the file: what tells it from others.
fn digest(file: &Path) -> std::io::Result<[u8; 32]> {
    let (mut file, mut digest) = (File::open(file)?, Digest::new(&SHA256));
    let mut block = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            let mut source = [0; 32];
            source.copy_from_slice(digest.finish().as_ref());
            return Ok(source);
        }
        digest.update(&block[..read]);
    }
}
