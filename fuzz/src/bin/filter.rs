//! The libFuzzer program of the target `filter`.

#![no_main]

smbreplay_fuzz_targets::program!("filter");
