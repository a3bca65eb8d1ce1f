//! What the signatures of one flow cost by themselves, on this machine and in this run.

use std::fs;
use std::time::Duration;

use anyhow::Context;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};

/// What the server signs in one flow: the access token and the ID token.
const SIGNED: u32 = 2;
/// What it verifies: two client assertions, two proofs of possession, and its own access token.
const VERIFIED: u32 = 5;
const ROUNDS: u32 = 2_000;

/// Microseconds that ring needs for one flow's signatures and verifications.
pub(super) fn micros_a_flow() -> anyhow::Result<u64> {
    let random = SystemRandom::new();
    let failed = |_| anyhow::anyhow!("ring failed");
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(failed)?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random)
        .map_err(|refused| anyhow::anyhow!("{refused}"))?;
    let message = [7; 400];
    let signature = key.sign(&random, &message).map_err(failed)?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    let signing = timed(|| key.sign(&random, &message).map(drop).map_err(failed))?;
    let verifying = timed(|| public.verify(&message, signature.as_ref()).map_err(failed))?;
    Ok(u64::try_from((signing * SIGNED + verifying * VERIFIED).as_micros())?)
}

/// By the processor's time, as the server's is told: what else the machine does makes neither longer.
fn timed(mut act: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let started = processor_time()?;
    for _ in 0..ROUNDS {
        act()?;
    }
    Ok(processor_time()?.saturating_sub(started) / ROUNDS)
}

/// What this thread, the program's first, has used of the processor.
fn processor_time() -> anyhow::Result<Duration> {
    let spent = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = spent.split_whitespace().next().context("unreadable /proc")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}
