//! Expressions that say which operations are of interest, in the syntax of Wireshark's display filters.
