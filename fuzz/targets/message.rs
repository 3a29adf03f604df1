//! libFuzzer's way to `oracles::message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::message(octets));
