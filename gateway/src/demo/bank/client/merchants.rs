//! The participants' API for merchants: taken on, their refunds carried out.

use std::time::Duration;

use payments::clearing::StatusReport;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ClientError, Identification, Owner, SwitchClient, json, send};
use crate::demo::bank::Customer;

/// A number that the directory issued for an account.
pub struct IssuedFpsId {
    /// Its digits.
    pub number: String,
    /// As what payments to it name the account.
    pub account_token: String,
}

/// A merchant to take on.
#[derive(Serialize)]
pub struct MerchantOrder<'a> {
    /// The bank's own: the same again is the same merchant.
    pub request_id: Uuid,
    /// Its name in Chinese.
    pub name_zh: &'a str,
    /// Its name in English.
    pub name_en: &'a str,
    /// Merchant category code.
    pub category: &'a str,
    /// The FPS ID by which it is paid.
    pub fps_id: &'a str,
    /// Its tills.
    pub tills: &'a [String],
}

/// A notice of the directory's inbox.
#[derive(Debug, Deserialize)]
pub struct DirectoryNotice {
    /// Its number.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
}

/// Money that a merchant asks the bank to send back.
#[derive(Debug, Deserialize)]
pub struct RefundOrder {
    /// What the return carries as `RtrId`.
    pub return_id: String,
    /// How much.
    pub amount: String,
    /// How far it is.
    pub state: String,
    /// Of which payment.
    pub original: OriginalPayment,
}

/// The payment of which money goes back.
#[derive(Debug, Deserialize)]
pub struct OriginalPayment {
    /// `UETR`.
    pub uetr: Uuid,
    /// `TxId`.
    pub transaction_id: String,
}

impl SwitchClient {
    /// A new FPS ID for a customer's account. The same request again is the same number.
    pub async fn issue_fps_id(&self, request_id: Uuid, customer: &Customer) -> Result<IssuedFpsId, ClientError> {
        #[derive(Serialize)]
        struct Body<'a> {
            request_id: Uuid,
            account: &'a str,
            owner: Owner<'a>,
        }
        #[derive(Deserialize)]
        struct Entry {
            account_token: String,
            proxy: Issued,
        }
        #[derive(Deserialize)]
        struct Issued {
            id: String,
        }
        let identification = customer.hkid.as_ref();
        let body = Body {
            request_id,
            account: customer.account.as_str(),
            owner: Owner {
                kind: customer.kind,
                name_zh: &customer.names.zh,
                name_en: &customer.names.en,
                identification: identification.map(|hkid| Identification { r#type: "NIDN", id: hkid.expose() }),
            },
        };
        let entry: Entry = json(send(self.call(Method::POST, "fps-ids", Duration::ZERO)?.json(&body)).await?).await?;
        Ok(IssuedFpsId { number: entry.proxy.id, account_token: entry.account_token })
    }

    /// Takes a merchant on. Again is the same. Returns its identifier.
    pub async fn onboard_merchant(&self, order: &MerchantOrder<'_>) -> Result<Uuid, ClientError> {
        #[derive(Deserialize)]
        struct Merchant {
            merchant_id: Uuid,
        }
        let request = self.call(Method::POST, "merchants", Duration::ZERO)?.json(order);
        Ok(json::<Merchant>(send(request).await?).await?.merchant_id)
    }

    /// An invitation for a merchant's owner; earlier ones end.
    pub async fn invite_owner(&self, merchant: Uuid) -> Result<String, ClientError> {
        #[derive(Deserialize)]
        struct Invitation {
            code: String,
        }
        let request = self.call(Method::POST, &format!("merchants/{merchant}/invitation"), Duration::ZERO)?;
        Ok(json::<Invitation>(send(request).await?).await?.code)
    }

    /// What the directory says after notice `after`.
    pub async fn directory_inbox(&self, after: i64) -> Result<Vec<DirectoryNotice>, ClientError> {
        #[derive(Deserialize)]
        struct Notices {
            notices: Vec<DirectoryNotice>,
        }
        let request = self.call(Method::GET, "directory/inbox", Duration::ZERO)?.query(&[("after", after)]);
        Ok(json::<Notices>(send(request).await?).await?.notices)
    }

    /// One refund.
    pub async fn refund(&self, id: Uuid) -> Result<RefundOrder, ClientError> {
        json(send(self.call(Method::GET, &format!("refunds/{id}"), Duration::ZERO)?).await?).await
    }

    /// The bank will not send the money back.
    pub async fn refuse_refund(&self, id: Uuid) -> Result<(), ClientError> {
        send(self.call(Method::POST, &format!("refunds/{id}/refuse"), Duration::ZERO)?).await.map(drop)
    }

    /// Sends a pacs.004 and returns what the switch says of it.
    pub async fn give_back(&self, message: String) -> Result<Vec<StatusReport>, ClientError> {
        let request = self.call(Method::POST, "returns", Duration::ZERO)?;
        self.reports(request, message).await
    }
}
