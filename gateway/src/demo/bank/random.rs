//! Randomness for payment ids, sessions and tokens.

use ring::rand::{SecureRandom, SystemRandom};

use super::BankError;

/// Random bytes from the operating system.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], BankError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| BankError::NoRandomness)?;
    Ok(bytes)
}
