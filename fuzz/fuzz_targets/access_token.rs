//! Fuzzes the reading of our own tokens when they come back.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("access_token", data));
