//! The Python that `cargo xtask test` prepares.

use std::ffi::OsString;

/// The interpreter of an environment with the packages of `queries/requirements.txt`; `cargo xtask test` makes one.
const PYTHON: &str = "SMBREPLAY_QUERIES_PYTHON";

/// `None`, and said so, without an interpreter.
#[allow(clippy::print_stderr, reason = "tests")]
pub(crate) fn python() -> Option<OsString> {
    let python = std::env::var_os(PYTHON);
    if python.is_none() {
        eprintln!(
            "NOT RUN: {PYTHON} names no Python with crates/cli/tests/queries/requirements.txt; `cargo xtask test` does"
        );
    }
    python
}
