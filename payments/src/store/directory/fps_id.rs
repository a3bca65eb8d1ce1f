//! Issuing FPS IDs: a number is drawn, written down for ever, and registered for its account, in one transaction.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::register::{Origin, Registered, Work, until_nobody_is_in_between};
use super::schema::fps_id;
use super::{Directory, DirectoryError};
use crate::directory::{AccountNumber, Currencies, FpsIdLength, Owner, OwnerKey, Proxy, ProxyKind, Registration};
use crate::participant::ClearingCode;
use crate::store::random::random;

store::identifier! {
    /// What a participant calls its request for an FPS ID: the same again is the same number.
    pub struct FpsIdRequestId;
}

/// A request for an FPS ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FpsIdRequest {
    /// The participant's own identifier of the request.
    pub id: FpsIdRequestId,
    /// How long the number shall be. When nearly all short ones are taken, a long one is issued.
    pub length: FpsIdLength,
    /// The account that it shall lead to.
    pub account: AccountNumber,
    /// Whose account that is.
    pub owner: Owner,
    /// Whose it is, by an identifier that stays the same at every bank.
    pub owner_key: Option<OwnerKey>,
}

/// How often a number is drawn before the shorter ones count as used up.
const DRAWS: u32 = 32;

pub(super) fn issue(
    directory: &Directory,
    participant: ClearingCode,
    request: &FpsIdRequest,
    now: Timestamp,
) -> Result<Registered, DirectoryError> {
    until_nobody_is_in_between(|| {
        let (this, request) = (directory.clone(), request.clone());
        directory.db().write(move |conn| {
            let (proxy, origin) = match issued_before(conn, participant, request.id)? {
                Some(proxy) => (proxy, Origin::Participant),
                None => (draw(conn, participant, &request, now)?, Origin::JustIssued),
            };
            let FpsIdRequest { account, owner, .. } = request.clone();
            let registration = Registration {
                proxy,
                account,
                owner,
                owner_key: request.owner_key,
                currencies: Currencies::ALL,
                default: true,
            };
            Work { directory: &this, participant, registration: &registration, origin, now }.run(conn)
        })
    })
}

fn issued_before(
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    request_id: FpsIdRequestId,
) -> Result<Option<Proxy>, DirectoryError> {
    let number: Option<String> = on_db!(conn, c => fps_id::table
        .filter(fps_id::participant.eq(participant))
        .filter(fps_id::request_id.eq(request_id))
        .select(fps_id::number)
        .first(c)
        .optional())?;
    Ok(number.and_then(|number| Proxy::parse(ProxyKind::FpsId, &number).ok()))
}

/// A number that was never issued, written down.
fn draw(
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    request: &FpsIdRequest,
    now: Timestamp,
) -> Result<Proxy, DirectoryError> {
    for attempt in 0..2 * DRAWS {
        let length = if attempt < DRAWS { request.length } else { FpsIdLength::Nine };
        let proxy = Proxy::new_fps_id(length, u64::from_be_bytes(random()?));
        let fresh = on_db!(conn, c => diesel::insert_into(fps_id::table)
            .values((
                fps_id::number.eq(proxy.value()),
                fps_id::participant.eq(participant),
                fps_id::request_id.eq(request.id),
                fps_id::issued_at.eq(now),
            ))
            .on_conflict(fps_id::number)
            .do_nothing()
            .execute(c))?;
        if fresh == 1 {
            return Ok(proxy);
        }
    }
    Err(DirectoryError::Busy)
}

/// Notes numbers that were issued elsewhere and come with an import: they are not issued again.
pub(super) fn note_issued<'a>(
    conn: &mut Conn<'_>,
    numbers: impl Iterator<Item = (&'a str, ClearingCode)>,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    for (number, participant) in numbers {
        let request_id = FpsIdRequestId::new(now, &random()?);
        on_db!(conn, c => diesel::insert_into(fps_id::table)
            .values((
                fps_id::number.eq(number),
                fps_id::participant.eq(participant),
                fps_id::request_id.eq(request_id),
                fps_id::issued_at.eq(now),
            ))
            .on_conflict(fps_id::number)
            .do_nothing()
            .execute(c))?;
    }
    Ok(())
}
