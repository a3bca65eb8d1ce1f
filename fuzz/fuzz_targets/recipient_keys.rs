//! Fuzzes the reading of published keys, and encrypting to them (JWE).

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("recipient_keys", data));
