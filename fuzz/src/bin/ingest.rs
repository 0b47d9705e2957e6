//! The libFuzzer program of the target `ingest`.

#![no_main]

smbreplay_fuzz_targets::program!("ingest");
