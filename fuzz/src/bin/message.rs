//! The libFuzzer program of the target `message`.

#![no_main]

smbreplay_fuzz_targets::program!("message");
