//! Fuzzes the reading of `claims` and `scope`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("claims_and_scope", data));
