//! libFuzzer's way to `oracles::rdata_wire`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| oracles::rdata_wire(octets));
