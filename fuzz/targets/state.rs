//! libFuzzer's way to `oracles::state`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::state(octets));
