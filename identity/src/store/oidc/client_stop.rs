//! Stopping a relying party at once, and letting it go on.

use std::collections::BTreeSet;

use ::store::{Timestamp, on_db};
use diesel::prelude::*;

use super::schema::{client, interaction, oauth_grant, pushed_request};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::oidc::client::ClientId;
use crate::store::{Identity, audit};

impl Identity {
    /// Stops a relying party: from now on, at every gateway, it is as if nobody had registered it, and whatever it holds
    /// (codes, pushed requests, access tokens, refresh tokens) is refused for good. Residents' consents are kept for
    /// when it goes on. False when there is no such client, or it is stopped already.
    pub fn stop_client(&self, id: &ClientId, by: &Actor, now: Timestamp) -> Result<bool, Error> {
        let (record, id) = (about(id, by, Act::ClientStopped, now), id.as_str().to_owned());
        self.db().write(move |conn| {
            let stopped = on_db!(conn, c => diesel::update(client::table.find(&id))
                .filter(client::stopped_at.is_null())
                .set(client::stopped_at.eq(Some(now)))
                .execute(c))?;
            if stopped == 0 {
                return Ok(false);
            }
            on_db!(conn, c => {
                diesel::delete(oauth_grant::table.filter(oauth_grant::client_id.eq(&id))).execute(c)?;
                diesel::delete(pushed_request::table.filter(pushed_request::client_id.eq(&id))).execute(c)?;
                diesel::delete(interaction::table.filter(interaction::client_id.eq(&id))).execute(c)
            })?;
            audit::append(conn, &record)?;
            Ok(true)
        })
    }

    /// Lets a relying party that was stopped go on. False when there is no such client, or it is not stopped.
    pub fn resume_client(&self, id: &ClientId, by: &Actor, now: Timestamp) -> Result<bool, Error> {
        let (record, id) = (about(id, by, Act::ClientResumed, now), id.as_str().to_owned());
        self.db().write(move |conn| {
            let resumed = on_db!(conn, c => diesel::update(client::table.find(&id))
                .filter(client::stopped_at.is_not_null())
                .set((client::stopped_at.eq(None::<Timestamp>), client::resumed_at.eq(Some(now))))
                .execute(c))?;
            if resumed > 0 {
                audit::append(conn, &record)?;
            }
            Ok(resumed > 0)
        })
    }

    /// The relying parties that are stopped.
    pub fn stopped_clients(&self) -> Result<BTreeSet<ClientId>, Error> {
        let ids: Vec<String> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => client::table
                .filter(client::stopped_at.is_not_null())
                .select(client::client_id)
                .load(c))?)
        })?;
        Ok(ids.into_iter().map(ClientId::from_stored).collect())
    }
}

fn about(id: &ClientId, by: &Actor, act: Act, now: Timestamp) -> Record {
    Record { at: now, actor: by.clone(), act, subject: format!("client:{id}"), detail: String::new() }
}
