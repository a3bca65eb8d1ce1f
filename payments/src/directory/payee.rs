//! Whether a payment still goes where its payer was shown: the rule that keeps money from silent redirection.

use store::Timestamp;

use super::{
    AccountToken, EntryVersion, LookupReferenceError, LookupReferenceKey, OwnerKind, ProxyKind, Shown, Verified,
};
use crate::clearing::CreditTransfer;

/// An entry as it stands now, as far as a payment is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentEntry {
    /// What stands for its account.
    pub account_token: AccountToken,
    /// Its version.
    pub version: EntryVersion,
}

/// Why a payment to a proxy must not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAsShown {
    /// The payment names a proxy and no look-up.
    #[error("a payment to a proxy carries the reference of its look-up")]
    ReferenceMissing,
    /// The reference is not one, or belongs to another payment.
    #[error("the look-up reference does not belong to this payment")]
    ReferenceInvalid,
    /// The look-up is too long ago.
    #[error("the look-up is too long ago")]
    ReferenceExpired,
    /// The creditor agent no longer has the proxy.
    #[error("the proxy is not registered at the creditor agent")]
    Unknown,
    /// The entry changed since the look-up.
    #[error("the proxy leads elsewhere since it was looked up")]
    Moved,
    /// Only institutions pay identity card numbers, and the look-up was not made for one.
    #[error("only institutions pay identity card numbers")]
    NotAnInstitution,
    /// The police have payments to the payee refused: by proxy, account or name.
    #[error("payments to this payee are refused on suspicion of fraud")]
    Suspected,
}

/// Checks a payment against `current`, the entry of its proxy at its creditor agent, and says which look-up it is
/// made on. A payment without a proxy passes without one: its payer named an account.
pub fn check_payee(
    references: &LookupReferenceKey,
    transfer: &CreditTransfer,
    current: Option<&CurrentEntry>,
    now: Timestamp,
) -> Result<Option<Verified>, NotAsShown> {
    let Some(proxy) = &transfer.creditor_proxy else { return Ok(None) };
    let reference = transfer.lookup_reference.as_deref().ok_or(NotAsShown::ReferenceMissing)?;
    let account_token = AccountToken::parse(&transfer.creditor_account).ok_or(NotAsShown::ReferenceInvalid)?;
    let shown = Shown {
        payer_agent: transfer.debtor_agent,
        proxy,
        creditor_agent: transfer.creditor_agent,
        account_token: &account_token,
    };
    let verified = references.verify(reference, &shown, now).map_err(|error| match error {
        LookupReferenceError::Expired => NotAsShown::ReferenceExpired,
        LookupReferenceError::Malformed | LookupReferenceError::Forged => NotAsShown::ReferenceInvalid,
    })?;
    if proxy.kind() == ProxyKind::Hkid && verified.payer.kind != OwnerKind::Organisation {
        return Err(NotAsShown::NotAnInstitution);
    }
    let current = current.ok_or(NotAsShown::Unknown)?;
    let same = current.account_token == account_token && current.version == verified.version;
    if same { Ok(Some(verified)) } else { Err(NotAsShown::Moved) }
}
