//! libFuzzer's way to `oracles::answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::answer(octets));
