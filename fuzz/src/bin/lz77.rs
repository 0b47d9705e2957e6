//! The libFuzzer program of the target `lz77`.

#![no_main]

smbreplay_fuzz_targets::program!("lz77");
