//! The libFuzzer program of the target `compressed_message`.

#![no_main]

smbreplay_fuzz_targets::program!("compressed_message");
