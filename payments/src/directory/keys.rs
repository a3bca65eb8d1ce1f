//! The directory's keys, all derived from one master secret that lives outside the database.

use std::fmt;

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use ring::{aead, hkdf, hmac};
use zeroize::Zeroizing;

use super::{
    AccountToken, EntryId, Identification, LookupReferenceKey, OneTimeCode, OwnerKey, Proxy, ProxyKind, Subject,
};
use crate::participant::ClearingCode;

/// Separates these keys from those that others derive from the same master secret.
const SALT: &[u8] = b"lionrock payments directory v1";

/// What a bucket is found by: half of a keyed hash of a participant and one of its payers.
pub(crate) type BucketKey = [u8; 16];

/// What a proxy is found by: the first half of a keyed hash (HMAC-SHA256-128, as RFC 4868 truncates it).
pub(crate) type ProxyHash = [u8; 16];

/// What is suspected is found by: the first half of a keyed hash.
pub(crate) type SubjectHash = [u8; 16];

/// This installation's keys for the directory. Never printed.
pub struct DirectoryKeys {
    proxies: hmac::Key,
    owners: hmac::Key,
    codes: hmac::Key,
    subjects: hmac::Key,
    references: LookupReferenceKey,
    tokens: Aes256,
    buckets: hmac::Key,
    pub(crate) sealing: aead::LessSafeKey,
}

impl DirectoryKeys {
    /// Derives every key from the master secret by HKDF-SHA256 (RFC 5869), one label a purpose.
    ///
    /// # Panics
    /// When HKDF or AES refuse, which they cannot for keys of this length: never are keys used that were not derived.
    pub fn from_master(master: &[u8; 32]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(master);
        let derive = |label: &str| {
            let mut key = Zeroizing::new([0; 32]);
            // Thirty-two bytes are far below the limit of HKDF: this cannot fail, and must never leave zeros behind.
            let filled = root.expand(&[label.as_bytes()], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut *key));
            assert!(filled.is_ok(), "HKDF refused to fill 32 bytes");
            key
        };
        let sealing = aead::UnboundKey::new(&aead::AES_256_GCM, &*derive("entry sealing")).map(aead::LessSafeKey::new);
        // Thirty-two bytes are what it takes.
        let Ok(sealing) = sealing else { panic!("AES-256-GCM refused a key of 32 bytes") };
        Self {
            proxies: hmac::Key::new(hmac::HMAC_SHA256, &*derive("proxy look-up")),
            owners: hmac::Key::new(hmac::HMAC_SHA256, &*derive("owner")),
            codes: hmac::Key::new(hmac::HMAC_SHA256, &*derive("one-time code")),
            subjects: hmac::Key::new(hmac::HMAC_SHA256, &*derive("suspicion")),
            references: LookupReferenceKey::new(&derive("look-up reference")),
            tokens: Aes256::new((&*derive("account token")).into()),
            buckets: hmac::Key::new(hmac::HMAC_SHA256, &*derive("anti-scan bucket")),
            sealing,
        }
    }

    /// What a proxy is found by: who reads the database alone cannot try all telephone numbers against it.
    pub(crate) fn proxy_hash(&self, proxy: &Proxy) -> ProxyHash {
        let mut context = hmac::Context::with_key(&self.proxies);
        context.update(proxy.kind().code().as_bytes());
        context.update(proxy.value().as_bytes());
        let mut hash = ProxyHash::default();
        hash.copy_from_slice(&context.sign().as_ref()[..16]);
        hash
    }

    /// What the bucket of a participant, or of one of its payers, is found by.
    pub(crate) fn bucket_key(&self, label: &[u8], participant: ClearingCode, payer: &str) -> BucketKey {
        let mut context = hmac::Context::with_key(&self.buckets);
        // The label's length first, so that no two readings exist; what varies in length besides stands last.
        context.update(&[u8::try_from(label.len()).unwrap_or(u8::MAX)]);
        context.update(label);
        context.update(&participant.number().to_be_bytes());
        context.update(payer.as_bytes());
        let mut key = BucketKey::default();
        key.copy_from_slice(&context.sign().as_ref()[..16]);
        key
    }

    /// What an owner is known by at every bank.
    pub fn owner_key(&self, identification: &Identification) -> OwnerKey {
        let mut context = hmac::Context::with_key(&self.owners);
        for part in identification.parts() {
            context.update(part.as_bytes());
        }
        let mut key = [0; 16];
        key.copy_from_slice(&context.sign().as_ref()[..16]);
        OwnerKey::from_bytes(key)
    }

    /// What an alert or a fraud is found by.
    pub(crate) fn subject_hash(&self, subject: &Subject) -> SubjectHash {
        match subject {
            Subject::Proxy(proxy) if proxy.kind() == ProxyKind::Hkid => self.subject_of_card(&self.proxy_hash(proxy)),
            other => self.hash_of_parts(other.parts()),
        }
    }

    /// The same for an identity card number, of which an entry keeps the hash alone.
    pub(crate) fn subject_of_card(&self, hash: &ProxyHash) -> SubjectHash {
        self.hash_of_parts(vec![b"proxy".to_vec(), ProxyKind::Hkid.code().into(), hash.to_vec()])
    }

    fn hash_of_parts(&self, parts: Vec<Vec<u8>>) -> SubjectHash {
        let mut context = hmac::Context::with_key(&self.subjects);
        for part in parts {
            // Parts come with their length, so that no two readings exist.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(&part);
        }
        let mut hash = SubjectHash::default();
        hash.copy_from_slice(&context.sign().as_ref()[..16]);
        hash
    }

    /// What is kept of a one-time code for this proxy and this bank.
    pub(crate) fn code_hash(&self, proxy: &ProxyHash, participant: ClearingCode, code: &OneTimeCode) -> Vec<u8> {
        hmac::sign(&self.codes, &code_message(proxy, participant, code)).as_ref().to_vec()
    }

    /// Whether this is the code that `hash` was made of.
    #[allow(clippy::disallowed_methods)] // a keyed hash, compared in constant time
    pub(crate) fn is_code(
        &self,
        proxy: &ProxyHash,
        participant: ClearingCode,
        code: &OneTimeCode,
        hash: &[u8],
    ) -> bool {
        hmac::verify(&self.codes, &code_message(proxy, participant, code), hash).is_ok()
    }

    /// What stands for the account of an entry: one block of AES (FIPS 197), which gives every entry another token.
    pub(crate) fn account_token(&self, entry: EntryId) -> AccountToken {
        let mut block = (*entry.as_uuid().as_bytes()).into();
        self.tokens.encrypt_block(&mut block);
        AccountToken::from_bytes(&block.into())
    }

    /// The entry whose account this token stands for, if it follows from one.
    pub(crate) fn entry_of_token(&self, token: &AccountToken) -> Option<EntryId> {
        let mut block = token.bytes()?.into();
        self.tokens.decrypt_block(&mut block);
        Some(EntryId::from_uuid(uuid::Uuid::from_bytes(block.into())))
    }

    /// The key of look-up references.
    pub const fn references(&self) -> &LookupReferenceKey {
        &self.references
    }
}

fn code_message(proxy: &ProxyHash, participant: ClearingCode, code: &OneTimeCode) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([proxy.as_slice(), &participant.number().to_be_bytes(), code.expose().as_bytes()].concat())
}

impl fmt::Debug for DirectoryKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DirectoryKeys")
    }
}
