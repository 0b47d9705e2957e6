//! A fresh machine, which has Debian, a Rust toolchain and nothing else: the two commands that the README begins with work there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::debian_root::{Bind, DebianRoot, Enclosure, hindrance};
use crate::workspace::{in_ci, root, step};

const RELEASE: &str = "trixie";
/// What whoever installs a Rust toolchain is told to have, and what cargo needs to trust its registry.
const BESIDE_RUST: &str =
    "apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev ca-certificates";
/// The bundle that certificates are checked with. Behind some proxies a machine has one of its own, and variables name it.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
const NAME_CERTIFICATES: [&str; 5] =
    ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CARGO_HTTP_CAINFO"];
/// Where the checkout and the toolchain are there.
const CHECKOUT: &str = "/smbreplay";
const TOOLCHAIN: &str = "/opt/rust";
/// What no clone has.
const NOT_CLONED: [&str; 7] =
    ["./.git", "./target", "./target-*", "./crates/api/assets/page", "node_modules", "dist", ".tracer"];
/// What `cargo xtask test` prints once everything is installed, the page is built, and the first check has passed.
const STARTED: &str = "==> cargo clippy ";
const POLL: Duration = Duration::from_millis(500);

/// `cargo xtask fresh-machine`.
pub(crate) fn run() -> anyhow::Result<()> {
    match check()? {
        Some(hindrance) => bail!("cannot run the README's commands on a fresh machine: {hindrance}"),
        None => Ok(()),
    }
}

/// Carries both out; why not, where this user or system cannot. Where `CI=true` that is an error.
pub(crate) fn check() -> anyhow::Result<Option<&'static str>> {
    let toolchain = toolchain()?;
    let hindrance = hindrance().or((!toolchain.starts_with("/")).then_some("rustc does not tell where it lies"));
    // Its folder is bound as a whole: that of a distribution's Rust is /usr.
    let hindrance =
        hindrance.or((toolchain == Path::new("/usr")).then_some("the Rust toolchain has no folder of its own"));
    match hindrance {
        Some(hindrance) if in_ci() => bail!("cannot run the README's commands on a fresh machine: {hindrance}"),
        Some(hindrance) => return Ok(Some(hindrance)),
        None => {}
    }
    let readme = fs::read_to_string(root().join("README.md")).context("cannot read README.md")?;
    let commands = ["cargo xtask demo", "cargo xtask test"];
    for command in commands {
        let is_it = |line: &str| line.strip_prefix(command).is_some_and(|rest| rest.starts_with(' '));
        ensure!(readme.lines().any(is_it), "README.md does not say `{command}`");
    }
    let machine = DebianRoot::make(RELEASE)?;
    machine.run(BESIDE_RUST)?;
    give(&machine)?;
    let mut enclosure = Enclosure::of(machine.path()).with_network_settings();
    enclosure.folder = CHECKOUT.to_owned();
    enclosure.binds = vec![Bind { from: toolchain, to: TOOLCHAIN.to_owned(), writable: false }];
    let path = format!("{TOOLCHAIN}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    enclosure.environment.extend([("PATH".to_owned(), path), ("HOME".to_owned(), "/root".to_owned())]);
    // Where something cannot be installed, tests are not left out.
    enclosure.environment.push(("CI".to_owned(), "true".to_owned()));
    let named = NAME_CERTIFICATES.iter().filter(|name| env::var_os(name).is_some());
    enclosure.environment.extend(named.map(|name| ((*name).to_owned(), CERTIFICATES.to_owned())));
    let [demo, test] = commands.map(|command| command.split(' ').map(str::to_owned).collect::<Vec<_>>());
    println!("\n==> on a fresh machine: {}", demo.join(" "));
    let status = enclosure.command(&demo).status().context("cannot run setpriv and unshare")?;
    ensure!(status.success(), "`{}` failed on a fresh machine ({status})", demo.join(" "));
    begins(&enclosure, &test, &machine)?;
    println!("both commands of the README work on a fresh machine");
    Ok(None)
}

/// Runs the tests until they have installed what they need and have begun.
fn begins(enclosure: &Enclosure, test: &[String], machine: &DebianRoot) -> anyhow::Result<()> {
    println!("\n==> on a fresh machine, until it has begun: {}", test.join(" "));
    let mut running = enclosure.start(test, &machine.path().join("test.log"))?;
    while !running.printed().contains(STARTED) {
        ensure!(running.runs(), "`{}` ended before it had begun; it printed:\n{}", test.join(" "), running.printed());
        thread::sleep(POLL);
    }
    let printed = running.printed();
    printed.lines().filter(|line| line.starts_with("==> ")).for_each(|line| println!("    {line}"));
    Ok(())
}

/// Where the toolchain lies that runs this program.
fn toolchain() -> anyhow::Result<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).current_dir(root()).stdin(Stdio::null()).output();
    let output = output.context("cannot run rustc")?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// The checkout as a clone has it, and of cargo what it would only have to fetch again.
fn give(machine: &DebianRoot) -> anyhow::Result<()> {
    let inside = |path: &str| machine.path().join(path.trim_start_matches('/'));
    let checkout = inside(CHECKOUT);
    for folder in [&checkout, &inside(TOOLCHAIN)] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    copy(&root(), &checkout, &NOT_CLONED)?;
    let bundle = env::var_os("SSL_CERT_FILE").map_or_else(|| PathBuf::from(CERTIFICATES), PathBuf::from);
    if bundle.is_file() {
        fs::copy(&bundle, inside(CERTIFICATES)).with_context(|| format!("cannot copy {}", bundle.display()))?;
    }
    let Some(home) = cargo_home() else { return Ok(()) };
    let fresh_home = inside("/root/.cargo");
    fs::create_dir_all(fresh_home.join("registry")).context("cannot make a folder for cargo")?;
    if home.join("config.toml").is_file() {
        fs::copy(home.join("config.toml"), fresh_home.join("config.toml")).context("cannot copy cargo's settings")?;
    }
    for part in ["registry/cache", "registry/index"].iter().filter(|part| home.join(part).is_dir()) {
        fs::create_dir_all(fresh_home.join(part)).context("cannot make a folder for cargo")?;
        copy(&home.join(part), &fresh_home.join(part), &[])?;
    }
    Ok(())
}

fn cargo_home() -> Option<PathBuf> {
    let usual = || Some(PathBuf::from(env::var_os("HOME")?).join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(usual)
}

/// Copies what is in a folder.
fn copy(from: &Path, to: &Path, without: &[&str]) -> anyhow::Result<()> {
    let mut pack = Command::new("tar");
    pack.arg("--create").args(without.iter().map(|pattern| format!("--exclude={pattern}")));
    let mut packing =
        pack.arg("--directory").arg(from).arg(".").stdout(Stdio::piped()).spawn().context("cannot run tar")?;
    let packed = packing.stdout.take().context("tar has no output")?;
    step(Command::new("tar").args(["--extract", "--directory"]).arg(to).stdin(packed))?;
    let status = packing.wait().context("cannot wait for tar")?;
    ensure!(status.success(), "{} cannot be copied ({status})", from.display());
    Ok(())
}
