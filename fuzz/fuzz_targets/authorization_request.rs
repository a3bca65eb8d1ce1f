//! Fuzzes the reading of authorization requests.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("authorization_request", data));
