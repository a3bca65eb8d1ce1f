//! The outbox of webhooks: filled from the feed of requests to pay, emptied in the background by whichever gateway comes
//! first, so that a restart loses nothing.

use diesel::prelude::*;
use serde_json::Value;
use store::{Conn, Timestamp, on_db};

use super::audit::{Act, Actor, Scene, record};
use super::members::must_be_allowed;
use super::schema::{merchant_delivery, merchant_feed, merchant_webhook};
use super::{MerchantError, Merchants};
use crate::merchant::{
    DeliveryId, Duty, MOST_ATTEMPTS, MerchantId, MerchantRefusal, PersonId, WebhookAddress, event, merchant_of,
    wait_after,
};
use crate::request_to_pay::{Change, RequestToPay};
use crate::store::random::random;

/// The row of how far the feed was read.
const ROW: i16 = 1;
/// Deliveries that a merchant sees.
const SHOWN: i64 = 50;

/// Something to tell a merchant's server now.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Which: what tells a repetition.
    pub id: DeliveryId,
    /// Where.
    pub url: String,
    /// What.
    pub event: Value,
}

/// Something that a merchant's server was told, or is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Which.
    pub id: DeliveryId,
    /// Its type, such as `payment_request.paid`.
    pub kind: String,
    /// When it came up.
    pub created: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was taken.
    pub delivered: Option<Timestamp>,
    /// Why it was not, the last time.
    pub failure: Option<String>,
}

type Waiting = (DeliveryId, MerchantId, String, i64, Timestamp);

impl Merchants {
    /// Says where a merchant's own server is, or that there is none; an owner does.
    ///
    /// # Errors
    /// [`MerchantRefusal::NotInThisRole`].
    pub fn set_webhook(
        &self,
        by: PersonId,
        id: MerchantId,
        url: Option<WebhookAddress>,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        self.write(move |conn| {
            must_be_allowed(conn, id, by, Duty::ManagePrograms)?;
            on_db!(conn, c => diesel::delete(merchant_webhook::table.find(id)).execute(c))?;
            if let Some(url) = &url {
                let row = (
                    merchant_webhook::merchant.eq(id),
                    merchant_webhook::url.eq(url.as_str()),
                    merchant_webhook::since.eq(now),
                );
                on_db!(conn, c => diesel::insert_into(merchant_webhook::table).values(row).execute(c))?;
            }
            record(conn, Scene { merchant: id, actor: Actor::Person(by), now }, Act::WebhookChanged, None)
        })
    }

    /// Where a merchant's own server is.
    pub fn webhook(&self, id: MerchantId) -> Result<Option<String>, MerchantError> {
        self.read(|conn| url_of(conn, id))
    }

    /// How far the feed of requests to pay has been read for the outbox; nothing before the first time.
    pub fn fed(&self) -> Result<Option<i64>, MerchantError> {
        Ok(Some(self.read(fed)?).filter(|seq| *seq >= 0))
    }

    /// Puts what `changes` mean to merchants into the outbox, and notes that the feed was read from `before` to `after`.
    /// False when another gateway did.
    pub fn feed(
        &self,
        before: Option<i64>,
        after: i64,
        changes: Vec<(Change, RequestToPay)>,
        now: Timestamp,
    ) -> Result<bool, MerchantError> {
        self.write(move |conn| {
            let moved = on_db!(conn, c => diesel::update(merchant_feed::table.find(ROW))
                .filter(merchant_feed::seq.eq(before.unwrap_or(-1)))
                .set(merchant_feed::seq.eq(after))
                .execute(c))?;
            if moved == 0 {
                return Ok(false);
            }
            for (change, request) in &changes {
                put(conn, change, request, now)?;
            }
            Ok(true)
        })
    }

