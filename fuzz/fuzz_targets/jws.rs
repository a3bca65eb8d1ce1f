//! Fuzzes the reading of signed tokens (JWS).

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("jws", data));
