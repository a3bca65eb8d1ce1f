//! Fuzzes the reading of client metadata.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("client_metadata", data));
