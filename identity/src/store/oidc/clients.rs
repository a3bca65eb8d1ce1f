//! Relying parties in the database.

use std::sync::Arc;

use ::store::{Conn, State, Timestamp, on_db};
use diesel::prelude::*;
use serde_json::Value;

use super::schema::client;
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::oidc::client::{
    Client, ClientError, ClientId, ClientSecret, MetadataError, Registered, registration, sector,
};
use crate::store::schema::consent;
use crate::store::{Identity, audit, random};

/// A relying party that is not stopped.
#[derive(Debug, Clone)]
pub(super) struct RegisteredClient {
    pub(super) client: Arc<Client>,
    /// When it went on after it had been stopped.
    resumed_at: Option<Timestamp>,
}

impl RegisteredClient {
    /// Whether what it was given at this moment is worth anything: a stop ends all of it for good.
    pub(super) fn keeps_what_is_of(&self, moment: Timestamp) -> bool {
        self.resumed_at.is_none_or(|resumed| moment > resumed)
    }
}

/// A relying party, and the text that it was parsed from.
pub(super) struct ParsedClient {
    text: String,
    client: Arc<Client>,
}

impl Identity {
    /// Registers a relying party from metadata of the shape of RFC 7591, and returns it as it was stored.
    /// Without a `client_id` in the metadata it gets a random one, and a secret if it needs one and gives none.
    ///
    /// One that is registered already is registered anew: the metadata replaces what there was, except that the
    /// sector stays and so does a secret that is not given again.
    ///
    /// # Errors
    /// [`ClientError`], naming the member of the metadata at fault.
    pub fn add_client(&self, metadata: &Value, by: &Actor, now: Timestamp) -> Result<Registered, ClientError> {
        let made_up = ClientId::from_stored(uuid::Builder::from_random_bytes(random()?).into_uuid().to_string());
        let id = Client::named_in(metadata)?.unwrap_or(made_up);
        let before = self.stored_client(&id)?;
        self.register(metadata, &id, before, by, now)
    }

    /// The same for a relying party that must be registered already.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] when it is not; else as [`Identity::add_client`].
    pub fn update_client(&self, metadata: &Value, by: &Actor, now: Timestamp) -> Result<Registered, ClientError> {
        let id = Client::named_in(metadata)?
            .ok_or_else(|| MetadataError { field: "client_id".into(), reason: "say which client".to_owned() })?;
        let before = self.stored_client(&id)?;
        if before.is_none() {
            return Err(ClientError::Unknown(id));
        }
        self.register(metadata, &id, before, by, now)
    }

    /// Takes a relying party out of the register, and with it every consent that it was given and whatever stood on
    /// them. Who residents were to its sector is kept. False when there is no such client.
    pub fn remove_client(&self, id: &ClientId, by: &Actor, now: Timestamp) -> Result<bool, Error> {
        let (id, record) = (id.clone(), record(Act::ClientRemoved, id, by, now));
        self.db().write(move |conn| -> Result<bool, Error> {
            on_db!(conn, c => diesel::delete(consent::table.filter(consent::client_id.eq(id.as_str()))).execute(c))?;
            let removed = on_db!(conn, c => diesel::delete(client::table.find(id.as_str())).execute(c))?;
            if removed > 0 {
                audit::append(conn, &record)?;
            }
            Ok(removed > 0)
        })
    }

