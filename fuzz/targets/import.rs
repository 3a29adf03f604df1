//! libFuzzer's way to `oracles::import`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::import(octets));
