//! Where buckets are kept. On PostgreSQL in a table that all gateways share, charged in the look-ups' own
//! transaction. An embedded database has one gateway, so there they are in its memory, and written down when a quarter
//! or all of one was taken since: after a restart nobody has more than a quarter of a bucket too much.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary};
use store::{Conn, Db, Timestamp, on_db};

use super::desk::{Buckets, Levels, Taken};
use super::schema::directory_bucket;
use super::{Core, DirectoryError};
use crate::directory::anti_scan::{FullAt, Limit};
use crate::directory::{BucketKey, LookupPurpose, LookupRequest, Payer, PayerBucket, is_guessable};
use crate::participant::ClearingCode;

/// Buckets in memory, after which those that are full again are forgotten for the first time.
const MANY: usize = 1 << 18;

/// The buckets that a look-up takes from.
pub(super) fn of_request(core: &Core, request: &LookupRequest, payer: PayerBucket) -> Vec<Taken> {
    let agent = request.payer_agent;
    if request.purpose == LookupPurpose::Bulk {
        return vec![(core.keys.bucket_key(b"bulk", agent, ""), core.limits.bulk())];
    }
    vec![
        (payer.key, core.limits.payer(payer.kind)),
        (core.keys.bucket_key(b"participant", agent, ""), core.limits.participant(agent)),
    ]
}

/// The bucket of whoever pays.
pub(super) fn of_payer(core: &Core, request: &LookupRequest) -> PayerBucket {
    let key = key_of_payer(core, request.payer_agent, &request.payer, is_guessable(request.proxy.kind()));
    PayerBucket { key, kind: request.payer.kind() }
}

fn key_of_payer(core: &Core, agent: ClearingCode, payer: &Payer, guessable: bool) -> BucketKey {
    let label: &[u8] = match (payer.kind(), guessable) {
        (crate::directory::OwnerKind::Person, true) => b"person, number or address",
        (crate::directory::OwnerKind::Person, false) => b"person, other",
        (crate::directory::OwnerKind::Organisation, true) => b"organisation, number or address",
        (crate::directory::OwnerKind::Organisation, false) => b"organisation, other",
    };
    core.keys.bucket_key(label, agent, payer.reference())
}

/// How a bucket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketState {
    /// What is counted in it.
    pub name: &'static str,
    /// How large it is and how fast it fills.
    pub limit: Limit,
    /// Tokens that are there; less than none after misses.
    pub tokens: i64,
}

/// The buckets of a participant, and of one of its payers.
pub(super) fn states(
    core: &Core,
    agent: ClearingCode,
    payer: &Payer,
    now: Timestamp,
) -> Result<Vec<BucketState>, DirectoryError> {
    let of_payer = core.limits.payer(payer.kind()).limit;
    let named = [
        ("payer: mobile numbers and e-mail addresses", key_of_payer(core, agent, payer, true), of_payer),
        ("payer: other proxies", key_of_payer(core, agent, payer, false), of_payer),
        ("participant", core.keys.bucket_key(b"participant", agent, ""), core.limits.participant(agent).limit),
        ("bulk", core.keys.bucket_key(b"bulk", agent, ""), core.limits.bulk().limit),
    ];
    let levels = match core.db.backend() {
        store::Backend::Postgres => core.db.read(|conn| load(conn, Some(&named.map(|(_, key, _)| key))))?,
        store::Backend::Sqlite => {
            let own = core.own();
            named.iter().map(|(_, key, _)| (*key, own.level(key))).collect()
        }
    };
    let state = |(name, key, limit): (&'static str, BucketKey, Limit)| {
        let full_at = levels.get(&key).copied().unwrap_or(FullAt::FULL);
        BucketState { name, limit, tokens: limit.tokens(full_at, now) }
    };
    Ok(named.into_iter().map(state).collect())
}

type ByKey<T> = HashMap<BucketKey, T, BuildHasherDefault<HashedAlready>>;

