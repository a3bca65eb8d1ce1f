//! What is good once: client assertions and proofs of possession, by their ids.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::schema::used_assertion;
use crate::keys::Purpose;
use crate::oidc::client::ClientId;
use crate::oidc::dpop::DpopProof;
use crate::oidc::{AssertionId, ErrorCode, OAuthError};
use crate::{Error, IdentityKeys};

/// Something that holds unless it was used before. [`use_up`] it in the transaction that acts on it.
#[derive(Debug, Clone)]
pub(super) struct Once {
    id_hash: Vec<u8>,
    until: Timestamp,
    /// The answer when it is shown a second time.
    replayed: OAuthError,
}

impl Once {
    pub(super) fn assertion(keys: &IdentityKeys, client: &ClientId, id: &AssertionId) -> Self {
        let replayed = OAuthError::invalid_client("its jti was used before").of("client_assertion");
        let name = [client.as_str().as_bytes(), b"\0", id.jti.as_bytes()].concat();
        Self { id_hash: keys.keyed_hash(Purpose::Token, &name).to_vec(), until: id.until, replayed }
    }

    pub(super) fn proof(keys: &IdentityKeys, proof: &DpopProof) -> Self {
        let replayed = OAuthError::new(ErrorCode::InvalidDpopProof, "its jti was used before");
        // No client_id holds a space, so no assertion is ever taken for a proof.
        let name = [b"DPoP ", proof.key.as_str().as_bytes(), b"\0", proof.jti.as_bytes()].concat();
        Self { id_hash: keys.keyed_hash(Purpose::Token, &name).to_vec(), until: proof.until, replayed }
    }
}

/// Records that these were used. The refusal of the first one that was used before, by whichever gateway.
pub(super) fn use_up(conn: &mut Conn<'_>, once: &[Once]) -> Result<Result<(), OAuthError>, Error> {
    for Once { id_hash, until, replayed } in once {
        let row = (used_assertion::id_hash.eq(id_hash), used_assertion::expires_at.eq(*until));
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
