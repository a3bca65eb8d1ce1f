//! Making RSA keys, which ring cannot do. The `rsa` crate makes them and does nothing else with them: ring signs.

use std::convert::Infallible;

use ring::hmac;
use ring::rand::SecureRandom;
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use zeroize::{Zeroize, Zeroizing};

/// As long as FAPI asks for at least (FAPI 2.0 Security Profile, section 5.4); longer ones only sign more slowly.
const BITS: usize = 2048;

/// Makes a key pair and gives it as PKCS#8 (RFC 5958). It takes a good part of a second.
pub(super) fn generate(random: &dyn SecureRandom) -> Option<Zeroizing<Vec<u8>>> {
    let mut seed = Zeroizing::new([0; 32]);
    random.fill(seed.as_mut_slice()).ok()?;
    let mut stream = Stream::new(&seed);
    let key = RsaPrivateKey::new(&mut stream, BITS).ok()?;
    Some(Zeroizing::new(key.to_pkcs8_der().ok()?.as_bytes().to_vec()))
}

/// Random bytes without end, grown from one seed: HMAC-SHA256 over a counter. Unlike the operating system's they
/// cannot fail half-way through the search for a prime.
struct Stream {
    key: hmac::Key,
    counter: u64,
}

impl Stream {
    fn new(seed: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), counter: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, filled: &mut [u8]) -> Result<(), Infallible> {
        for part in filled.chunks_mut(32) {
            self.counter += 1;
            let mut block = [0; 32];
            block.copy_from_slice(hmac::sign(&self.key, &self.counter.to_be_bytes()).as_ref());
            part.copy_from_slice(&block[..part.len()]);
            block.zeroize();
        }
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(stream: &mut Stream, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        let Ok(()) = stream.try_fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn the_stream_never_repeats_and_depends_on_its_seed() {
        let (mut one, mut same, mut other) = (Stream::new(&[1; 32]), Stream::new(&[1; 32]), Stream::new(&[2; 32]));
        let first = bytes(&mut one, 70);
        assert_eq!(first, bytes(&mut same, 70));
        assert_ne!(first, bytes(&mut one, 70));
        assert_ne!(first, bytes(&mut other, 70));
        assert_ne!(first[..32], first[32..64]);
    }
}
