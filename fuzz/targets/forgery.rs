//! libFuzzer's way to `oracles::forgery`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::forgery(octets));
