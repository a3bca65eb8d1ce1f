//! Relying parties in the database.

use ::store::{Timestamp, on_db};
use diesel::prelude::*;
use serde_json::Value;

use super::schema::client;
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::oidc::client::{Client, ClientError, ClientId, ClientSecret, Registered, secret};
use crate::store::{Identity, audit, random};

impl Identity {
    /// Registers a relying party from metadata of the shape of RFC 7591, and returns it as it was stored.
    /// Without a `client_id` in the metadata it gets a random one, and a secret if it needs one and gives none.
    ///
    /// # Errors
    /// [`ClientError`], naming the member of the metadata at fault.
    pub fn add_client(&self, metadata: &Value, by: &Actor, now: Timestamp) -> Result<Registered, ClientError> {
        let made_up = ClientId::from_stored(uuid::Builder::from_random_bytes(random()?).into_uuid().to_string());
        let id = Client::named_in(metadata)?.unwrap_or(made_up);
        let (sealed, made_secret) = secret::seal(metadata, &id, ClientSecret::new(&random()?), self.keys())?;
        let client = Client::from_metadata(&sealed, &id)?;
        let text = client.to_stored().to_string();
        let record = Record {
            at: now,
            actor: by.clone(),
            act: Act::ClientRegistered,
            subject: format!("client:{id}"),
            detail: String::new(),
        };
        let is_new = self.db().write(move |conn| -> Result<bool, Error> {
            let row = (client::client_id.eq(id.as_str()), client::metadata.eq(&text), client::registered_at.eq(now));
            let inserted = on_db!(conn, c => diesel::insert_into(client::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))?;
            if inserted > 0 {
                audit::append(conn, &record)?;
            }
            Ok(inserted > 0)
        })?;
        if is_new { Ok(Registered { client, made_secret }) } else { Err(ClientError::Exists(client.id)) }
    }

    /// A relying party.
    pub fn client(&self, id: &ClientId) -> Result<Option<Client>, Error> {
        let metadata: Option<String> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => client::table.find(id.as_str()).select(client::metadata).first(c).optional())?)
        })?;
        metadata.map(|text| from_stored(&text, id)).transpose()
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

fn from_stored(metadata: &str, id: &ClientId) -> Result<Client, Error> {
    const DAMAGED: Error = Error::Damaged("client");
    let metadata = serde_json::from_str(metadata).map_err(|_| DAMAGED)?;
    Client::from_metadata(&metadata, id).map_err(|_| DAMAGED)
}
