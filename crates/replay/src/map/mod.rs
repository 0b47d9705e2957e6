//! Where captured names lie live: shares, paths and users, and the way back.
//!
//! What the user may say is a [`Mapping`]. [`Names`] is what comes of it for the shares of one plan, and for one clone:
//! each captured share has a live share and a [`Place`] in it. Names are UTF-16 code units all the way, so that what no
//! text can hold (a surrogate without its partner) survives.

mod names;
mod paths;
mod rule;
mod shares;
mod sids;
mod users;

pub use names::{LiveShare, Names, SeveralShares};
pub use paths::{PathRule, Place};
pub use rule::{Root, RuleError};
pub use shares::{CapturedShare, ShareKind, ShareRule};
pub use sids::{DomainSid, SidRule};
pub use users::{UserRule, Users};

/// How captured shares, paths and users become live ones.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// `--map-share`: the last one that fits wins.
    pub shares: Vec<ShareRule>,
    /// `--map-path`: the one with the longest captured prefix wins.
    pub paths: Vec<PathRule>,
    /// `--map-user`.
    pub users: Users,
    /// `--map-sid`: the last one that fits wins.
    pub sids: Vec<SidRule>,
    /// `--root`: folder on each live disk share below which everything goes.
    pub root: Option<Root>,
}

/// UTF-16 code units of a text.
pub(crate) fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Whether two names are the same to a file server, which compares each code unit in upper case.
pub(crate) fn is_same(a: &[u16], b: &[u16]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| fold(*a) == fold(*b))
}

/// A name in upper case, by which servers tell names apart.
pub(crate) fn folded(name: &[u16]) -> Vec<u16> {
    name.iter().copied().map(fold).collect()
}

/// The upper case of a code unit, where that is one unit as well.
pub(crate) fn fold(unit: u16) -> u16 {
    let Some(character) = char::from_u32(unit.into()) else { return unit };
    let mut upper = character.to_uppercase();
    match (upper.next().map(|upper| u16::try_from(u32::from(upper))), upper.next()) {
        (Some(Ok(upper)), None) => upper,
        _ => unit,
    }
}
