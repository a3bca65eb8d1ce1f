//! A participant takes a merchant on, changes what it said of it, and closes it.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{Act, Actor, Scene, record};
use super::members::invite;
use super::row::{MerchantRow, find, find_row, with_tills};
use super::schema::{merchant, merchant_till};
use super::{MerchantError, Merchants};
use crate::directory::{AccountToken, Directory, Page, Proxy};
use crate::merchant::{
    Category, InvitationCode, Merchant, MerchantId, MerchantNames, MerchantRefusal, MerchantStatus, OnboardingId, Role,
    TillLabel,
};
use crate::participant::ClearingCode;
use crate::store::directory::own_entry;
use crate::store::random::random;

/// Merchants on a page.
const PAGE: i64 = 100;

/// What a participant says of a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onboarding {
    /// The participant's own identifier of the request.
    pub request_id: OnboardingId,
    /// What customers call it.
    pub names: MerchantNames,
    /// What it sells.
    pub category: Category,
    /// An FPS ID that the participant has registered.
    pub fps_id: Proxy,
    /// Its tills.
    pub tills: Vec<TillLabel>,
}

/// A merchant that was taken on.
#[derive(Debug)]
pub struct Onboarded {
    /// The merchant.
    pub merchant: Merchant,
    /// For its owner. None when this request was carried out before: a code is shown once.
    pub invitation: Option<InvitationCode>,
}

impl Merchants {
    /// Takes a merchant on for `participant`. The same request again gives the same merchant.
    ///
    /// # Errors
    /// [`MerchantRefusal::RequestUsed`], [`MerchantRefusal::FpsIdUnknown`], [`MerchantRefusal::FpsIdTaken`],
    /// [`MerchantRefusal::TooManyTills`].
    pub fn onboard(
        &self,
        participant: ClearingCode,
        asked: &Onboarding,
        now: Timestamp,
    ) -> Result<Onboarded, MerchantError> {
        if asked.tills.len() > TillLabel::MOST {
            return Err(MerchantRefusal::TooManyTills.into());
        }
        let (directory, asked) = (self.directory.clone(), asked.clone());
        let (id, code) = (MerchantId::new(now, &random()?), InvitationCode::new(random()?));
        let digest = code.digest();
        let (merchant, is_new) = self.write(move |conn| {
            let token = payable_token(conn, &directory, participant, &asked.fps_id, now)?;
            let row = asked.row(id, participant, &token, now);
            let added = on_db!(conn, c => diesel::insert_into(merchant::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))?;
            if added == 0 {
                return Ok((asked.known_as(conn, participant)?, false));
            }
            let scene = Scene { merchant: id, actor: Actor::Participant(participant), now };
            record(conn, scene, Act::Onboarded, None)?;
            for till in &asked.tills {
                add_till(conn, id, till, now)?;
            }
            invite(conn, scene, Role::Owner, &digest)?;
            Ok((find(conn, id)?, true))
        })?;
        Ok(Onboarded { merchant, invitation: is_new.then_some(code) })
    }

    /// A merchant of `participant`.
    ///
    /// # Errors
    /// [`MerchantRefusal::Unknown`] also when it is another participant's.
    pub fn of_participant(&self, participant: ClearingCode, id: MerchantId) -> Result<Merchant, MerchantError> {
        self.read(|conn| must_be_of(participant, find(conn, id)?))
    }

    /// A merchant, for those who may see it whoever its bank is.
    pub fn get(&self, id: MerchantId) -> Result<Merchant, MerchantError> {
        self.read(|conn| find(conn, id))
    }

