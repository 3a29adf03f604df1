//! libFuzzer's way to `oracles::rdata_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::rdata_text(octets));
