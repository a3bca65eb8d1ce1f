//! Fuzzes the reading of the `Authorization` header.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("authorization_header", data));
