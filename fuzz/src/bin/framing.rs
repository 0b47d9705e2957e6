#![no_main]

smbreplay_fuzz_targets::program!("framing");
