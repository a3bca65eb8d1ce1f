//! The proxy directory: mobile numbers, e-mail addresses and FPS IDs that lead to accounts.
//!
//! What a payer is shown before paying (bank, masked name) is bound into a [`LookupReference`] that the payment
//! carries, so that money never goes elsewhere than where the payer was told.

pub mod anti_scan;
mod confirmation;
mod content;
mod currencies;
mod entry;
mod keys;
mod lookup;
mod lookup_reference;
mod masking;
mod payee;
mod proxy;
pub(crate) mod sealed;
pub(crate) mod sealed_text;

pub use confirmation::NameMatch;
pub use content::{ContentId, Differences, NotAContentId, SetDigest};
pub use currencies::Currencies;
pub use entry::{
    AccountNumber, AccountToken, Entry, EntryId, EntryStatus, EntryVersion, NotAnAccount, NotAnOwner, Owner, OwnerKey,
    OwnerKind, Registration,
};
pub use keys::DirectoryKeys;
pub(crate) use keys::{BucketKey, ProxyHash};
pub use lookup::{Lookup, LookupPurpose, LookupRequest, NotAPayer, Payer, TypedName};
pub(crate) use lookup::{is_guessable, whole_seconds};
pub use lookup_reference::{LookupReference, LookupReferenceError, LookupReferenceKey, PayerBucket, Shown, Verified};
pub use masking::MaskedName;
pub use payee::{CurrentEntry, NotAsShown, check_payee};
pub use proxy::{FpsIdLength, Proxy, ProxyError, ProxyKind};

pub use crate::store::directory::{
    AuditRecord, BucketState, Directory, DirectoryError, Export, FpsIdRequest, FpsIdRequestId, ImportMark, Imported,
    Page, Purpose, Registered,
};
pub use sealed::CannotOpen;
