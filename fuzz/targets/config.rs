//! libFuzzer's way to `oracles::config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::config(octets));