/// The stored levels of these buckets, or of all.
fn load(conn: &mut Conn<'_>, keys: Option<&[BucketKey]>) -> Result<ByKey<FullAt>, DirectoryError> {
    let columns = (directory_bucket::bucket_key, directory_bucket::full_at);
    let rows: Vec<(Vec<u8>, Timestamp)> = match keys {
        Some(keys) => {
            let keys: Vec<&[u8]> = keys.iter().map(BucketKey::as_slice).collect();
            on_db!(conn, c => directory_bucket::table
                .filter(directory_bucket::bucket_key.eq_any(&keys)).select(columns).load(c))?
        }
        None => on_db!(conn, c => directory_bucket::table.select(columns).load(c))?,
    };
    let level = |(key, full_at): (Vec<u8>, Timestamp)| Some((key.try_into().ok()?, FullAt(full_at)));
    Ok(rows.into_iter().filter_map(level).collect())
}

/// Takes eight bytes of a key that is half of a keyed hash: nobody outside can choose keys that collide.
#[derive(Default)]
struct HashedAlready(u64);

impl Hasher for HashedAlready {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    /// The length, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A bucket in memory.
#[derive(Clone, Copy)]
struct OwnBucket {
    full_at: FullAt,
    /// As it is written down.
    recorded: FullAt,
}

/// The buckets of a gateway that has the database for itself.
pub(super) struct OwnBuckets {
    buckets: ByKey<OwnBucket>,
    /// How many there are when it is next worth looking for those that are full again. Each look goes through all, so
    /// they must have doubled since.
    look_at: usize,
}

impl Default for OwnBuckets {
    fn default() -> Self {
        Self { buckets: ByKey::default(), look_at: MANY }
    }
}

impl OwnBuckets {
    /// With those that were written down.
    pub(super) fn open(db: &Db) -> Result<Self, DirectoryError> {
        let of_row = |(key, full_at)| (key, OwnBucket { full_at, recorded: full_at });
        Ok(Self { buckets: db.read(|conn| load(conn, None))?.into_iter().map(of_row).collect(), ..Self::default() })
    }

    /// Now and then, forgets those that are full again.
    pub(super) fn forget_full(&mut self, now: Timestamp) {
        if self.buckets.len() >= self.look_at {
            self.buckets.retain(|_, bucket| bucket.full_at.0 > now);
            self.look_at = MANY.max(self.buckets.len() * 2);
        }
    }

    /// Of the buckets that were taken from, those that are to be written down, and count as written down from here on: when
    /// that fails, they are again a quarter later.
    pub(super) fn due<'a>(
        &mut self,
        taken: impl Iterator<Item = &'a Taken>,
        now: Timestamp,
    ) -> BTreeMap<BucketKey, FullAt> {
        let due = |(key, charge): &Taken| {
            let bucket = self.buckets.get_mut(key)?;
            let is_worth_it = charge.limit.is_worth_recording(bucket.recorded, bucket.full_at, now);
            is_worth_it.then(|| {
                bucket.recorded = bucket.full_at;
                (*key, bucket.full_at)
            })
        };
        taken.filter_map(due).collect()
    }

    /// Gives a token back.
    pub(super) fn give_back(&mut self, key: &BucketKey, limit: Limit, now: Timestamp) {
        if let Some(bucket) = self.buckets.get_mut(key) {
            bucket.full_at = limit.give_back(bucket.full_at, 1, now);
        }
    }
}

impl Buckets for OwnBuckets {
    fn level(&self, key: &BucketKey) -> FullAt {
        self.buckets.get(key).map_or(FullAt::FULL, |bucket| bucket.full_at)
    }

    fn set(&mut self, key: BucketKey, full_at: FullAt) {
        self.buckets.entry(key).or_insert(OwnBucket { full_at, recorded: FullAt::FULL }).full_at = full_at;
    }
}

/// Writes levels down.
pub(super) fn record(conn: &mut Conn<'_>, levels: &BTreeMap<BucketKey, FullAt>) -> Result<(), DirectoryError> {
    for (key, full_at) in levels {
        on_db!(conn, c => diesel::insert_into(directory_bucket::table)
            .values((directory_bucket::bucket_key.eq(key.as_slice()), directory_bucket::full_at.eq(full_at.0)))
            .on_conflict(directory_bucket::bucket_key)
            .do_update()
            .set(directory_bucket::full_at.eq(full_at.0))
            .execute(c))?;
    }
    Ok(())
}

