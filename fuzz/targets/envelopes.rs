#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| meetgate_fuzz::envelopes::check(input));
