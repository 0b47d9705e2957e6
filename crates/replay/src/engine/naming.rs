//! Captured names to live ones: shares, paths, and names that begin with server and share.

use crate::engine::Engine;
use crate::engine::compose::Refusal;
use crate::map::{ShareKind, is_same, units};
use crate::message::dfs::{self, DfsName};
use crate::message::{Draft, PatchError, create, rename, tree_connect};
use crate::plan::{Planned, Request};
use smb2::header::offset;
use smb2::{Command, HeaderFlags, NtStatus};

const SEPARATOR: u16 = b'\\' as u16;
const STREAM: u16 = b':' as u16;

/// A name that was found for a request.
struct LiveName {
    units: Vec<u16>,
    /// It lost the server and share in front: the live share is not in DFS.
    lost_prefix: bool,
}

impl Engine {
    /// Puts live names in the place of the captured ones in the body of a request.
    pub(super) fn rewrite_names(
        &mut self,
        draft: &mut Draft,
        index: usize,
        request: &Planned<'_>,
    ) -> Result<(), Refusal> {
        let mut lost_prefix = false;
        match request.command() {
            Some(Command::TREE_CONNECT) => {
                if let Some(path) = self.live_share_path(request) {
                    tree_connect::rewrite(draft, &path)?;
                }
            }
            Some(Command::CREATE) => {
                if let Some(captured) = create::captured_name(request.bytes()).filter(|_| self.maps_files(request)) {
                    let live = with_units(captured, |name| {
                        let found = self.live_file_name(index, request, name, true);
                        lost_prefix = found.lost_prefix;
                        found.units
                    });
                    if let Some(live) = live {
                        create::rewrite_name(draft, &live)?;
                    }
                }
                if self.options.clones.get() > 1 {
                    create::rewrite_app_instance_id(draft, |captured| self.client_guid(captured))?;
                }
            }
            Some(Command::SET_INFO) if self.maps_files(request) => {
                let captured = rename::name_range(request.bytes()).and_then(|range| request.bytes().get(range));
                let live = captured.and_then(|captured| {
                    with_units(captured, |name| match name.first() {
                        // Another stream of the same file.
                        Some(&STREAM) => name.to_vec(),
                        _ => {
                            let found = self.live_file_name(index, request, name, false);
                            lost_prefix = found.lost_prefix;
                            found.units
                        }
                    })
                });
                if let Some(live) = live {
                    rename::rewrite_name(draft, &live)?;
                }
            }
            Some(Command::IOCTL) => {
                let captured = dfs::referral_name_range(request.bytes()).and_then(|range| request.bytes().get(range));
                let live = captured.and_then(|captured| with_units(captured, |name| self.live_dfs_name(name)));
                if let Some(live) = live {
                    dfs::rewrite_referral(draft, &live)?;
                }
            }
            _ => {}
        }
        if lost_prefix {
            let header = smb2::Header::parse(draft.bytes()).map_err(PatchError::from)?;
            let flags = header.flags.0 & !HeaderFlags::DFS_OPERATIONS;
            draft.overwrite(offset::FLAGS, &flags.to_le_bytes(), "Flags")?;
            self.requests.mark(index, "dfs_prefix_dropped");
        }
        Ok(())
    }

    /// Whether a request is about a printer's share, whose answers are not compared.
    pub(super) fn is_on_printer(&self, index: usize) -> bool {
        let share = self.plan.requests.get(index).and_then(Request::share);
        share.and_then(|share| self.plan.shares.get(share)).is_some_and(|share| share.kind == ShareKind::Print)
    }

    /// `\\server\share` on the live server, UTF-16LE; `None` leaves the captured path.
    fn live_share_path(&self, request: &Planned<'_>) -> Option<Vec<u8>> {
        let captured = tree_connect::captured_path(request.bytes())?;
        if !captured.starts_with("\\\\") {
            return None;
        }
        let live = self.names.share(request.share());
        let keeps_name = request.captured_status() == Some(NtStatus::BAD_NETWORK_NAME) && !live.is_mapped;
        let mut path = bytes_of(&units(&format!("\\\\{}\\", self.options.target.server)));
        match tree_connect::captured_share(request.bytes()).filter(|_| keeps_name) {
            Some(share) => path.extend(share),
            None => path.extend(bytes_of(&units(&live.name))),
        }
        Some(path)
    }

    /// Whether names of files can be others live.
    fn maps_files(&self, request: &Planned<'_>) -> bool {
        let is_prefixed = request.header().is_some_and(|header| header.flags.0 & HeaderFlags::DFS_OPERATIONS != 0);
        is_prefixed || !self.names.share(request.share()).place.is_identity()
    }

    /// The live name of a file. A name with SMB2_FLAGS_DFS_OPERATIONS begins with server and share (MS-SMB2 2.2.13);
    /// where that is not `certain`, it does only if the share is that of the request.
    fn live_file_name(&self, index: usize, request: &Planned<'_>, name: &[u16], certain: bool) -> LiveName {
        let flags = request.header().map_or(0, |header| header.flags.0);
        let share = request.share().and_then(|share| self.plan.shares.get(share));
        let is_prefixed =
            |dfs: &DfsName<'_>| certain || share.is_some_and(|share| is_same(dfs.share, &units(&share.name)));
        let dfs = DfsName::of(name).filter(|dfs| flags & HeaderFlags::DFS_OPERATIONS != 0 && is_prefixed(dfs));
        let Some(dfs) = dfs else {
            return LiveName { units: self.names.live_name(request.share(), name).into_owned(), lost_prefix: false };
        };
        let path = self.names.live_name(request.share(), dfs.path);
        let in_dfs = request.tree_connect(index).is_some_and(|connect| self.requests.is_in_dfs(connect));
        if in_dfs {
            let live_share = units(&self.names.share(request.share()).name);
            let units = dfs::join(dfs.lead, &units(&self.options.target.server), &live_share, &path);
            return LiveName { units, lost_prefix: false };
        }
        LiveName { units: path.into_owned(), lost_prefix: true }
    }

    /// The live name for that of a referral request; one that is about no share of the capture stays.
    fn live_dfs_name(&self, name: &[u16]) -> Vec<u16> {
        let server = units(&self.options.target.server);
        let mut shares = self.plan.shares.iter();
        match DfsName::of(name) {
            Some(dfs) => match shares.position(|share| dfs.names(&units(&share.name))) {
                Some(share) => {
                    let path = self.names.live_name(Some(share), dfs.path);
                    dfs::join(dfs.lead, &server, &units(&self.names.share(Some(share)).name), &path)
                }
                None => name.to_vec(),
            },
            None => {
                let lead = name.iter().take_while(|unit| **unit == SEPARATOR).count();
                let (lead, host) = name.split_at_checked(lead).unwrap_or_default();
                let is_host = shares.any(|share| !host.is_empty() && is_same(host, &units(&share.server)));
                if is_host { [lead, &server].concat() } else { name.to_vec() }
            }
        }
    }
}

/// The live bytes of a name, `None` when they are the captured ones. A last odd byte, which no name has that a server
/// accepts, stays.
fn with_units(captured: &[u8], live: impl FnOnce(&[u16]) -> Vec<u16>) -> Option<Vec<u8>> {
    let (pairs, odd) = captured.as_chunks::<2>();
    let name: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    let live = live(&name);
    (live != name).then(|| [&bytes_of(&live), odd].concat())
}

fn bytes_of(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}
