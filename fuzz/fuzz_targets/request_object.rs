//! Fuzzes the reading of signed authorization requests.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("request_object", data));
