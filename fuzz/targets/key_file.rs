//! libFuzzer's way to `oracles::key_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::key_file(octets));
