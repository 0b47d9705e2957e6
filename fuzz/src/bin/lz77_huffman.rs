//! The libFuzzer program of the target `lz77_huffman`.

#![no_main]

smbreplay_fuzz_targets::program!("lz77_huffman");