/// What was charged before it is known who finds whom.
pub(super) struct Charged {
    /// Where the buckets stood.
    pub(super) before: Levels,
    /// Where they stand with a token taken for each look-up.
    after: BTreeMap<BucketKey, FullAt>,
}

#[derive(QueryableByName)]
struct LevelRow {
    #[diesel(sql_type = Binary)]
    bucket_key: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    full_at: Timestamp,
}

/// Takes one token for each look-up from each of its buckets, in one statement that also locks them until the
/// transaction ends: what a look-up that finds somebody costs, so that nothing more is to be written for most.
pub(super) fn charge(
    conn: &mut Conn<'_>,
    taken: impl Iterator<Item = Taken>,
    now: Timestamp,
) -> Result<Charged, DirectoryError> {
    let mut times: BTreeMap<BucketKey, i64> = BTreeMap::new();
    for (key, charge) in taken {
        *times.entry(key).or_default() += charge.limit.interval();
    }
    let Conn::Postgres(conn) = conn else { return Err(DirectoryError::Stopped) };
    let rows: Vec<LevelRow> = diesel::sql_query(
        "INSERT INTO directory_bucket (bucket_key, full_at) \
         SELECT k, $3 + t FROM unnest($1, $2) AS asked (k, t) \
         ON CONFLICT (bucket_key) DO UPDATE \
         SET full_at = GREATEST(directory_bucket.full_at, $3) + excluded.full_at - $3 \
         RETURNING bucket_key, full_at",
    )
    .bind::<Array<Binary>, _>(times.keys().map(BucketKey::as_slice).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(times.values().copied().collect::<Vec<_>>())
    .bind::<BigInt, _>(now)
    .load(*conn)?;
    let mut after = BTreeMap::new();
    let mut before = Levels::default();
    for row in rows {
        let Ok(key) = BucketKey::try_from(row.bucket_key.as_slice()) else { continue };
        let charged = times.get(&key).copied().unwrap_or(0);
        after.insert(key, FullAt(row.full_at));
        before.0.insert(key, FullAt(Timestamp::from_micros(row.full_at.micros() - charged)));
    }
    Ok(Charged { before, after })
}

/// Corrects what was charged by what the look-ups did cost: more for those that found nobody, nothing for those that
/// were refused.
pub(super) fn settle(conn: &mut Conn<'_>, charged: &Charged, levels: &Levels) -> Result<(), DirectoryError> {
    let (mut keys, mut times) = (Vec::new(), Vec::new());
    for (key, after) in &charged.after {
        let cost = levels.0.get(key).map_or(0, |level| level.0.micros() - after.0.micros());
        if cost != 0 {
            keys.push(key.as_slice());
            times.push(cost);
        }
    }
    if !keys.is_empty() {
        add(conn, keys, times)?;
    }
    Ok(())
}

/// Puts off, or brings nearer, when these buckets are full.
pub(super) fn add(conn: &mut Conn<'_>, keys: Vec<&[u8]>, times: Vec<i64>) -> Result<(), DirectoryError> {
    let Conn::Postgres(conn) = conn else { return Ok(()) };
    diesel::sql_query(
        "UPDATE directory_bucket SET full_at = full_at + t FROM unnest($1, $2) AS cost (k, t) WHERE bucket_key = k",
    )
    .bind::<Array<Binary>, _>(keys)
    .bind::<Array<BigInt>, _>(times)
    .execute(*conn)?;
    Ok(())
}

/// Forgets some of the buckets that are full again. Returns how many.
pub(super) fn forget_full(conn: &mut Conn<'_>, now: Timestamp) -> Result<usize, DirectoryError> {
    Ok(match conn {
        // Whoever has one of them locked is just taking from it.
        Conn::Postgres(conn) => diesel::sql_query(
            "DELETE FROM directory_bucket WHERE bucket_key IN (SELECT bucket_key FROM directory_bucket \
             WHERE full_at <= $1 LIMIT 10000 FOR UPDATE SKIP LOCKED)",
        )
        .bind::<BigInt, _>(now)
        .execute(*conn)?,
        Conn::Sqlite(conn) => {
            diesel::delete(directory_bucket::table.filter(directory_bucket::full_at.le(now))).execute(*conn)?
        }
    })
}
