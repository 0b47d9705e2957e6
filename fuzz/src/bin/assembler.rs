//! The libFuzzer program of the target `assembler`.

#![no_main]

smbreplay_fuzz_targets::program!("assembler");