    /// Takes at most `limit` of what is to be told now. Whoever takes one tries it; when that fails, it falls due again,
    /// at this gateway or another.
    pub fn take_deliveries(&self, now: Timestamp, limit: i64) -> Result<Vec<Delivery>, MerchantError> {
        let due: Vec<Waiting> = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_delivery::table
                .filter(merchant_delivery::delivered_at.is_null())
                .filter(merchant_delivery::attempts.lt(MOST_ATTEMPTS))
                .filter(merchant_delivery::due_at.le(now))
                .order(merchant_delivery::due_at)
                .limit(limit)
                .select((
                    merchant_delivery::id,
                    merchant_delivery::merchant,
                    merchant_delivery::event,
                    merchant_delivery::attempts,
                    merchant_delivery::due_at,
                ))
                .load(c))?)
        })?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |conn| {
            let mut taken = Vec::new();
            for one in &due {
                taken.extend(take(conn, one, now)?);
            }
            Ok(taken)
        })
    }

    /// A merchant's server took what it was told, or did not, and why.
    pub fn end_delivery(&self, id: DeliveryId, failure: Option<String>, now: Timestamp) -> Result<(), MerchantError> {
        self.write(move |conn| {
            let delivered = failure.is_none().then_some(now);
            on_db!(conn, c => diesel::update(merchant_delivery::table.find(id))
                .filter(merchant_delivery::delivered_at.is_null())
                .set((merchant_delivery::delivered_at.eq(delivered), merchant_delivery::failure.eq(&failure)))
                .execute(c))?;
            Ok(())
        })
    }

    /// Deletes at most `limit` of what was taken before `then`, and of what nobody has taken since and nobody tries any
    /// more. Returns how many.
    pub fn forget_deliveries(&self, then: Timestamp, limit: u16) -> Result<usize, MerchantError> {
        self.write(move |conn| {
            let mut old: Vec<DeliveryId> = on_db!(conn, c => merchant_delivery::table
                .filter(merchant_delivery::delivered_at.le(then))
                .order(merchant_delivery::delivered_at)
                .limit(limit.into())
                .select(merchant_delivery::id)
                .load(c))?;
            let given_up: Vec<DeliveryId> = on_db!(conn, c => merchant_delivery::table
                .filter(merchant_delivery::delivered_at.is_null())
                .filter(merchant_delivery::due_at.le(then))
                .filter(merchant_delivery::attempts.ge(MOST_ATTEMPTS))
                .order(merchant_delivery::due_at)
                .limit(limit.into())
                .select(merchant_delivery::id)
                .load(c))?;
            old.extend(given_up);
            old.truncate(limit.into());
            Ok(on_db!(conn, c => diesel::delete(merchant_delivery::table)
                .filter(merchant_delivery::id.eq_any(&old))
                .execute(c))?)
        })
    }

    /// Tells it again now, also what was taken before; an owner asks for that.
    ///
    /// # Errors
    /// [`MerchantRefusal::NotInThisRole`]; [`MerchantRefusal::UnknownDelivery`] also when it is another merchant's.
    pub fn deliver_again(
        &self,
        by: PersonId,
        merchant: MerchantId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        self.write(move |conn| {
            must_be_allowed(conn, merchant, by, Duty::ManagePrograms)?;
            let again = on_db!(conn, c => diesel::update(merchant_delivery::table.find(id))
                .filter(merchant_delivery::merchant.eq(merchant))
                .set((
                    merchant_delivery::due_at.eq(now),
                    merchant_delivery::attempts.eq(0_i64),
                    merchant_delivery::delivered_at.eq(None::<Timestamp>),
                ))
                .execute(c))?;
            if again == 1 { Ok(()) } else { Err(MerchantRefusal::UnknownDelivery.into()) }
        })
    }

    /// What a merchant's server was told, or is to be told, latest first.
    pub fn deliveries(&self, merchant: MerchantId) -> Result<Vec<DeliveryRecord>, MerchantError> {
        type Row = (DeliveryId, String, Timestamp, i64, Option<Timestamp>, Option<String>);
        let rows: Vec<Row> = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_delivery::table
                .filter(merchant_delivery::merchant.eq(merchant))
                .order(merchant_delivery::id.desc())
                .limit(SHOWN)
                .select((
                    merchant_delivery::id,
                    merchant_delivery::event,
                    merchant_delivery::created_at,
                    merchant_delivery::attempts,
                    merchant_delivery::delivered_at,
                    merchant_delivery::failure,
                ))
                .load(c))?)
        })?;
        let read = |(id, event, created, attempts, delivered, failure): Row| {
            let event: Value = serde_json::from_str(&event).map_err(|_| MerchantError::Damaged("event"))?;
            let kind = event["type"].as_str().unwrap_or_default().to_owned();
            Ok(DeliveryRecord { id, kind, created, attempts, delivered, failure })
        };
        rows.into_iter().map(read).collect()
    }
}

fn fed(conn: &mut Conn<'_>) -> Result<i64, MerchantError> {
    Ok(on_db!(conn, c => merchant_feed::table.find(ROW).select(merchant_feed::seq).get_result(c))?)
}

fn url_of(conn: &mut Conn<'_>, id: MerchantId) -> Result<Option<String>, MerchantError> {
    Ok(on_db!(conn, c => merchant_webhook::table.find(id).select(merchant_webhook::url).get_result(c).optional())?)
}

/// Puts a change into the outbox, when its merchant has a server that wants to know.
fn put(conn: &mut Conn<'_>, change: &Change, request: &RequestToPay, now: Timestamp) -> Result<(), MerchantError> {
    let Some(merchant) = merchant_of(request) else { return Ok(()) };
    let id = DeliveryId::new(now, &random()?);
    let Some(event) = event(id, merchant, change, request) else { return Ok(()) };
    if url_of(conn, merchant)?.is_none() {
        return Ok(());
    }
    let row = (
        merchant_delivery::id.eq(id),
        merchant_delivery::merchant.eq(merchant),
        merchant_delivery::event.eq(event.to_string()),
        merchant_delivery::created_at.eq(now),
        merchant_delivery::due_at.eq(now),
        merchant_delivery::attempts.eq(0_i64),
    );
    on_db!(conn, c => diesel::insert_into(merchant_delivery::table).values(row).execute(c))?;
    Ok(())
}

/// Makes it this gateway's to try, unless another was quicker.
fn take(
    conn: &mut Conn<'_>,
    (id, merchant, event, attempts, due): &Waiting,
    now: Timestamp,
) -> Result<Option<Delivery>, MerchantError> {
    let attempt = attempts.saturating_add(1);
    let taken = on_db!(conn, c => diesel::update(merchant_delivery::table.find(*id))
        .filter(merchant_delivery::due_at.eq(*due))
        .filter(merchant_delivery::delivered_at.is_null())
        .set((merchant_delivery::attempts.eq(attempt), merchant_delivery::due_at.eq(now + wait_after(attempt))))
        .execute(c))?;
    // A merchant that took its server away is told nothing more.
    let Some(url) = url_of(conn, *merchant)?.filter(|_| taken == 1) else { return Ok(None) };
    let event = serde_json::from_str(event).map_err(|_| MerchantError::Damaged("event"))?;
    Ok(Some(Delivery { id: *id, url, event }))
}
