//! The libFuzzer program of the target `dissector`.

#![no_main]

smbreplay_fuzz_targets::program!("dissector");
