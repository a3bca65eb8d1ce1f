//! Pairwise subjects in the database.

use ::store::{Conn, on_db};
use diesel::prelude::*;

use super::schema::pairwise_subject;
use crate::Error;
use crate::oidc::Subject;
use crate::resident::ResidentId;

/// Who a resident is in a sector, if they have been there.
pub(super) fn find(conn: &mut Conn<'_>, resident: ResidentId, sector: &str) -> Result<Option<Subject>, Error> {
    let found: Option<String> = on_db!(conn, c => pairwise_subject::table
        .find((resident, sector))
        .select(pairwise_subject::subject)
        .get_result(c)
        .optional())?;
    Ok(found.map(Subject::from_stored))
}

/// Who a resident is in a sector: `fresh` when they come there for the first time.
pub(super) fn find_or_add(
    conn: &mut Conn<'_>,
    resident: ResidentId,
    sector: &str,
    fresh: &Subject,
) -> Result<Subject, Error> {
    if let Some(found) = find(conn, resident, sector)? {
        return Ok(found);
    }
    let row = (
        pairwise_subject::resident_id.eq(resident),
        pairwise_subject::sector.eq(sector),
        pairwise_subject::subject.eq(fresh.as_str()),
    );
    on_db!(conn, c => diesel::insert_into(pairwise_subject::table).values(row).on_conflict_do_nothing().execute(c))?;
    // Somebody may have been quicker: what is there counts.
    find(conn, resident, sector)?.ok_or(Error::Damaged("pairwise subject"))
}
