//! The key folder: the master secret, the authority that certifies participants, and the key that signs checkpoints.
//! Made on the first run.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use payments::clearing::CheckpointKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ED25519, SanType, SerialNumber,
};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use store::Timestamp;
use zeroize::Zeroizing;

const MASTER: &str = "master.key";
const AUTHORITY_CERTIFICATE: &str = "participants-ca.pem";
const AUTHORITY_KEY: &str = "participants-ca.key";
const CHECKPOINT_KEY: &str = "checkpoint.key";

const DAY: Duration = Duration::from_hours(24);
/// The authority itself.
const AUTHORITY_LIFE: Duration = DAY.saturating_mul(3_650);
/// What it certifies: participants and the listener.
const LEAF_LIFE: Duration = DAY.saturating_mul(397);
/// Clocks of two machines may differ by this much.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// The key folder, opened.
pub struct KeyFolder {
    folder: PathBuf,
    master: Zeroizing<[u8; 32]>,
}

/// A certificate and its private key, both PEM.
pub struct CertifiedKey {
    /// The certificate, followed by its authority's.
    pub certificate: String,
    /// PKCS#8.
    pub key: Zeroizing<String>,
}

impl KeyFolder {
    /// Opens the folder, making what is not there yet.
    pub fn open_or_create(folder: &Path, now: Timestamp) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        if !folder.join(MASTER).exists() {
            let mut secret = Zeroizing::new([0_u8; 32]);
            SystemRandom::new().fill(&mut *secret).map_err(|_| anyhow::anyhow!("no randomness"))?;
            write_private(&folder.join(MASTER), Zeroizing::new(hex::encode(*secret)).as_bytes())?;
        }
        if !folder.join(AUTHORITY_CERTIFICATE).exists() {
            make_authority(folder, now)?;
        }
        if !folder.join(CHECKPOINT_KEY).exists() {
            let key = KeyPair::generate_for(&PKCS_ED25519)?;
            write_private(&folder.join(CHECKPOINT_KEY), Zeroizing::new(key.serialize_pem()).as_bytes())?;
        }
        Self::open(folder)
    }

    /// Opens a folder that must be complete.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(MASTER);
        let text = Zeroizing::new(fs::read_to_string(&path).with_context(|| path.display().to_string())?);
        let mut master = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(text.trim(), &mut *master)
            .map_err(|_| anyhow::anyhow!("{}: 64 hexadecimal digits are expected", path.display()))?;
        Ok(Self { folder: folder.to_owned(), master })
    }

    /// The secret from which the crates derive their keys, each under labels of its own.
    pub fn master(&self) -> &[u8; 32] {
        &self.master
    }

    /// The key that signs checkpoints of the log.
    pub fn checkpoint_key(&self) -> anyhow::Result<CheckpointKey> {
        let path = self.folder.join(CHECKPOINT_KEY);
        let pem = Zeroizing::new(fs::read(&path).with_context(|| path.display().to_string())?);
        let document =
            PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| anyhow::anyhow!("{}: not PEM", path.display()))?;
        CheckpointKey::from_pkcs8(document.secret_pkcs8_der()).with_context(|| path.display().to_string())
    }

    /// The participants' authority certificate, PEM: what banks trust, and what vouches for them.
    pub fn authority_certificate(&self) -> anyhow::Result<String> {
        let path = self.folder.join(AUTHORITY_CERTIFICATE);
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// Certifies a bank's own key from its PKCS#10 request, whatever names the request asks for: the subject
    /// is the clearing code. Returns the certificate, PEM.
    pub fn certify_participant(&self, request: &str, clearing_code: &str, now: Timestamp) -> anyhow::Result<String> {
        let mut request = CertificateSigningRequestParams::from_pem(request).context("certificate request")?;
        request.params = leaf(clearing_code, ExtendedKeyUsagePurpose::ClientAuth, now)?;
        Ok(request.signed_by(&self.authority()?)?.pem())
    }

    /// Certifies the participants' listener for these names. A fresh key each time: nothing of it is kept.
    pub fn certify_listener(&self, names: &[String], now: Timestamp) -> anyhow::Result<CertifiedKey> {
        let mut params = leaf("Lionrock participants", ExtendedKeyUsagePurpose::ServerAuth, now)?;
        for name in names {
            params.subject_alt_names.push(match name.parse() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(name.as_str().try_into().with_context(|| name.clone())?),
            });
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.authority()?)?.pem();
        let chain = format!("{certificate}{}", self.authority_certificate()?);
        Ok(CertifiedKey { certificate: chain, key: Zeroizing::new(key.serialize_pem()) })
    }

    fn authority(&self) -> anyhow::Result<Issuer<'static, KeyPair>> {
        let path = self.folder.join(AUTHORITY_KEY);
        let pem = Zeroizing::new(fs::read_to_string(&path).with_context(|| path.display().to_string())?);
        Ok(Issuer::from_ca_cert_pem(&self.authority_certificate()?, KeyPair::from_pem(&pem)?)?)
    }
}

fn make_authority(folder: &Path, now: Timestamp) -> anyhow::Result<()> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name("Lionrock participants authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = (now - CLOCK_SKEW).to_utc();
    params.not_after = (now + AUTHORITY_LIFE).to_utc();
    params.serial_number = Some(serial()?);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    // The key first: a certificate without its key would look complete.
    write_private(&folder.join(AUTHORITY_KEY), key.serialize_pem().as_bytes())?;
    fs::write(folder.join(AUTHORITY_CERTIFICATE), certificate.pem())?;
    Ok(())
}

fn leaf(common_name: &str, purpose: ExtendedKeyUsagePurpose, now: Timestamp) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    params.use_authority_key_identifier_extension = true;
    params.not_before = (now - CLOCK_SKEW).to_utc();
    params.not_after = (now + LEAF_LIFE).to_utc();
    params.serial_number = Some(serial()?);
    Ok(params)
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Lionrock");
    name.push(DnType::CommonName, common_name);
    name
}

fn serial() -> anyhow::Result<SerialNumber> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("no randomness"))?;
    bytes[0] &= 0x7f; // positive, as RFC 5280 section 4.1.2.2 wants it
    Ok(SerialNumber::from_slice(&bytes))
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let unfinished = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished).with_context(|| unfinished.display().to_string())?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    #[test]
    fn the_master_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = *KeyFolder::open_or_create(folder.path(), NOW).unwrap().master();
        assert_eq!(first, *KeyFolder::open_or_create(folder.path(), NOW).unwrap().master());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(MASTER)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }

    #[test]
    fn a_participant_keeps_its_key_and_gets_no_name_of_its_own_choosing() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open_or_create(folder.path(), NOW).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut wish = CertificateParams::new(vec!["lionrock.example".to_owned()]).unwrap();
        wish.distinguished_name = name("somebody else");
        let request = wish.serialize_request(&key).unwrap().pem().unwrap();
        let certificate = keys.certify_participant(&request, "012", NOW).unwrap();
        let (chain, _) = crate::http::tls::identity(certificate.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
        let text = String::from_utf8_lossy(&chain[0]).into_owned();
        assert!(text.contains("012") && !text.contains("somebody") && !text.contains("lionrock.example"));
    }
}