    fn register(
        &self,
        metadata: &Value,
        id: &ClientId,
        before: Option<(Client, String)>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Registered, ClientError> {
        let fresh = ClientSecret::new(&random()?);
        let known = before.as_ref().map(|(client, _)| client);
        let (client, made_secret) = registration::decide(metadata, id, known, fresh, self.keys())?;
        self.check_sector(&client)?;
        let (text, before) = (client.to_stored().to_string(), before.map(|(_, text)| text));
        if before.as_ref() != Some(&text) {
            let act = if before.is_some() { Act::ClientChanged } else { Act::ClientRegistered };
            let (id, record) = (id.clone(), record(act, id, by, now));
            let is_written = self.db().write(move |conn| -> Result<bool, Error> {
                let is_written = write(conn, &id, &text, before.as_deref(), now)?;
                if is_written {
                    audit::append(conn, &record)?;
                }
                Ok(is_written)
            })?;
            if !is_written {
                return Err(ClientError::Meanwhile(client.id));
            }
        }
        Ok(Registered { client, made_secret })
    }

    /// Lets the client join the sector that it names only when that sector names it, too.
    fn check_sector(&self, client: &Client) -> Result<(), ClientError> {
        let Some(url) = &client.sector_identifier_uri else { return Ok(()) };
        let refuse = |reason| MetadataError { field: "sector_identifier_uri".into(), reason };
        let source = self.documents().ok_or_else(|| refuse("nothing can be fetched here".to_owned()))?;
        let document = source.fetch(url, &client.id).map_err(|failed| refuse(failed.to_string()))?;
        Ok(sector::check(&document.body, &client.redirect_uris)?)
    }

    /// A relying party, if it is not stopped.
    pub fn client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, Error> {
        Ok(self.registered(self.db().state()?, id)?.map(|registered| registered.client))
    }

    /// The same in this state of the database, with when it last began.
    pub(super) fn registered(&self, state: Option<State>, id: &ClientId) -> Result<Option<RegisteredClient>, Error> {
        let remembered = &self.0.remembered;
        remembered.clients.get(state, id, || {
            let row: Option<(String, Option<Timestamp>)> = self.db().read(|conn| -> Result<_, Error> {
                Ok(on_db!(conn, c => client::table
                    .find(id.as_str())
                    .filter(client::stopped_at.is_null())
                    .select((client::metadata, client::resumed_at))
                    .get_result(c)
                    .optional())?)
            })?;
            let Some((text, resumed_at)) = row else { return Ok(None) };
            // Something was committed; that this client was changed is unlikely.
            let same_text = |parsed: &Arc<ParsedClient>| parsed.text == text;
            let parsed = if let Some(parsed) = remembered.parsed_clients.get(id).filter(same_text) {
                parsed
            } else {
                let parsed = Arc::new(ParsedClient { client: Arc::new(from_stored(&text, id)?), text });
                remembered.parsed_clients.insert(id.clone(), Arc::clone(&parsed));
                parsed
            };
            Ok(Some(RegisteredClient { client: Arc::clone(&parsed.client), resumed_at }))
        })
    }

    /// A relying party, stopped or not, for those who must see its name.
    pub fn registered_client(&self, id: &ClientId) -> Result<Option<Client>, Error> {
        Ok(self.stored_client(id)?.map(|(client, _)| client))
    }

    /// A relying party, stopped or not, and the text that it is stored as.
    fn stored_client(&self, id: &ClientId) -> Result<Option<(Client, String)>, Error> {
        let metadata: Option<String> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => client::table.find(id.as_str()).select(client::metadata).get_result(c).optional())?)
        })?;
        metadata.map(|text| Ok((from_stored(&text, id)?, text))).transpose()
    }

    /// Every relying party, by `client_id`.
    pub fn clients(&self) -> Result<Vec<Client>, Error> {
        let rows: Vec<(String, String)> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => client::table
                .select((client::client_id, client::metadata))
                .order(client::client_id)
                .load(c))?)
        })?;
        rows.into_iter().map(|(id, text)| from_stored(&text, &ClientId::from_stored(id))).collect()
    }
}

/// Writes what is registered now in the place of what was there when it was decided. False when somebody else was
/// quicker.
fn write(conn: &mut Conn<'_>, id: &ClientId, text: &str, before: Option<&str>, now: Timestamp) -> Result<bool, Error> {
    let written = if let Some(before) = before {
        on_db!(conn, c => diesel::update(client::table.find(id.as_str()))
            .filter(client::metadata.eq(before))
            .set(client::metadata.eq(text))
            .execute(c))?
    } else {
        let row = (client::client_id.eq(id.as_str()), client::metadata.eq(text), client::registered_at.eq(now));
        on_db!(conn, c => diesel::insert_into(client::table).values(row).on_conflict_do_nothing().execute(c))?
    };
    Ok(written > 0)
}

fn record(act: Act, id: &ClientId, by: &Actor, now: Timestamp) -> Record {
    Record { at: now, actor: by.clone(), act, subject: format!("client:{id}"), detail: String::new() }
}

fn from_stored(metadata: &str, id: &ClientId) -> Result<Client, Error> {
    const DAMAGED: Error = Error::Damaged("client");
    let metadata = serde_json::from_str(metadata).map_err(|_| DAMAGED)?;
    Client::from_metadata(&metadata, id).map_err(|_| DAMAGED)
}
