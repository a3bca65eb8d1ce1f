//! The feed: what happened to all requests, numbered in the order in which it became visible, so that a cursor never
//! skips anything.

use diesel::prelude::*;
use store::{Conn, on_db};

use super::row::{ChangeColumns, RequestColumns};
use super::schema::{request_to_pay, request_to_pay_change, request_to_pay_feed};
use crate::error::Error;
use crate::participant::ClearingCode;
use crate::request_to_pay::{Change, RequestId, RequestToPay};

/// Takes the next `count` numbers of the feed and says which is the first. Others who append wait until this
/// transaction ends.
pub(super) fn take_numbers(conn: &mut Conn<'_>, count: usize) -> Result<i64, Error> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last: i64 = on_db!(conn, c => diesel::update(request_to_pay_feed::table)
        .set(request_to_pay_feed::last_seq.eq(request_to_pay_feed::last_seq + count))
        .returning(request_to_pay_feed::last_seq)
        .get_result(c))?;
    Ok(last - count + 1)
}

/// The number of the last change.
pub(super) fn last(conn: &mut Conn<'_>) -> Result<i64, Error> {
    Ok(on_db!(conn, c => request_to_pay_feed::table.select(request_to_pay_feed::last_seq).get_result(c))?)
}

/// Appends that these requests have come to where they are.
pub(super) fn append(conn: &mut Conn<'_>, changed: &[RequestToPay]) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let first = take_numbers(conn, changed.len())?;
    for (seq, request) in (first..).zip(changed) {
        append_as(conn, seq, request)?;
    }
    Ok(())
}

/// The same under a number that was taken before.
pub(super) fn append_as(conn: &mut Conn<'_>, seq: i64, request: &RequestToPay) -> Result<(), Error> {
    let columns = ChangeColumns::of(seq, request);
    on_db!(conn, c => diesel::insert_into(request_to_pay_change::table).values(&columns).execute(c))?;
    Ok(())
}

/// Whose changes are read.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Everybody,
    Creditor(ClearingCode),
    Debtor(ClearingCode),
    /// Of a merchant of this bank; of one request alone, where one is named.
    Merchant(ClearingCode, &'a str, Option<RequestId>),
}

/// The first changes after number `after`, at most `limit`, with the requests as they stand now.
pub(super) fn read(
    conn: &mut Conn<'_>,
    of: Of<'_>,
    after: i64,
    limit: i64,
) -> Result<Vec<(Change, RequestToPay)>, Error> {
    let after = || {
        request_to_pay_change::table
            .inner_join(request_to_pay::table)
            .filter(request_to_pay_change::seq.gt(after))
            .order(request_to_pay_change::seq)
            .limit(limit)
    };
    let found: Vec<(ChangeColumns, RequestColumns)> = match of {
        Of::Everybody => on_db!(conn, c => after()
            .select((ChangeColumns::as_select(), RequestColumns::as_select()))
            .load(c))?,
        Of::Creditor(agent) => on_db!(conn, c => after()
            .filter(request_to_pay_change::creditor_agent.eq(agent))
            .select((ChangeColumns::as_select(), RequestColumns::as_select()))
            .load(c))?,
        Of::Debtor(agent) => on_db!(conn, c => after()
            .filter(request_to_pay_change::debtor_agent.eq(agent))
            .select((ChangeColumns::as_select(), RequestColumns::as_select()))
            .load(c))?,
        Of::Merchant(agent, merchant, None) => on_db!(conn, c => after()
            .filter(request_to_pay_change::merchant.eq(merchant))
            .filter(request_to_pay_change::creditor_agent.eq(agent))
            .select((ChangeColumns::as_select(), RequestColumns::as_select()))
            .load(c))?,
        Of::Merchant(agent, merchant, Some(request)) => on_db!(conn, c => after()
            .filter(request_to_pay_change::request.eq(request.as_str()))
            .filter(request_to_pay_change::merchant.eq(merchant))
            .filter(request_to_pay_change::creditor_agent.eq(agent))
            .select((ChangeColumns::as_select(), RequestColumns::as_select()))
            .load(c))?,
    };
    let read = |(change, request): (ChangeColumns, RequestColumns)| {
        let request = request.request()?;
        Ok((change.change(request.asked.amount.currency())?, request))
    };
    found.into_iter().map(read).collect()
}
