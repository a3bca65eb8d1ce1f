//! Interactions in the database.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::schema::interaction;
use crate::Error;
use crate::oidc::authorize::{BrowserSecret, Interaction, InteractionId, InteractionTicket};
use crate::oidc::client::ClientId;
use crate::oidc::lifetimes;
use crate::store::{Identity, random};

const DAMAGED: Error = Error::Damaged("interaction");

impl Identity {
    /// Keeps an interaction for a browser; one that has no secret yet gets one.
    pub(super) fn keep_interaction(
        &self,
        kept: &Interaction,
        browser: Option<&BrowserSecret>,
        now: Timestamp,
    ) -> Result<InteractionTicket, Error> {
        let browser = match browser {
            Some(browser) => browser.clone(),
            None => BrowserSecret::new(random()?),
        };
        let id = InteractionId::new(now, &random()?);
        let browser_hash = browser.keyed_hash(self.keys());
        let request = serde_json::to_string(&kept.request).map_err(|_| DAMAGED)?;
        let (client_id, pushed, begun) = (kept.client_id.as_str().to_owned(), kept.pushed.clone(), kept.begun);
        let identity = self.clone();
        self.db().write(move |conn| -> Result<(), Error> {
            if let Some(hash) = &pushed {
                identity.write_held(conn, hash, begun)?;
            }
            let row = (
                interaction::id.eq(id),
                interaction::browser_hash.eq(&browser_hash),
                interaction::client_id.eq(&client_id),
                interaction::request.eq(&request),
                interaction::pushed_hash.eq(&pushed),
                interaction::begun_at.eq(begun),
                interaction::expires_at.eq(begun + lifetimes::INTERACTION),
            );
            on_db!(conn, c => diesel::insert_into(interaction::table).values(row).execute(c))?;
            Ok(())
        })?;
        Ok(InteractionTicket { id, browser })
    }

    /// The interaction of this ticket, if it is this browser's and not over.
    pub(super) fn interaction(&self, ticket: &InteractionTicket, now: Timestamp) -> Result<Option<Interaction>, Error> {
        type Row = (String, String, Option<Vec<u8>>, Timestamp);
        let browser_hash = ticket.browser.keyed_hash(self.keys());
        let row: Option<Row> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => interaction::table
                .find(ticket.id)
                .filter(interaction::browser_hash.eq(&browser_hash))
                .filter(interaction::expires_at.gt(now))
                .select((
                    interaction::client_id,
                    interaction::request,
                    interaction::pushed_hash,
                    interaction::begun_at,
                ))
                .get_result(c)
                .optional())?)
        })?;
        let Some((client_id, request, pushed, begun)) = row else { return Ok(None) };
        let request = serde_json::from_str(&request).map_err(|_| DAMAGED)?;
        Ok(Some(Interaction { client_id: ClientId::from_stored(client_id), request, pushed, begun }))
    }
}

/// Ends an interaction. False when it had ended before: then somebody else has its answer.
pub(super) fn end(conn: &mut Conn<'_>, id: Option<InteractionId>) -> Result<bool, Error> {
    let Some(id) = id else { return Ok(true) };
    Ok(on_db!(conn, c => diesel::delete(interaction::table.find(id)).execute(c))? == 1)
}