    /// The merchants of `participant`, or all, in the order in which they came, a page after `cursor`.
    pub fn list(
        &self,
        participant: Option<ClearingCode>,
        cursor: Option<MerchantId>,
    ) -> Result<Page<Merchant, MerchantId>, MerchantError> {
        let after = cursor.unwrap_or(MerchantId::from_uuid(uuid::Uuid::nil()));
        let whose = participant.map_or((0, i16::MAX), |code| (code.number(), code.number()));
        self.read(|conn| {
            let rows: Vec<MerchantRow> = on_db!(conn, c => merchant::table
                .filter(merchant::id.gt(after))
                .filter(merchant::participant.between(whose.0, whose.1))
                .order(merchant::id)
                .limit(PAGE)
                .select(MerchantRow::as_select())
                .load(c))?;
            let full = i64::try_from(rows.len()).is_ok_and(|count| count >= PAGE);
            let next = rows.last().filter(|_| full).map(|row| row.id);
            Ok(Page { items: with_tills(conn, rows)?, next })
        })
    }

    /// Changes what is said of a merchant of `participant`. Nothing to change changes nothing.
    ///
    /// # Errors
    /// [`MerchantRefusal::Unknown`], [`MerchantRefusal::FpsIdUnknown`], [`MerchantRefusal::FpsIdTaken`].
    pub fn change(
        &self,
        participant: ClearingCode,
        id: MerchantId,
        change: &Change,
        now: Timestamp,
    ) -> Result<Merchant, MerchantError> {
        let (directory, change) = (self.directory.clone(), change.clone());
        self.write(move |conn| {
            let before = find_row(conn, id)?;
            if before.participant != participant {
                return Err(MerchantRefusal::Unknown.into());
            }
            let mut after = change.applied_to(before.clone());
            if let Some(fps_id) = &change.fps_id {
                let token = payable_token(conn, &directory, participant, fps_id, now)?;
                after.account_token = token.to_string();
                must_be_free(conn, id, &after.account_token)?;
            }
            if after != before {
                on_db!(conn, c => diesel::update(merchant::table.find(id))
                    .set((
                        merchant::name_zh.eq(&after.name_zh),
                        merchant::name_en.eq(&after.name_en),
                        merchant::category.eq(after.category),
                        merchant::fps_id.eq(&after.fps_id),
                        merchant::account_token.eq(&after.account_token),
                        merchant::status.eq(after.status),
                        merchant::changed_at.eq(now),
                    ))
                    .execute(c))?;
                let scene = Scene { merchant: id, actor: Actor::Participant(participant), now };
                record(conn, scene, Act::Changed, Some(MerchantStatus::from_number(after.status).name().to_owned()))?;
            }
            find(conn, id)
        })
    }

    /// Adds a till. One that is there stays.
    ///
    /// # Errors
    /// [`MerchantRefusal::Unknown`], [`MerchantRefusal::TooManyTills`].
    pub fn add_till(
        &self,
        participant: ClearingCode,
        id: MerchantId,
        till: &TillLabel,
        now: Timestamp,
    ) -> Result<Merchant, MerchantError> {
        let till = till.clone();
        self.write(move |conn| {
            let merchant = must_be_of(participant, find(conn, id)?)?;
            if merchant.tills.contains(&till) {
                return Ok(merchant);
            }
            if merchant.tills.len() >= TillLabel::MOST {
                return Err(MerchantRefusal::TooManyTills.into());
            }
            let scene = Scene { merchant: id, actor: Actor::Participant(participant), now };
            add_till(conn, id, &till, now)?;
            record(conn, scene, Act::TillAdded, Some(till.to_string()))?;
            find(conn, id)
        })
    }

    /// Takes a till away. What was paid there keeps its label.
    ///
    /// # Errors
    /// [`MerchantRefusal::Unknown`], [`MerchantRefusal::UnknownTill`].
    pub fn remove_till(
        &self,
        participant: ClearingCode,
        id: MerchantId,
        till: &TillLabel,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        let till = till.clone();
        self.write(move |conn| {
            must_be_of(participant, find(conn, id)?)?;
            let gone = on_db!(conn, c => diesel::delete(merchant_till::table.find((id, till.as_str()))).execute(c))?;
            if gone == 0 {
                return Err(MerchantRefusal::UnknownTill.into());
            }
            let scene = Scene { merchant: id, actor: Actor::Participant(participant), now };
            record(conn, scene, Act::TillRemoved, Some(till.to_string()))
        })
    }
}

