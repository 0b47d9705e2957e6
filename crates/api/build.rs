//! Builds again when the web page has been built: `cargo xtask web` puts it into `assets/page`, and it is embedded.

fn main() {
    println!("cargo::rerun-if-changed=assets");
}
