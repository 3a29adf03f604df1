//! libFuzzer's way to `oracles::requirement`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::requirement(octets));
