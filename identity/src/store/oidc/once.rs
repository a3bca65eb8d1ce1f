//! What is good once: client assertions and proofs of possession, by their ids. The database remembers them, or the memory
//! of the one gateway of an embedded database ([`ReplayMemory`](super::replay::ReplayMemory)).

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::memory::Memory;
use super::schema::used_assertion;
use crate::keys::Purpose;
use crate::oidc::client::ClientId;
use crate::oidc::dpop::DpopProof;
use crate::oidc::{AssertionId, ErrorCode, OAuthError};
use crate::store::Identity;
use crate::{Error, IdentityKeys};

/// Something that holds unless it was used before. [`use_up`] it in the transaction that acts on it.
#[derive(Debug, Clone)]
pub(super) struct Once {
    pub(super) id_hash: [u8; 32],
    pub(super) until: Timestamp,
    /// When it was signed, as far as it says.
    pub(super) signed_at: Option<Timestamp>,
    /// The answer when it is shown a second time.
    pub(super) replayed: OAuthError,
    /// The answer when nobody can know whether it was shown before.
    pub(super) too_old: OAuthError,
}

impl Once {
    pub(super) fn assertion(keys: &IdentityKeys, client: &ClientId, id: &AssertionId) -> Self {
        let replayed = OAuthError::invalid_client("its jti was used before").of("client_assertion");
        let too_old = OAuthError::invalid_client("it was signed before the server started: sign a new one");
        let name = [client.as_str().as_bytes(), b"\0", id.jti.as_bytes()].concat();
        let id_hash = keys.keyed_hash(Purpose::Token, &name);
        Self { id_hash, until: id.until, signed_at: id.signed_at, replayed, too_old: too_old.of("client_assertion") }
    }

    pub(super) fn proof(keys: &IdentityKeys, proof: &DpopProof) -> Self {
        let replayed = OAuthError::new(ErrorCode::InvalidDpopProof, "its jti was used before");
        // No client_id holds a space, so no assertion is ever taken for a proof.
        let name = [b"DPoP ", proof.key.as_str().as_bytes(), b"\0", proof.jti.as_bytes()].concat();
        let id_hash = keys.keyed_hash(Purpose::Token, &name);
        let too_old =
            OAuthError::new(ErrorCode::UseDpopNonce, "it was signed before the server started: sign a new one");
        Self { id_hash, until: proof.until, signed_at: Some(proof.signed_at), replayed, too_old }
    }
}

/// Records that these were used. The refusal of the first one that was used before, by whichever gateway.
pub(super) fn use_up(conn: &mut Conn<'_>, once: &[Once]) -> Result<Result<(), OAuthError>, Error> {
    for Once { id_hash, until, replayed, .. } in once {
        let row = (used_assertion::id_hash.eq(id_hash.as_slice()), used_assertion::expires_at.eq(*until));
        let inserted = on_db!(conn, c => diesel::insert_into(used_assertion::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
        if inserted == 0 {
            return Ok(Err(*replayed));
        }
    }
    Ok(Ok(()))
}

impl Identity {
    /// Uses up in memory what memory can remember; the rest is for [`use_up`] in the transaction that acts on it.
    pub(super) fn use_up_in_memory(&self, once: Vec<Once>, now: Timestamp) -> Result<Vec<Once>, OAuthError> {
        match self.memory() {
            Some(memory) => memory.replays.use_up(once, now),
            None => Ok(once),
        }
    }

    /// Refuses what memory cannot remember, where nobody may wait for the database to do so; asked before anything is
    /// used up.
    pub(super) fn must_be_remembered_at_once<'o>(
        &self,
        mut once: impl Iterator<Item = &'o Once>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let takes = |memory: &Memory| once.all(|one| memory.replays.takes(one, now));
        if self.db().may_wait() || self.memory().is_some_and(takes) { Ok(()) } else { self.may_wait() }
    }

    /// Uses up what no other change depends on.
    pub(super) fn use_up_alone(&self, once: Vec<Once>) -> Result<Result<(), OAuthError>, Error> {
        if once.is_empty() { Ok(Ok(())) } else { self.db().write(move |conn| use_up(conn, &once)) }
    }
}