/// What changes about a merchant.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What customers call it.
    pub names: Option<MerchantNames>,
    /// What it sells.
    pub category: Option<Category>,
    /// Another FPS ID that the participant has registered; the same one again reads anew where it leads.
    pub fps_id: Option<Proxy>,
    /// Closed, or opened again.
    pub status: Option<MerchantStatus>,
}

impl Change {
    fn applied_to(&self, mut row: MerchantRow) -> MerchantRow {
        if let Some(names) = &self.names {
            (row.name_zh, row.name_en) = (names.zh().to_owned(), names.en().to_owned());
        }
        if let Some(category) = self.category {
            row.category = category.column();
        }
        if let Some(fps_id) = &self.fps_id {
            fps_id.value().clone_into(&mut row.fps_id);
        }
        if let Some(status) = self.status {
            row.status = status.number();
        }
        row
    }
}

impl Onboarding {
    fn row(&self, id: MerchantId, participant: ClearingCode, token: &AccountToken, now: Timestamp) -> MerchantRow {
        MerchantRow {
            id,
            participant,
            request_id: self.request_id,
            name_zh: self.names.zh().to_owned(),
            name_en: self.names.en().to_owned(),
            category: self.category.column(),
            fps_id: self.fps_id.value().to_owned(),
            account_token: token.as_str().to_owned(),
            status: MerchantStatus::Active.number(),
            created_at: now,
            changed_at: now,
        }
    }

    /// The merchant that this request made before, or why there is none.
    fn known_as(&self, conn: &mut Conn<'_>, participant: ClearingCode) -> Result<Merchant, MerchantError> {
        let row: Option<MerchantRow> = on_db!(conn, c => merchant::table
            .filter(merchant::participant.eq(participant))
            .filter(merchant::request_id.eq(self.request_id))
            .select(MerchantRow::as_select())
            .first(c)
            .optional())?;
        let row = row.ok_or(MerchantRefusal::FpsIdTaken)?;
        if row.fps_id != self.fps_id.value() {
            return Err(MerchantRefusal::RequestUsed.into());
        }
        find(conn, row.id)
    }
}

fn must_be_of(participant: ClearingCode, merchant: Merchant) -> Result<Merchant, MerchantError> {
    if merchant.participant == participant { Ok(merchant) } else { Err(MerchantRefusal::Unknown.into()) }
}

/// Where an FPS ID of the participant leads.
fn payable_token(
    conn: &mut Conn<'_>,
    directory: &Directory,
    participant: ClearingCode,
    fps_id: &Proxy,
    now: Timestamp,
) -> Result<AccountToken, MerchantError> {
    let entry = own_entry(conn, directory, participant, fps_id, now)?;
    let entry = entry.filter(|entry| entry.status.is_payable());
    entry.map(|entry| entry.account_token).ok_or_else(|| MerchantRefusal::FpsIdUnknown.into())
}

fn must_be_free(conn: &mut Conn<'_>, id: MerchantId, token: &str) -> Result<(), MerchantError> {
    let others: i64 = on_db!(conn, c => merchant::table
        .filter(merchant::account_token.eq(token))
        .filter(merchant::id.ne(id))
        .count()
        .get_result(c))?;
    if others == 0 { Ok(()) } else { Err(MerchantRefusal::FpsIdTaken.into()) }
}

fn add_till(conn: &mut Conn<'_>, id: MerchantId, till: &TillLabel, now: Timestamp) -> Result<(), MerchantError> {
    on_db!(conn, c => diesel::insert_into(merchant_till::table)
        .values((
            merchant_till::merchant.eq(id),
            merchant_till::label.eq(till.as_str()),
            merchant_till::added_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}
