//! Taking customers on as merchants: an FPS ID for their account, and their names, category and tills at the switch.

use std::sync::Arc;

use payments::directory::{Proxy, ProxyKind};
use uuid::Uuid;

use super::client::MerchantOrder;
use super::{Bank, BankError, Customer};
use crate::clock;

/// What a bank says of a customer who is a merchant.
#[derive(Debug, Clone)]
pub struct MerchantProfile {
    /// The bank's identifier of both requests: the same again is the same FPS ID and the same merchant.
    pub request_id: Uuid,
    /// Merchant category code (ISO 18245).
    pub category: String,
    /// The tills' labels.
    pub tills: Vec<String>,
}

impl Bank {
    /// Takes every customer on who is a merchant, and keeps where payments to them go. Again is the same. Returns the
    /// merchants' identifiers at the switch.
    pub(super) async fn take_merchants_on(self: &Arc<Self>) -> Result<Vec<Uuid>, BankError> {
        let mut merchants = Vec::new();
        for customer in &self.config.customers {
            if let Some(profile) = &customer.merchant {
                merchants.push(self.take_on(customer, profile).await?);
            }
        }
        Ok(merchants)
    }

    async fn take_on(self: &Arc<Self>, customer: &Customer, profile: &MerchantProfile) -> Result<Uuid, BankError> {
        let issued = self.switch.issue_fps_id(profile.request_id, customer).await?;
        let proxy = Proxy::parse(ProxyKind::FpsId, &issued.number).map_err(|_| BankError::UnknownPayee)?;
        let (account, token, link) = (customer.account.clone(), issued.account_token, proxy.clone());
        self.books(move |books| {
            books.ask_link(&link, &account, clock::now())?;
            books.confirm_link(&link, &account, token)
        })
        .await?;
        let order = MerchantOrder {
            request_id: profile.request_id,
            name_zh: &customer.names.zh,
            name_en: &customer.names.en,
            category: &profile.category,
            fps_id: proxy.value(),
            tills: &profile.tills,
        };
        Ok(self.switch.onboard_merchant(&order).await?)
    }

    /// An invitation for a merchant's owner.
    pub(super) async fn invite_owner(&self, merchant: Uuid) -> Result<String, BankError> {
        Ok(self.switch.invite_owner(merchant).await?)
    }
}
