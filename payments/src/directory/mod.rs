//! The proxy directory: mobile numbers, e-mail addresses and FPS IDs that lead to accounts.
//!
//! What a payer is shown before paying (bank, masked name) is bound into a [`LookupReference`] that the payment
//! carries, so that money never goes elsewhere than where the payer was told.

mod currencies;
mod entry;
mod keys;
mod lookup_reference;
mod masking;
mod payee;
mod proxy;
pub(crate) mod sealed;
pub(crate) mod sealed_text;

pub use currencies::Currencies;
pub use entry::{
    AccountNumber, AccountToken, Entry, EntryId, EntryStatus, EntryVersion, Lookup, NotAnAccount, NotAnOwner, Owner,
    OwnerKey, OwnerKind, Registration,
};
pub use keys::DirectoryKeys;
pub(crate) use keys::ProxyHash;
pub use lookup_reference::{LookupReference, LookupReferenceError, LookupReferenceKey, Shown};
pub use masking::MaskedName;
pub use payee::{CurrentEntry, NotAsShown, check_payee};
pub use proxy::{FpsIdLength, Proxy, ProxyError, ProxyKind};

pub use crate::store::directory::{
    AuditRecord, Directory, DirectoryError, FpsIdRequest, FpsIdRequestId, Page, Purpose, Registered,
};
pub use sealed::CannotOpen;
