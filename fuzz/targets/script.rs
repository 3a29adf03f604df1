//! libFuzzer's way to `oracles::script`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::script(octets));
