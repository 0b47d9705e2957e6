//! The libFuzzer program of the target `framing`.

#![no_main]

smbreplay_fuzz_targets::program!("framing");
