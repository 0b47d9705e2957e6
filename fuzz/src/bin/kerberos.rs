//! The libFuzzer program of the target `kerberos`.

#![no_main]

smbreplay_fuzz_targets::program!("kerberos");
