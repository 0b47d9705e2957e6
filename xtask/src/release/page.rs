//! The web page, which the program embeds if it was there when it was built.

use std::path::PathBuf;

use crate::node::Node;
use crate::web;
use crate::workspace::root;

/// Builds it where Node.js is or can be had, and says so where not.
pub(super) fn build() {
    if let Err(error) = Node::ensure().and_then(|node| web::build(&node)) {
        let with_one = if is_built() { "the page that was built before" } else { "no web page" };
        println!("the program gets {with_one}: {error:#}");
    }
}

/// Whether there is one to embed.
pub(super) fn is_built() -> bool {
    folder().join("index.html").exists()
}

fn folder() -> PathBuf {
    root().join("crates/api/assets/page")
}
