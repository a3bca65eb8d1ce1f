//! Merchants and their tills as rows.

use std::collections::HashMap;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::MerchantError;
use super::schema::{merchant, merchant_till};
use crate::directory::{AccountToken, Proxy, ProxyKind};
use crate::merchant::{
    Category, Merchant, MerchantId, MerchantNames, MerchantRefusal, MerchantStatus, OnboardingId, TillLabel,
};
use crate::participant::ClearingCode;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = merchant)]
pub(super) struct MerchantRow {
    pub(super) id: MerchantId,
    pub(super) participant: ClearingCode,
    pub(super) request_id: OnboardingId,
    pub(super) name_zh: String,
    pub(super) name_en: String,
    pub(super) category: i16,
    pub(super) fps_id: String,
    pub(super) account_token: String,
    pub(super) status: i16,
    pub(super) created_at: Timestamp,
    pub(super) changed_at: Timestamp,
}

impl MerchantRow {
    fn merchant(self, tills: Vec<TillLabel>) -> Result<Merchant, MerchantError> {
        Ok(Merchant {
            id: self.id,
            participant: self.participant,
            names: MerchantNames::from_columns(self.name_zh, self.name_en),
            category: Category::from_column(self.category),
            fps_id: Proxy::parse(ProxyKind::FpsId, &self.fps_id).map_err(|_| MerchantError::Damaged("FPS ID"))?,
            account_token: AccountToken::parse(&self.account_token).ok_or(MerchantError::Damaged("account token"))?,
            status: MerchantStatus::from_number(self.status),
            tills,
            created: self.created_at,
            changed: self.changed_at,
        })
    }
}

pub(super) fn find_row(conn: &mut Conn<'_>, id: MerchantId) -> Result<MerchantRow, MerchantError> {
    let row: Option<MerchantRow> =
        on_db!(conn, c => merchant::table.find(id).select(MerchantRow::as_select()).get_result(c).optional())?;
    row.ok_or_else(|| MerchantRefusal::Unknown.into())
}

pub(super) fn find(conn: &mut Conn<'_>, id: MerchantId) -> Result<Merchant, MerchantError> {
    let row = find_row(conn, id)?;
    with_tills(conn, vec![row])?.pop().ok_or_else(|| MerchantRefusal::Unknown.into())
}

/// Adds their tills.
pub(super) fn with_tills(conn: &mut Conn<'_>, rows: Vec<MerchantRow>) -> Result<Vec<Merchant>, MerchantError> {
    let ids: Vec<MerchantId> = rows.iter().map(|row| row.id).collect();
    let labels: Vec<(MerchantId, String)> = on_db!(conn, c => merchant_till::table
        .filter(merchant_till::merchant.eq_any(&ids))
        .order((merchant_till::merchant, merchant_till::label))
        .select((merchant_till::merchant, merchant_till::label))
        .load(c))?;
    let mut tills: HashMap<MerchantId, Vec<TillLabel>> = HashMap::new();
    for (id, label) in labels {
        let label = label.parse().map_err(|_| MerchantError::Damaged("till"))?;
        tills.entry(id).or_default().push(label);
    }
    rows.into_iter()
        .map(|row| {
            let tills = tills.remove(&row.id).unwrap_or_default();
            row.merchant(tills)
        })
        .collect()
}
