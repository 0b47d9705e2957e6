//! `cargo xtask samba`: a private Samba for tests that are not written in Rust.

use std::io::{self, Read as _, Write as _};

use anyhow::Context;
use lab::{Samba, SambaOptions};
use serde_json::json;

/// Starts it, prints where it is as one line of JSON, and ends it when standard input ends.
pub(crate) fn run() -> anyhow::Result<()> {
    let samba = Samba::start(SambaOptions::default())?;
    let place = json!({
        "server_ip": "127.0.0.1",
        "port": samba.port(),
        "tree_name": samba.share(),
        "username": samba.username(),
        "password": samba.password(),
        "folder": samba.share_path(),
    });
    println!("{place}");
    io::stdout().flush().context("nobody reads where the server is")?;
    io::stdin().read_to_end(&mut Vec::new()).context("cannot wait for the end of standard input")?;
    Ok(())
}
