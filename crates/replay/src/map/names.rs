//! The live names of one plan and one clone.

use crate::map::{CapturedShare, Mapping, Place, Root, ShareKind, is_same, units};
use std::borrow::Cow;

/// The share of named pipes, on every server.
const PIPES: &str = "IPC$";

/// What a captured share is live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveShare {
    /// Its name.
    pub name: String,
    /// Whether a rule of the user says so.
    pub is_mapped: bool,
    /// Where captured names lie in it; they stay as they are on shares of pipes and printers.
    pub place: Place,
}

/// The live share and place of each captured share, by its index in the plan.
#[derive(Clone, Debug, Default)]
pub struct Names {
    shares: Vec<LiveShare>,
    default: LiveShare,
    collisions: Vec<Vec<usize>>,
}

impl Names {
    /// Decides for all captured shares: disk shares go to `configured` unless mapped, pipes to `IPC$`, printers keep
    /// their name. `root` is that of the mapping, or of a clone. Several captured disk shares that fall on one live
    /// share get a folder each below the root; without a root they are [`Names::collisions`].
    pub fn new(captured: &[CapturedShare], configured: &str, mapping: &Mapping, root: Option<&Root>) -> Self {
        let live: Vec<(String, bool)> = captured.iter().map(|share| live_name(share, configured, mapping)).collect();
        let falls_together = |index: usize| -> Vec<usize> {
            let is_with = |(other, share): (usize, &CapturedShare)| {
                let same =
                    live.get(other).zip(live.get(index)).is_some_and(|((a, _), (b, _))| is_same(&units(a), &units(b)));
                (same && share.kind == ShareKind::Disk && share.connected).then_some(other)
            };
            captured.iter().enumerate().filter_map(is_with).collect()
        };
        let mut names = Self { default: default_share(configured, mapping, root), ..Self::default() };
        for (index, (share, (name, is_mapped))) in captured.iter().zip(&live).enumerate() {
            let mut place = Place::default();
            if share.kind == ShareKind::Disk {
                let together = falls_together(index);
                let folder = match (root, together.as_slice()) {
                    (Some(root), [_, _, ..]) => root.join(&folder_name(captured, index)).units().to_vec(),
                    (Some(root), _) => root.units().to_vec(),
                    (None, _) => Vec::new(),
                };
                place = Place::new(&share.name, &folder, &mapping.paths);
                if root.is_none() && together.len() > 1 && together.first() == Some(&index) {
                    names.collisions.push(together);
                }
            }
            names.shares.push(LiveShare { name: name.clone(), is_mapped: *is_mapped, place });
        }
        names
    }

    /// Groups of captured disk shares whose files would mix on one live share.
    pub fn collisions(&self) -> &[Vec<usize>] {
        &self.collisions
    }

    /// What a captured share is live; for one that the capture does not name, the configured share.
    pub fn share(&self, captured: Option<usize>) -> &LiveShare {
        captured.and_then(|index| self.shares.get(index)).unwrap_or(&self.default)
    }

    /// The live name for a name on a captured share.
    pub fn live_name<'a>(&self, share: Option<usize>, captured: &'a [u16]) -> Cow<'a, [u16]> {
        self.share(share).place.live(captured)
    }

    /// The captured name for a name that the live server gave for a captured share, both relative to the share;
    /// `None` when it lies where no captured name can lie.
    pub fn captured_name(&self, share: Option<usize>, live: &[u16]) -> Option<Vec<u16>> {
        self.share(share).place.captured(live)
    }
}

/// Captured disk shares would fall on one live share and mix there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the captured disk shares {} would all go to the live share {live}", shares.join(", "))]
pub struct SeveralShares {
    /// Their names.
    pub shares: Vec<String>,
    /// The live share.
    pub live: String,
}

impl SeveralShares {
    /// Refuses names under which the files of several captured shares would overwrite each other.
    ///
    /// # Errors
    /// [`SeveralShares`].
    pub fn refuse(captured: &[CapturedShare], names: &Names) -> Result<(), Self> {
        let Some(collision) = names.collisions().first() else { return Ok(()) };
        let share = |index: &usize| captured.get(*index).map(|share| share.name.clone());
        let live = names.share(collision.first().copied()).name.clone();
        Err(Self { shares: collision.iter().filter_map(share).collect(), live })
    }
}

