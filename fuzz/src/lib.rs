//! The frame of a libFuzzer program: a target's body, and changes that know the structure of its inputs.
//!
//! `cargo xtask fuzz` builds the programs with the flags that let libFuzzer see which code an input reaches.

use smbreplay_fuzz::{Target, mutation};
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    /// What the last panic said.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes a program of the target called `$name`.
#[macro_export]
macro_rules! program {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(init: $crate::remember_panics(), |input: &[u8]| $crate::run($name, input));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
            $crate::mutate($name, data, size, most, seed)
        });
    };
}

/// Panics end a program only where nothing catches them: the readers of Parquet files catch those of the library below.
pub fn remember_panics() {
    panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        LAST_PANIC.with(|last| last.replace(text));
    }));
}

/// Runs a target's body; what it does not hold ends the program.
pub fn run(name: &str, input: &[u8]) {
    let Some(target) = Target::named(name) else { fail(&format!("no target is called {name}")) };
    if panic::catch_unwind(AssertUnwindSafe(|| (target.body)(input))).is_err() {
        fail(&LAST_PANIC.with(RefCell::take));
    }
}

/// Changes an input of a target.
pub fn mutate(name: &str, data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let Some(target) = Target::named(name) else { fail(&format!("no target is called {name}")) };
    let most = most.min(data.len());
    let mut bytes = |data: &mut [u8], size| {
        let most = data.len();
        libfuzzer_sys::fuzzer_mutate(data, size, most)
    };
    mutation::mutate(target.structure, data, size, most, seed, &mut bytes)
}

fn fail(reason: &str) -> ! {
    eprintln!("{reason}");
    std::process::abort()
}
