//! The libFuzzer program of the target `pickle`.

#![no_main]

smbreplay_fuzz_targets::program!("pickle");
