//! The libFuzzer program of the target `transform`.

#![no_main]

smbreplay_fuzz_targets::program!("transform");
