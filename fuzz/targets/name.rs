//! libFuzzer's way to `oracles::name`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::name(octets));
