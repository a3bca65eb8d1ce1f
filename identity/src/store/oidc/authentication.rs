//! Client authentication: whose request this is, and that its assertion is used once.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::schema::used_assertion;
use crate::Error;
use crate::keys::Purpose;
use crate::oidc::client::Client;
use crate::oidc::{self, ClientCredentials, EndpointRequest, OAuthError, Proof};
use crate::store::Identity;

/// An assertion that holds, unless it was used before. [`use_up`] it in the transaction that acts on it.
#[derive(Debug, Clone)]
pub(super) struct Assertion {
    id_hash: Vec<u8>,
    until: Timestamp,
}

/// The answer to an assertion that is shown a second time.
pub(super) const REPLAYED: OAuthError = OAuthError::invalid_client("its jti was used before").of("client_assertion");

impl Identity {
    /// Finds out which client a request comes from.
    pub(super) fn authenticate(
        &self,
        request: &EndpointRequest,
        now: Timestamp,
    ) -> Result<(Client, Option<Assertion>), oidc::Error> {
        request.form.refuse_duplicates()?;
        let credentials = ClientCredentials::read(request)?;
        let unknown = OAuthError::invalid_client("there is no such client").of("client_id");
        let client = self.client(credentials.client_id())?.ok_or_else(|| credentials.challenged(unknown))?;
        let assertion = match credentials.verify(&client, &self.issuer(), self.keys(), now)? {
            Proof::Public | Proof::Secret => None,
            Proof::Assertion(id) => {
                let name = [client.id.as_str().as_bytes(), b"\0", id.jti.as_bytes()].concat();
                let id_hash = self.keys().keyed_hash(Purpose::Token, &name).to_vec();
                Some(Assertion { id_hash, until: id.until })
            }
        };
        Ok((client, assertion))
    }
}

/// Records that an assertion was used. False when it was used before, by whichever gateway.
pub(super) fn use_up(conn: &mut Conn<'_>, assertion: Option<&Assertion>) -> Result<bool, Error> {
    let Some(assertion) = assertion else { return Ok(true) };
    let row = (used_assertion::id_hash.eq(&assertion.id_hash), used_assertion::expires_at.eq(assertion.until));
    let inserted = on_db!(conn, c => diesel::insert_into(used_assertion::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}
