//! The libFuzzer program of the target `stored`.

#![no_main]

smbreplay_fuzz_targets::program!("stored");
