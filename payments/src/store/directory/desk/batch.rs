//! One batch of look-ups: charged, read and recorded together.

use std::sync::Arc;

use store::{Backend, Conn, Effect, Timestamp};

use super::super::payable::{Payable, PayableRow, payable};
use super::super::reads::{self, Read};
use super::super::{Core, DirectoryError, LOOKUP_LASTS, buckets, row, usage};
use super::decision::{Buckets, Taken, take};
use crate::directory::sealed;
use crate::directory::sealed_text::Private;
use crate::directory::{
    Currencies, Lookup, LookupPurpose, LookupRequest, MaskedName, NameMatch, PayerBucket, Proxy, ProxyHash, ProxyKind,
    Shown,
};
use crate::participant::ClearingCode;

/// What a look-up asks of the database.
#[derive(Clone)]
pub(super) struct Asked {
    hash: ProxyHash,
    creditor_agent: Option<ClearingCode>,
    payer_agent: ClearingCode,
    purpose: LookupPurpose,
    /// Telephone companies and mail providers give it to others some day.
    recycled: bool,
    taken: Vec<Taken>,
}

impl Asked {
    pub(super) fn of(core: &Core, request: &LookupRequest, payer: PayerBucket) -> Self {
        Self {
            hash: core.keys.proxy_hash(&request.proxy),
            creditor_agent: request.creditor_agent,
            payer_agent: request.payer_agent,
            purpose: request.purpose,
            recycled: request.proxy.kind().is_recycled(),
            taken: buckets::of_request(core, request, payer),
        }
    }
}

/// What each look-up finds, in their order.
pub(in super::super) type Seen = Vec<Result<Arc<PayableRow>, DirectoryError>>;

/// Serves a batch: `then` is told what was seen when that is durably recorded, on an embedded database by the thread that
/// writes, while this one goes on with the next batch.
pub(super) fn look(
    core: &Arc<Core>,
    asked: Vec<Asked>,
    now: Timestamp,
    then: impl FnOnce(Result<Seen, DirectoryError>) + Send + 'static,
) {
    match core.db.backend() {
        Backend::Postgres => then(look_together(core, asked, now)),
        Backend::Sqlite => {
            let hashes = asked.iter().map(|asked| &asked.hash);
            let entries = match core.db.read_widely(|conn| payable(conn, hashes).map_err(DirectoryError::from)) {
                Ok(entries) => entries,
                Err(error) => return then(Err(error)),
            };
            let (seen, reads, levels) = {
                let mut own = core.own();
                let (seen, reads) = decide(core, &asked, &entries, &mut *own, now);
                own.forget_full(now);
                (seen, reads, own.due(asked.iter().flat_map(|asked| &asked.taken), now))
            };
            let used = usage::to_note(&seen, now);
            // Neither buckets nor reads are ever kept by the state or read widely; when an entry was last used is.
            let effect = if used.is_empty() { Effect::Added } else { Effect::Changed };
            let work = move |conn: &mut Conn<'_>| -> Result<(), DirectoryError> {
                buckets::record(conn, &levels)?;
                usage::write(conn, &used, now)?;
                reads::append(conn, &reads)
            };
            core.db.write_then(work, move |()| effect, move |written| then(written.map(|()| seen)));
        }
    }
}

/// In one transaction that locks the buckets, because other gateways charge them, too.
fn look_together(core: &Arc<Core>, asked: Vec<Asked>, now: Timestamp) -> Result<Seen, DirectoryError> {
    let (core, db) = (Arc::clone(core), core.db.clone());
    db.write(move |conn| {
        let taken = || asked.iter().flat_map(|asked| asked.taken.iter().copied());
        let charged = buckets::charge(conn, taken(), now)?;
        let mut levels = charged.before.clone();
        let entries = payable(conn, asked.iter().map(|asked| &asked.hash))?;
        let (seen, reads) = decide(&core, &asked, &entries, &mut levels, now);
        buckets::settle(conn, &charged, &levels)?;
        usage::write(conn, &usage::to_note(&seen, now), now)?;
        reads::append(conn, &reads)?;
        Ok(seen)
    })
}

/// Who is shown what, and what the audit will say of it.
fn decide(
    core: &Core,
    asked: &[Asked],
    entries: &Payable,
    buckets: &mut impl Buckets,
    now: Timestamp,
) -> (Seen, Vec<Read>) {
    let mut reads = Vec::with_capacity(asked.len());
    let mut one = |asked: &Asked| {
        let rows = entries.of_proxy(&asked.hash);
        let wanted =
            |row: &&Arc<PayableRow>| asked.creditor_agent.map_or(row.is_default, |agent| row.participant == agent);
        let stale = |row: &PayableRow| core.rules.must_be_proven_again(row.proven_on, row.last_used_on, row::day(now));
        let found = rows.iter().find(wanted).filter(|row| !(asked.recycled && stale(row)));
        take(buckets, &asked.taken, found.is_some(), now)
            .map_err(|retry_after| DirectoryError::TooMany { retry_after })?;
        let row = found.ok_or(DirectoryError::Unknown)?;
        reads.push(Read { entry: row.id, participant: asked.payer_agent, purpose: asked.purpose.into(), at: now });
        Ok(Arc::clone(row))
    };
    let seen = asked.iter().map(&mut one).collect();
    (seen, reads)
}

/// What the payer sees of the entry.
pub(super) fn show(
    core: &Core,
    request: &LookupRequest,
    payer: PayerBucket,
    row: &PayableRow,
    now: Timestamp,
) -> Result<Lookup, DirectoryError> {
    let private = sealed::open(&core.keys, row.place(), &row.sealed)?;
    let suspicion = core.suspicion_of(&request.proxy, row.participant, &private, row.owner_key.as_deref(), now)?;
    let Private { owner, .. } = private;
    let account_token = row.token(&core.keys)?;
    let hidden = (request.proxy.kind() == ProxyKind::Hkid).then(|| Proxy::hidden_hkid(&account_token));
    let shown = Shown {
        payer_agent: request.payer_agent,
        proxy: hidden.as_ref().unwrap_or(&request.proxy),
        creditor_agent: row.participant,
        account_token: &account_token,
    };
    let expires = Timestamp::from_seconds((now + LOOKUP_LASTS).seconds());
    Ok(Lookup {
        participant: row.participant,
        reference: core.keys.references().issue(&shown, row.version(), expires, payer),
        account_token,
        masked_name: MaskedName::of(&owner),
        name_match: request.name.as_ref().map(|name| NameMatch::of(name.as_str(), &owner)),
        owner_kind: owner.kind(),
        currencies: Currencies::from_bits(row.currencies).ok_or(crate::directory::CannotOpen)?,
        suspicion,
        expires,
    })
}
