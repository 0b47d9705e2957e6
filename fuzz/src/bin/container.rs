//! The libFuzzer program of the target `container`.

#![no_main]

smbreplay_fuzz_targets::program!("container");
