//! Making a tree account for every byte: what no field is about gets a part of its own, what two are about is told, and
//! what the capture lacks is marked.

use super::lacking::Lacking;
use super::node::{Mark, Node};
use super::value;
use super::window::Window;
use std::ops::Range;

/// Bytes up to which a gap counts as padding: structures are aligned to 8, and a buffer that is empty may have a byte.
const MOST_PADDING: usize = 8;

/// Parts that are together all of `range`.
pub(super) fn complete(nodes: Vec<Node>, range: Range<usize>, message: Window<'_>, holes: &Lacking) -> Vec<Node> {
    let mut nodes = nodes;
    nodes.sort_by_key(|node| node.offset);
    let mut at = range.start;
    let mut all = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        let own = node.range();
        if own.start < at && !own.is_empty() {
            share(&mut node);
            missing(&mut node, holes);
            all.push(node);
            continue;
        }
        all.extend(gap(at..own.start, message, holes));
        at = at.max(own.end);
        if !node.children.is_empty() {
            node.children = complete(std::mem::take(&mut node.children), own, message, holes);
        }
        missing(&mut node, holes);
        all.push(node);
    }
    all.extend(gap(at..range.end, message, holes));
    all
}

fn gap(range: Range<usize>, message: Window<'_>, holes: &Lacking) -> Option<Node> {
    let window = message.part(range.start, range.len()).filter(|window| window.len() > 0)?;
    let (name, mark) =
        if window.len() <= MOST_PADDING { ("Padding", Mark::Padding) } else { ("Unknown", Mark::Unknown) };
    let mut node = Node::new(name, range).valued(value::hex(window.bytes())).marked(mark);
    missing(&mut node, holes);
    Some(node)
}

fn share(node: &mut Node) {
    if node.length > 0 {
        node.mark = Some(Mark::Shared);
    }
    node.children.iter_mut().for_each(share);
}

/// A leaf whose bytes lie in a hole has no value.
fn missing(node: &mut Node, holes: &Lacking) {
    let lacking = holes.count(&node.range());
    if lacking == 0 || !node.children.is_empty() {
        return;
    }
    let what = if lacking == node.length { "not captured".to_owned() } else { format!("{lacking} bytes not captured") };
    node.value = (node.length > 8).then(|| format!("{} bytes", node.length));
    node.meaning = Some(what);
    if node.mark != Some(Mark::Shared) {
        node.mark = Some(Mark::Missing);
    }
}
