//! Whom a program asks by a number or address: looked up as every look-up is, and told to nobody.

use actix_web::web;
use payments::directory::{DirectoryError, LookupPurpose, LookupRequest, OwnerKind, Payer, Proxy, ProxyKind};
use payments::merchant::Merchant;
use payments::request_to_pay::Debtor;
use serde::Deserialize;

use crate::clock;
use crate::error::Problem;
use crate::server::Gateway;

/// Who is asked, as JSON writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DebtorBody {
    proxy: ProxyBody,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProxyBody {
    #[serde(rename = "type")]
    kind: ProxyKind,
    id: String,
}

impl DebtorBody {
    /// Reads it into its normal form. Identity card numbers are for institutions.
    pub(super) fn parse(&self) -> Result<Proxy, Problem> {
        if self.proxy.kind == ProxyKind::Hkid {
            return Err(Problem::bad_request("MBNO, EMAL or SHID.").field("debtor.proxy.type"));
        }
        Proxy::parse(self.proxy.kind, &self.proxy.id)
            .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("debtor.proxy.id"))
    }
}

/// Where the proxy leads. The merchant is who asks, in the name of its bank: both have so many look-ups and no more.
///
/// # Errors
/// [`DirectoryError::Unknown`] when nobody has registered it, [`DirectoryError::TooMany`] after too many look-ups.
pub(in crate::public) async fn find(
    gateway: &web::Data<Gateway>,
    merchant: &Merchant,
    proxy: Proxy,
) -> Result<Debtor, DirectoryError> {
    // An identifier is never too long for a payer; all that were would share one bucket.
    let payer = Payer::named(&format!("merchant {}", merchant.id), OwnerKind::Organisation);
    let wanted = LookupRequest {
        payer: payer.unwrap_or_else(|_| Payer::unnamed()),
        purpose: LookupPurpose::Service,
        ..LookupRequest::for_payment(merchant.participant, proxy)
    };
    let found = gateway.directory.lookup(wanted, clock::now()).await?;
    Ok(Debtor { agent: found.participant, account: found.account_token.as_str().to_owned() })
}
