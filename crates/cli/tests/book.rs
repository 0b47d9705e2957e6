//! The documentation: every command and block of code in it is run or at least read by the program, every link leads
//! somewhere, and the book has every page. CONTRIBUTING.md says how blocks are marked.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod book {
    mod block;
    mod captures;
    mod commands;
    mod data;
    mod examples;
    mod links;
    mod messages;
    mod page;
    mod parsed;
    mod program;
    mod realm;
    mod shell;
    mod shown;
    mod stage;
    mod stand_in;
}
mod support;
