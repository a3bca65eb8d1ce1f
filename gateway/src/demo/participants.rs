//! The demo's banks join the switch as any bank would: a key of their own, a certificate from the participants'
//! authority, its thumbprint recorded, and funds.

use std::path::Path;

use anyhow::Context;
use rcgen::{CertificateParams, KeyPair};
use zeroize::Zeroizing;

use crate::clock;
use crate::keys::{CertifiedKey, KeyFolder, write_private};

/// A bank's key and certificate in its own folder, made on the first run.
pub(super) fn certified_key(folder: &Path, clearing_code: &str, keys: &KeyFolder) -> anyhow::Result<CertifiedKey> {
    let (key_path, certificate_path) = (folder.join("bank.key"), folder.join("bank.pem"));
    if !certificate_path.exists() {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let key = KeyPair::generate()?;
        let request = CertificateParams::default().serialize_request(&key)?.pem()?;
        write_private(&key_path, Zeroizing::new(key.serialize_pem()).as_bytes())?;
        std::fs::write(&certificate_path, keys.certify_participant(&request, clearing_code, clock::now())?)?;
    }
    let read = |path: &Path| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    Ok(CertifiedKey { certificate: read(&certificate_path)?, key: read(&key_path)?.into() })
}
