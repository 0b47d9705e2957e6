//! The libFuzzer program of the target `lznt1`.

#![no_main]

smbreplay_fuzz_targets::program!("lznt1");