/// The live name of a captured share, and whether a rule says so.
fn live_name(share: &CapturedShare, configured: &str, mapping: &Mapping) -> (String, bool) {
    if let Some(name) = mapping.shares.iter().rev().find_map(|rule| rule.apply(share)) {
        return (name.to_owned(), true);
    }
    let name = match share.kind {
        ShareKind::Pipe => PIPES,
        ShareKind::Disk => configured,
        ShareKind::Print => &share.name,
    };
    (name.to_owned(), false)
}

fn default_share(configured: &str, mapping: &Mapping, root: Option<&Root>) -> LiveShare {
    let folder = root.map(Root::units).unwrap_or_default();
    LiveShare { name: configured.to_owned(), is_mapped: false, place: Place::new(configured, folder, &mapping.paths) }
}

/// The share's own folder: its name, and its server's address where another server has a share of that name.
fn folder_name(captured: &[CapturedShare], index: usize) -> String {
    let Some(share) = captured.get(index) else { return String::new() };
    let is_twin =
        |other: &CapturedShare| other.address != share.address && is_same(&units(&other.name), &units(&share.name));
    // What a share's name may hold and a folder's may not.
    let name = share.name.replace(|character: char| character.is_control() || "\"*:<>?|/".contains(character), "_");
    match share.address.filter(|_| captured.iter().any(is_twin)) {
        Some(address) => format!("{name}-{}", address.to_string().replace(':', "-")),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn share(host: u8, name: &str, kind: ShareKind) -> CapturedShare {
        let address = Some([10, 0, 0, host].into());
        CapturedShare { address, server: "fs".to_owned(), name: name.to_owned(), kind, connected: true }
    }

    fn names(captured: &[CapturedShare], rules: &[&str], root: Option<&str>) -> Names {
        let shares = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let root = root.map(|root| root.parse().unwrap());
        Names::new(captured, "lab", &Mapping { shares, ..Mapping::default() }, root.as_ref())
    }

    fn live(names: &Names, index: usize) -> (&str, String) {
        let share = names.share(Some(index));
        (&share.name, String::from_utf16_lossy(share.place.folder()))
    }

    #[test]
    fn disk_shares_go_to_the_configured_one_pipes_to_ipc_and_printers_stay() {
        let captured =
            [share(1, "C$", ShareKind::Disk), share(1, "ipc$", ShareKind::Pipe), share(1, "laser", ShareKind::Print)];
        let names = names(&captured, &[], Some("run"));
        assert_eq!(live(&names, 0), ("lab", "run".to_owned()));
        assert_eq!(live(&names, 1), ("IPC$", String::new()));
        assert_eq!(live(&names, 2), ("laser", String::new()));
        assert!(names.collisions().is_empty());
    }

    #[test]
    fn a_share_that_nobody_got_into_takes_no_folder_from_others() {
        let refused = CapturedShare { connected: false, ..share(1, "nosuch", ShareKind::Disk) };
        let names = names(&[refused, share(1, "docs", ShareKind::Disk)], &["nosuch=there"], Some("run"));
        assert_eq!((live(&names, 0).0, names.share(Some(0)).is_mapped), ("there", true));
        assert_eq!(live(&names, 1), ("lab", "run".to_owned()));
    }

    #[test]
    fn several_disk_shares_on_one_live_share_have_a_folder_each_or_collide() {
        let captured = [share(1, "docs", ShareKind::Disk), share(1, "media", ShareKind::Disk)];
        let below = names(&captured, &[], Some("run"));
        assert_eq!([live(&below, 0).1, live(&below, 1).1], ["run\\docs", "run\\media"]);
        assert!(below.collisions().is_empty());
        assert_eq!(names(&captured, &[], None).collisions(), [[0, 1]]);
        let apart = names(&captured, &["media=other"], None);
        assert!(apart.collisions().is_empty());
        assert_eq!((live(&apart, 0).0, live(&apart, 1).0), ("lab", "other"));
    }

    #[test]
    fn shares_of_one_name_on_two_servers_are_two_shares() {
        let captured = [share(1, "docs", ShareKind::Disk), share(2, "DOCS", ShareKind::Disk)];
        let names = names(&captured, &[], Some("run"));
        assert_eq!([live(&names, 0).1, live(&names, 1).1], ["run\\docs-10.0.0.1", "run\\DOCS-10.0.0.2"]);
    }
}
