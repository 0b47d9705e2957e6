//! The lab server's image: a Samba that can be replayed on.

use std::path::Path;

use anyhow::ensure;

use super::image::Image;
use super::running::{Container, Options, free_port};
use crate::debian_root::Capabilities;

/// The password of its user here.
pub(super) const PASSWORD: &str = "of-the-lab-0815";

/// A lab server that runs; it ends with this.
pub(super) struct Lab {
    container: Container,
    pub(super) port: u16,
}

/// Starts it on a free port of 127.0.0.1 alone, since it has the network of this machine.
pub(super) fn start(image: &Image, logs: &Path) -> anyhow::Result<Lab> {
    ensure!(image.settings.ports == [445], "the lab server is to expose the port of SMB");
    let port = free_port()?;
    let port_here = format!("--port={port}");
    let arguments = [port_here.as_str(), "--option=interfaces=127.0.0.1/8", "--option=bind interfaces only=yes"];
    let options = Options {
        capabilities: Capabilities::Docker,
        writable: true,
        volumes: &[],
        environment: &[("LAB_PASSWORD", PASSWORD)],
        arguments: Some(&arguments),
    };
    let container = Container::start(image, &options, &logs.join("lab.log"))?;
    Ok(Lab { container, port })
}

impl Lab {
    /// Stops it as `docker stop` does.
    pub(super) fn stop(self) -> anyhow::Result<()> {
        let status = self.container.stop()?;
        ensure!(status.success(), "the lab server ended with {status}");
        Ok(())
    }
}
