//! Consents in the database.
//!
//! Rows that stand on a consent (codes, tokens) refer to its id with `ON DELETE CASCADE`: withdrawing it ends
//! them in the same transaction, whoever added them.

use std::collections::BTreeSet;

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::schema::consent;
use super::{Identity, audit, random};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::consent::{Consent, ConsentId, Extent};
use crate::resident::ResidentId;

type Row = (ConsentId, ResidentId, String, String, String, Timestamp, Timestamp);

fn from_row((id, resident, client_id, scopes, claims, granted_at, changed_at): Row) -> Consent {
    let names = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect();
    let granted = Extent { scopes: names(&scopes), claims: names(&claims) };
    Consent { id, resident, client_id, granted, granted_at, changed_at }
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The consent that a resident gave a client, if any.
pub(crate) fn find(conn: &mut Conn<'_>, resident: ResidentId, client_id: &str) -> Result<Option<Consent>, Error> {
    let row: Option<Row> = on_db!(conn, c => consent::table
        .filter(consent::resident_id.eq(resident))
        .filter(consent::client_id.eq(client_id))
        .get_result(c)
        .optional())?;
    Ok(row.map(from_row))
}

/// Adds `agreed` to what the resident granted the client and takes the claims in `withheld` out of it, inside a
/// transaction that may hold more (a code). `id` becomes the name of the consent when there was none.
pub(crate) fn grant(
    conn: &mut Conn<'_>,
    resident: ResidentId,
    client_id: &str,
    agreed: &Extent,
    withheld: &BTreeSet<String>,
    id: ConsentId,
    now: Timestamp,
) -> Result<Consent, Error> {
    let row = (
        consent::id.eq(id),
        consent::resident_id.eq(resident),
        consent::client_id.eq(client_id),
        consent::scopes.eq(""),
        consent::claims.eq(""),
        consent::granted_at.eq(now),
        consent::changed_at.eq(now),
    );
    on_db!(conn, c => diesel::insert_into(consent::table).values(row).on_conflict_do_nothing().execute(c))?;
    // Locks the row before it is read, so that of two grants at once neither is lost.
    let mine = || consent::resident_id.eq(resident).and(consent::client_id.eq(client_id));
    let row: Row = on_db!(conn, c => diesel::update(consent::table)
        .filter(mine())
        .set(consent::changed_at.eq(now))
        .returning(consent::all_columns)
        .get_result(c))?;
    let mut consent = from_row(row);
    let mut all = consent.granted.union(agreed);
    all.claims.retain(|claim| !withheld.contains(claim));
    if all != consent.granted {
        on_db!(conn, c => diesel::update(consent::table.find(consent.id))
            .set((consent::scopes.eq(joined(&all.scopes)), consent::claims.eq(joined(&all.claims))))
            .execute(c))?;
        let record = Record::of_resident(now, &Actor::Resident(resident), Act::ConsentGranted, resident);
        audit::append(conn, &record.with(format_args!("client:{client_id} {}", joined(&all.claims))))?;
        consent.granted = all;
    }
    Ok(consent)
}

impl Identity {
    /// Adds to what a resident granted a relying party.
    pub fn grant_consent(
        &self,
        resident: ResidentId,
        client_id: &str,
        agreed: &Extent,
        now: Timestamp,
    ) -> Result<Consent, Error> {
        let (client_id, agreed, id) = (client_id.to_owned(), agreed.clone(), ConsentId::new(now, &random()?));
        self.db().write(move |conn| grant(conn, resident, &client_id, &agreed, &BTreeSet::new(), id, now))
    }

    /// What a resident granted a relying party, if anything.
    pub fn consent(&self, resident: ResidentId, client_id: &str) -> Result<Option<Consent>, Error> {
        self.db().read(|conn| find(conn, resident, client_id))
    }

    /// Everything a resident granted, the latest first.
    pub fn consents(&self, resident: ResidentId) -> Result<Vec<Consent>, Error> {
        self.db().read(|conn| {
            let rows: Vec<Row> = on_db!(conn, c => consent::table
                .filter(consent::resident_id.eq(resident))
                .order(consent::changed_at.desc())
                .load(c))?;
            Ok(rows.into_iter().map(from_row).collect())
        })
    }

    /// Withdraws what a resident granted a relying party, and with it every code and token that stands on it.
    /// False when there was nothing to withdraw.
    pub fn revoke_consent(
        &self,
        resident: ResidentId,
        client_id: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let client = client_id.to_owned();
        let record = Record::of_resident(now, by, Act::ConsentRevoked, resident).with(format_args!("client:{client}"));
        self.db().write(move |conn| {
            let withdrawn = on_db!(conn, c => diesel::delete(consent::table)
                .filter(consent::resident_id.eq(resident))
                .filter(consent::client_id.eq(&client))
                .execute(c))?;
            if withdrawn > 0 {
                audit::append(conn, &record)?;
            }
            Ok(withdrawn > 0)
        })
    }
}
