//! libFuzzer's way to `oracles::key_pair`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::key_pair(octets));
