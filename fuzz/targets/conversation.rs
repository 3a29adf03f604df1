//! libFuzzer's way to `oracles::conversation`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::conversation(octets));
