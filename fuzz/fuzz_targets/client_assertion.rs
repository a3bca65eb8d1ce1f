//! Fuzzes the reading of client assertions.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("client_assertion", data));
