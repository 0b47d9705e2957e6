//! A message field by field: its parts are all of its bytes, whatever they are.

use analysis::details::{self, Context, Details, Mark};

pub(super) fn read(message: &[u8]) {
    let context = Context::of_request(message);
    for details in [details::request(message, &[], context), details::response(message, &[], context)] {
        is_complete(&details);
        assert_eq!(details::hex(message, &[], &details.withheld()).count(), message.len().div_ceil(16));
    }
}

/// What is no part of an earlier one lies side by side.
fn is_complete(details: &Details) {
    let mut at = 0;
    let is_leaf =
        |node: &&details::Node| node.children.is_empty() && node.mark != Some(Mark::Shared) && node.length > 0;
    for leaf in details.walk().filter(is_leaf) {
        assert_eq!(leaf.offset, at, "{} begins where the one before it ends", leaf.name);
        at = leaf.range().end;
    }
    assert_eq!(at, details.length, "{}: no byte is left out", details.name);
}
