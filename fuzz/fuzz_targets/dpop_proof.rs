//! Fuzzes the reading of proofs of possession (DPoP).

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("dpop_proof", data));
