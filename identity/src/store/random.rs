//! The one place of this crate that draws random bytes (by ring, from the operating system).

use ring::rand::{SecureRandom, SystemRandom};

use crate::Error;

/// `N` random bytes, unpredictable to everyone.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Cryptography("random bytes"))?;
    Ok(bytes)
}
