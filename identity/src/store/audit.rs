//! The audit chain in the database.

use ::store::{Conn, on_db};
use diesel::prelude::*;

use super::Identity;
use super::schema::{identity_audit, identity_audit_head};
use crate::Error;
use crate::audit::{Chain, Entry, Record, Verification};

/// Records are read this many at a time.
const PAGE: i64 = 1_000;

/// Adds a record in the transaction of the act itself, as late in it as can be: from here on until it commits,
/// the end of the chain is locked and every other act waits.
pub(crate) fn append(conn: &mut Conn<'_>, record: &Record) -> Result<(), Error> {
    use identity_audit_head as head;
    let (seq, hash): (i64, Vec<u8>) = on_db!(conn, c => diesel::update(head::table.find(1_i64))
        .set(head::seq.eq(head::seq + 1))
        .returning((head::seq, head::hash))
        .get_result(c))?;
    let end = Chain { seq: seq - 1, hash: hash.try_into().map_err(|_| Error::Damaged("audit chain"))? };
    let entry = Entry {
        seq,
        at: record.at,
        actor: record.actor.to_string(),
        act: record.act.as_str().to_owned(),
        subject: record.subject.clone(),
        detail: record.detail.clone(),
    };
    let end = end.followed_by(&entry);
    let row = (
        identity_audit::seq.eq(entry.seq),
        identity_audit::at.eq(entry.at),
        identity_audit::actor.eq(&entry.actor),
        identity_audit::act.eq(&entry.act),
        identity_audit::subject.eq(&entry.subject),
        identity_audit::detail.eq(&entry.detail),
        identity_audit::hash.eq(end.hash.as_slice()),
    );
    on_db!(conn, c => diesel::insert_into(identity_audit::table).values(row).execute(c))?;
    on_db!(conn, c => diesel::update(head::table.find(1_i64)).set(head::hash.eq(end.hash.as_slice())).execute(c))?;
    Ok(())
}

type Row = (i64, ::store::Timestamp, String, String, String, String, Vec<u8>);

fn page(conn: &mut Conn<'_>, after: i64, limit: i64) -> Result<Vec<(Entry, Vec<u8>)>, Error> {
    let rows: Vec<Row> = on_db!(conn, c => identity_audit::table
        .filter(identity_audit::seq.gt(after))
        .order(identity_audit::seq)
        .limit(limit)
        .load(c))?;
    let entry = |(seq, at, actor, act, subject, detail, hash)| (Entry { seq, at, actor, act, subject, detail }, hash);
    Ok(rows.into_iter().map(entry).collect())
}

impl Identity {
    /// The records after place `after`, oldest first, at most `limit`.
    pub fn audit_records(&self, after: i64, limit: u16) -> Result<Vec<Entry>, Error> {
        self.db().read(|conn| Ok(page(conn, after, limit.into())?.into_iter().map(|(entry, _)| entry).collect()))
    }

    /// Walks the whole chain and says whether it holds.
    pub fn verify_audit(&self) -> Result<Verification, Error> {
        self.db().snapshot(|conn| {
            let mut chain = Chain::EMPTY;
            loop {
                let entries = page(conn, chain.seq, PAGE)?;
                let Some(last) = entries.last().map(|(entry, _)| entry.seq) else { break };
                let broken = entries.iter().find(|(entry, hash)| !chain.follow(entry, hash));
                if let Some((entry, _)) = broken {
                    return Ok(Verification::Broken { seq: entry.seq });
                }
                debug_assert_eq!(last, chain.seq);
            }
            let head: (i64, Vec<u8>) = on_db!(conn, c => identity_audit_head::table
                .select((identity_audit_head::seq, identity_audit_head::hash))
                .get_result(c))?;
            if head == (chain.seq, chain.hash.to_vec()) {
                Ok(Verification::Whole { records: chain.seq })
            } else {
                Ok(Verification::Broken { seq: chain.seq + 1 })
            }
        })
    }
}
