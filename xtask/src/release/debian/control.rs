//! `DEBIAN/control`: what apt and dpkg know of the package.

use super::texts;

/// `installed` is the sum of the sizes of all files, in bytes.
pub(super) fn paragraph(version: &str, architecture: &str, depends: &str, installed: usize) -> String {
    let maintainer = texts::maintainer();
    let kibibytes = installed.div_ceil(1024);
    format!(
        "\
Package: smbreplay
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kibibytes}
Depends: {depends}
Suggests: samba, wireshark
Section: net
Priority: optional
Homepage: {}
Description: capture, store and replay SMB2/SMB3 network traffic
 smbreplay takes a packet capture from somebody else's network and makes the SMB
 traffic in it happen again on a lab server. It finds the SMB2/3 sessions, stores
 every operation with its exact bytes, shows them, and replays them message by
 message. Then it says where the server answered differently.
 .
 It has a command line, an HTTP API and a web page.
",
        env!("CARGO_PKG_REPOSITORY")
    )
}
