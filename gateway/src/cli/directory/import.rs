//! `lionrock directory import`.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::Context;
use payments::directory::{ImportId, ImportMark, Imported, Registration};
use payments::participant::ClearingCode;
use ring::digest::{Context as Digest, SHA256};

use super::record::Record;
use super::{Installation, Output, Progress, operator};
use crate::clock;

/// Entries of one transaction: many enough that a commit costs nothing, few enough that nobody waits long.
const CHUNK: u64 = 10_000;

/// Entries, and how far in the file they reach.
struct Chunk {
    entries: Vec<(ClearingCode, Registration)>,
    done: u64,
    /// Bytes of the file before its end.
    position: u64,
}

pub(super) fn run(installation: &Installation, output: Output, file: &Path) -> anyhow::Result<()> {
    let named = || file.display().to_string();
    let size = std::fs::metadata(file).with_context(named)?.len();
    let source = digest(file).with_context(named)?;
    let directory = installation.directory();
    let before = directory.imported(&source)?;
    let run = ImportId::new(clock::now(), &crate::random::bytes()?);
    let (began, mut progress, mut total) = (Instant::now(), Progress::new(), Imported::default());
    // One thread reads, this one writes.
    let (chunks, read) = sync_channel(2);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || send(file, before, &chunks));
        for chunk in read {
            let chunk: Chunk = chunk;
            let mark = ImportMark { run, actor: operator(), source, done_before: before, done: chunk.done };
            let imported = directory.import(&chunk.entries, Some(&mark), clock::now())?;
            total.added += imported.added;
            total.known += imported.known;
            total.default_elsewhere += imported.default_elsewhere;
            progress.at(chunk.position, size);
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

/// Reads the file behind what is done. A line that cannot be read ends the import; all before it is done.
fn send(file: &Path, before: u64, chunks: &std::sync::mpsc::SyncSender<Chunk>) -> anyhow::Result<()> {
    let mut reader = csv::Reader::from_path(file)?;
    let mut entries = Vec::new();
    let mut done = 0;
    let mut line = csv::StringRecord::new();
    let columns = reader.headers()?.clone();
    let mut failed = None;
    while failed.is_none() && reader.read_record(&mut line)? {
        done += 1;
        if done <= before {
            continue;
        }
        match line.deserialize::<Record>(Some(&columns)).map_err(|_| anyhow::anyhow!("a column is missing")) {
            Ok(record) => match record.parse() {
                Ok(entry) => entries.push(entry),
                Err(wrong) => failed = Some(wrong),
            },
            Err(wrong) => failed = Some(wrong),
        }
        if let Some(wrong) = failed.take() {
            done -= 1;
            failed = Some(wrong.context(format!("entry {}", done + 1)));
        }
        if entries.len() as u64 >= CHUNK {
            let chunk = Chunk { entries: std::mem::take(&mut entries), done, position: reader.position().byte() };
            if chunks.send(chunk).is_err() {
                return Ok(());
            }
        }
    }
    if !entries.is_empty() {
        // When nobody takes it, the other side has failed and says why.
        let _ = chunks.send(Chunk { entries, done, position: reader.position().byte() });
    }
    failed.map_or(Ok(()), Err)
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
