//! The proxy directory: mobile numbers, e-mail addresses, FPS IDs and identity card numbers that lead to accounts.
//!
//! What a payer is shown before paying (bank, masked name) is bound into a [`LookupReference`] that the payment
//! carries, so that money never goes elsewhere than where the payer was told.

mod alert;
pub mod anti_scan;
mod claim;
mod confirmation;
mod content;
mod currencies;
mod entry;
mod hkid;
mod identification;
mod identity_card;
mod infraction;
mod keys;
mod lookup;
mod lookup_reference;
mod masking;
mod ownership;
mod payee;
mod proof;
mod proxy;
mod rules;
pub(crate) mod sealed;
pub(crate) mod sealed_text;
pub(crate) mod suspicion;

pub use alert::{Alert, AlertEffect, AlertId, AlertReason, AlertRefusal, NotASuspectedName, Raiser, SuspectedName};
pub use claim::{CancelReason, Claim, ClaimId, ClaimKind, ClaimParty, ClaimRefusal, ClaimState, ClaimStep};
pub use confirmation::NameMatch;
pub use content::{ContentId, Differences, NotAContentId, SetDigest};
pub use currencies::Currencies;
pub use entry::{
    AccountNumber, AccountToken, Entry, EntryId, EntryStatus, EntryVersion, NotAnAccount, NotAnOwner, Owner, OwnerKey,
    OwnerKind, Registration,
};
pub use identification::{Identification, IdentificationKind, NotAnIdentification};
pub use identity_card::{InstitutionsOnly, NotItsHolder};
pub use infraction::{InfractionId, InfractionParty, InfractionRefusal, InfractionState, InfractionStep};
pub use keys::DirectoryKeys;
pub(crate) use keys::{BucketKey, ProxyHash, SubjectHash};
pub use lookup::{Lookup, LookupPurpose, LookupRequest, NotAPayer, Payer, TypedName};
pub(crate) use lookup::{is_guessable, whole_seconds};
pub use lookup_reference::{LookupReference, LookupReferenceError, LookupReferenceKey, PayerBucket, Shown, Verified};
pub use masking::MaskedName;
pub(crate) use masking::mask_person;
pub use ownership::{Held, NoClaim, NotRegistered, Standing, Wish, may_claim, may_register};
pub use payee::{CurrentEntry, NotAsShown, check_payee};
pub use proof::{Answered, Challenge, OneTimeCode, TRIES, TooManyCodes, WINDOW};
pub use proxy::{FpsIdLength, Proxy, ProxyError, ProxyKind};
pub use rules::{Asserting, DirectoryRules};

pub use crate::store::directory::{
    AlertRecord, AuditRecord, BucketState, ClaimRecord, CodeToSend, Directory, DirectoryError, DirectorySettings,
    Export, FpsIdRequest, FpsIdRequestId, ImportId, ImportPlace, ImportRecord, ImportRun, Imported, InfractionRecord,
    InfractionReport, Notice, NoticeKind, Page, ProofOutcome, ProofSubject, Purpose, Registered, Stretch, Stretches,
    Suspicion,
};
pub use sealed::CannotOpen;
pub use suspicion::{FraudCounters, Subject, Warning};
