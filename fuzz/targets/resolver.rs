//! libFuzzer's way to `oracles::resolver`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::resolver(octets));
