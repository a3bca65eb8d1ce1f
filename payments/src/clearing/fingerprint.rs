//! Telling a repetition of a payment from another payment under the same id.

use super::CreditTransfer;
use super::canonical::{Canonical, Digest};

/// SHA-256 over what makes two messages ask for the same payment: amount, currency, agents, accounts, proxy,
/// end-to-end id and request to pay. Times and texts may differ between a message and its repetition.
pub type Fingerprint = Digest;

/// The fingerprint of `transfer`.
pub fn fingerprint(transfer: &CreditTransfer) -> Fingerprint {
    let mut canonical = Canonical::new("lionrock:payment:1");
    canonical
        .number(transfer.amount.minor())
        .text(transfer.amount.currency().code())
        .number(transfer.debtor_agent.number().into())
        .number(transfer.creditor_agent.number().into())
        .text(&transfer.debtor_account)
        .text(&transfer.creditor_account)
        .optional_text(transfer.creditor_proxy.as_ref().map(|proxy| proxy.kind().code()))
        .optional_text(transfer.creditor_proxy.as_ref().map(crate::directory::Proxy::value))
        .text(&transfer.end_to_end_id);
    if let Some(request) = &transfer.request_to_pay {
        canonical.text(request.as_str());
    }
    canonical.finish()
}
