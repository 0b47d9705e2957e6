//! Security buffers: SPNEGO (RFC 4178, MS-SPNG) element by element, and NTLM inside it or alone.

use super::node::Node;
use super::ntlm;
use super::structure::data;
use super::window::Window;
use smb2::auth::ntlm::SIGNATURE;
use smb2::auth::spnego::Mechanism;

/// Elements inside elements that are opened; SPNEGO has six.
const MOST_LEVELS: usize = 8;
/// Elements of one that are shown.
const MOST_ELEMENTS: usize = 64;

const APPLICATION_0: u8 = 0x60;
const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const NEG_TOKEN_INIT: u8 = 0xa0;
const NEG_TOKEN_RESP: u8 = 0xa1;

/// A security token: what it is shows in its first bytes.
pub(super) fn token(name: &'static str, window: Window<'_>) -> Node {
    if window.bytes().starts_with(&SIGNATURE) {
        return Node::new(name, window.range()).with(vec![ntlm::message(window)]);
    }
    let is_spnego = matches!(window.u8(0), Some(APPLICATION_0 | NEG_TOKEN_INIT | NEG_TOKEN_RESP));
    match element(window).filter(|_| is_spnego) {
        Some(_) => Node::new(name, window.range()).with(elements(window, Place::Outermost, MOST_LEVELS)),
        None => data(name, window),
    }
}

/// Where in a token an element is, which says what its tag means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The token itself, and inside InitialContextToken of GSS-API (RFC 2743 3.1).
    Outermost,
    /// NegTokenInit.
    Init,
    /// NegTokenResp.
    Resp,
    /// mechTypes.
    MechTypes,
    /// Anything else.
    Inside,
}

/// The first element: tag, length of tag and length together, content.
fn element(window: Window<'_>) -> Option<(u8, usize, Window<'_>)> {
    let (tag, first) = (window.u8(0)?, window.u8(1)?);
    let (header, length) = if first < 0x80 {
        (2, usize::from(first))
    } else {
        let digits = usize::from(first & 0x7f);
        // Four digits are more than a security buffer can hold.
        let bytes = window.part(2, digits).filter(|_| (1..=4).contains(&digits))?.bytes();
        let length = bytes.iter().fold(0_usize, |value, digit| value << 8 | usize::from(*digit));
        (digits.saturating_add(2), length)
    };
    Some((tag, header, window.part(header, length)?))
}

fn elements(window: Window<'_>, place: Place, levels: usize) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut rest = window;
    for _ in 0..MOST_ELEMENTS {
        let Some((tag, header, content)) = element(rest) else { break };
        let length = header.saturating_add(content.len());
        nodes.push(one(rest.first(length), tag, header, content, place, levels));
        rest = rest.from(length);
    }
    nodes
}

fn one(whole: Window<'_>, tag: u8, header: usize, content: Window<'_>, place: Place, levels: usize) -> Node {
    let (name, inside) = meaning(tag, place, content.u8(0));
    let node = Node::new(name, whole.range());
    let framed = |content: Vec<Node>| {
        let frame = Node::new("DER tag and length", whole.first(header).range());
        [vec![frame.valued(super::value::hex(whole.first(header).bytes()))], content].concat()
    };
    let is_constructed = tag & 0x20 != 0;
    if is_constructed && levels > 0 {
        return node.with(framed(elements(content, inside, levels.saturating_sub(1))));
    }
    match tag {
        OBJECT_IDENTIFIER => node.valued(Mechanism::from_oid(content.bytes()).to_string()),
        ENUMERATED => {
            let state = content.u8(0).filter(|_| content.len() == 1);
            let name = match state {
                Some(0) => Some("accept-completed"),
                Some(1) => Some("accept-incomplete"),
                Some(2) => Some("reject"),
                Some(3) => Some("request-mic"),
                _ => None,
            };
            node.valued(super::value::hex(content.bytes())).meaning(name)
        }
        OCTET_STRING if content.bytes().starts_with(&SIGNATURE) => node.with(framed(vec![ntlm::message(content)])),
        _ => node.with(framed(vec![data("value", content)])),
    }
}

/// What an element is called, and where its own elements are; `first` is the tag of the first of these.
fn meaning(tag: u8, place: Place, first: Option<u8>) -> (&'static str, Place) {
    match (place, tag) {
        (Place::Outermost, APPLICATION_0) => ("InitialContextToken", Place::Outermost),
        (Place::Outermost, OBJECT_IDENTIFIER) => ("thisMech", place),
        (Place::Outermost, NEG_TOKEN_INIT) => ("NegTokenInit", Place::Init),
        (Place::Outermost, NEG_TOKEN_RESP) => ("NegTokenResp", Place::Resp),
        (Place::Init, 0xa0) => ("mechTypes", Place::MechTypes),
        (Place::Init, 0xa1) => ("reqFlags", Place::Inside),
        (Place::Init, 0xa2) => ("mechToken", Place::Inside),
        // NegTokenInit2 of a server has hints in between (MS-SPNG 2.2.1).
        (Place::Init, 0xa3) if first == Some(SEQUENCE) => ("negHints", Place::Inside),
        (Place::Init, 0xa3 | 0xa4) | (Place::Resp, 0xa3) => ("mechListMIC", Place::Inside),
        (Place::Resp, 0xa0) => ("negState", Place::Inside),
        (Place::Resp, 0xa1) => ("supportedMech", Place::Inside),
        (Place::Resp, 0xa2) => ("responseToken", Place::Inside),
        (Place::MechTypes, OBJECT_IDENTIFIER) => ("MechType", place),
        (_, SEQUENCE) => ("SEQUENCE", place),
        (_, OBJECT_IDENTIFIER) => ("OBJECT IDENTIFIER", place),
        (_, OCTET_STRING) => ("OCTET STRING", place),
        (_, ENUMERATED) => ("ENUMERATED", place),
        _ => ("element", Place::Inside),
    }
}
