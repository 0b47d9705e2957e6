//! The libFuzzer program of the target `auth`.

#![no_main]

smbreplay_fuzz_targets::program!("auth");
