//! Fuzzes the reading of clients' certificates.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::untrusted::read("client_certificate", data));
