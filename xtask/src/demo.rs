//! `cargo xtask demo`: from the project's own capture to a verdict on a lab server.

pub(crate) fn run(_samba: bool) -> anyhow::Result<()> {
    Ok(())
}
