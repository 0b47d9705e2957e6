//! `cargo xtask test`: everything a change must pass.

use std::time::Instant;

use crate::book::{self, Built};
use crate::container;
use crate::crates;
use crate::demo;
use crate::deny;
use crate::fresh_machine;
use crate::fuzz;
use crate::instructions;
use crate::node::Node;
use crate::packages;
use crate::release;
use crate::virtual_environment::{Prepared, QUERIES, SCHEMATHESIS};
use crate::web;
use crate::workspace::{cargo, step};

/// Where the property tests begin: a run can be repeated. `cargo test` alone tries others each time.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20240621");
/// Tests that take minutes run when this variable is set.
const FULL: &str = "SMBREPLAY_FULL";

pub(crate) fn run(full: bool) -> anyhow::Result<()> {
    let start = Instant::now();
    packages::ensure_all()?;
    let environments = [(QUERIES.ensure()?, QUERIES), (SCHEMATHESIS.ensure()?, SCHEMATHESIS)];
    let node = Node::ensure()?;
    // The program that is tested has the page.
    web::build(&node)?;
    web::check(&node)?;
    step(cargo().args(["fmt", "--all", "--check"]))?;
    step(cargo().args(["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]))?;
    let dependencies = deny::check()?;
    let advisories = deny::check_advisories()?;
    step(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let mut tests = cargo();
    tests.args(["test", "--workspace"]);
    if std::env::var_os(SEED.0).is_none() {
        tests.env(SEED.0, SEED.1);
    }
    if full {
        tests.env(FULL, "1");
    }
    for (prepared, environment) in &environments {
        if let Prepared::Interpreter(python) = prepared {
            tests.env(environment.variable, python);
        }
    }
    step(&mut tests)?;
    // Each is built from its package alone where there is time for that.
    crates::package(full)?;
    web::test(&node)?;
    fuzz::smoke()?;
    // The first thing that a new user runs.
    demo::show(false)?;
    let package = release::check()?;
    let container = container::check()?;
    let fresh_machine = if full { fresh_machine::check()? } else { None };
    step(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    let book = book::build()?;
    instructions::check()?;
    println!(
        "\nformat, lints, tests, packages, fuzzing, demo, documentation and instruction counts are in order ({} s)",
        start.elapsed().as_secs()
    );
    dependencies.tell("licences, versions and sources of the dependencies");
    advisories.tell("advisories on the dependencies");
    for (prepared, environment) in environments {
        if let Prepared::Unavailable(reason) = prepared {
            println!("NOT RUN: {}: {reason}", environment.purpose);
        }
    }
    for (hindrance, purpose) in [
        (package, "the Debian package"),
        (container, "the container images"),
        (fresh_machine, "the README's commands on a fresh machine"),
    ] {
        if let Some(reason) = hindrance {
            println!("NOT RUN: {purpose}: {reason}");
        }
    }
    if let Built::Unavailable(reason) = book {
        println!("NOT RUN: the book: {reason}");
    }
    Ok(())
}
