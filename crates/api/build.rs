//! Builds again when the web page has been built: it is embedded.

use std::path::Path;

fn main() {
    // A path that is not there would mean every build anew.
    let page = Path::new("../../web/dist");
    let watched = if page.exists() { page } else { Path::new("../../web") };
    println!("cargo::rerun-if-changed={}", watched.display());
}
