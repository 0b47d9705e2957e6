//! Whether the lab share is ready: the account may do what will be done, there is room, and the before-state is there.

use crate::namespace::{Namespace, Origin};
use crate::provisioning::{Before, BeforeError, Doing, Found, Thing, Trouble, WantedShare, hole};
use client::request::create::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::atomic::AtomicBool;

/// FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_DELETE_CHILD, FILE_LIST_DIRECTORY (MS-SMB2 2.2.13.1.2).
const ADD_FILE: u32 = 0x02;
const ADD_SUBDIRECTORY: u32 = 0x04;
const LIST: u32 = 0x01;

/// What was found on the lab shares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileSystemCheck {
    /// Nothing is missing or different.
    pub ready: bool,
    /// Folders and files that there shall be.
    pub total_paths: u64,
    /// Those that are there as they shall be.
    pub accessible_paths: u64,
    /// Folders that are missing.
    pub missing_directories: Vec<String>,
    /// Files that are missing: a setup would make them.
    pub created_files: Vec<String>,
    /// Files that are there as they shall be.
    pub existing_files: Vec<String>,
    /// What is missing, different, in the way or cannot be looked at.
    pub differences: Vec<Trouble>,
    /// What stands in the way beside that: permissions, room.
    pub errors: Vec<String>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
    /// Bytes of files that were read and compared with what the capture shows.
    pub compared_bytes: u64,
    /// Not everything was looked at.
    pub interrupted: bool,
}

/// Compares the lab shares with the before-state; nothing is changed.
///
/// # Errors
/// [`BeforeError`]: the server, the account or a share cannot be used.
pub fn check_file_system(
    before: &Before<'_>,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(Doing),
) -> Result<FileSystemCheck, BeforeError> {
    let mut check = FileSystemCheck::default();
    for (share, state) in before.compare(cancelled, progress)? {
        check.compared_bytes = check.compared_bytes.saturating_add(state.compared);
        check.interrupted |= state.interrupted;
        let mut missing = 0_u64;
        for (thing, found) in share.things.iter().zip(&state.things) {
            check.thing(&share, thing, found);
            if *found == Found::Missing {
                missing = missing.saturating_add(bytes_to_write(&before.namespace, thing));
            }
        }
        for (absent, found) in share.absent.iter().zip(&state.absent) {
            if let Found::Different(_) = found {
                check.differ(&share, absent.text(), absent.frame, "is there, and was not in the capture".to_owned());
            }
        }
        check.room(before, &share, missing)?;
    }
    check.ready = check.differences.is_empty() && check.errors.is_empty() && !check.interrupted;
    Ok(check)
}

impl FileSystemCheck {
    fn thing(&mut self, share: &WantedShare, thing: &Thing, found: &Found) {
        self.total_paths = self.total_paths.saturating_add(1);
        let what = match found {
            Found::Same => {
                self.accessible_paths = self.accessible_paths.saturating_add(1);
                if thing.kind == Kind::File {
                    self.existing_files.push(thing.text());
                }
                return;
            }
            Found::Missing => {
                match thing.kind {
                    Kind::Folder => self.missing_directories.push(thing.text()),
                    Kind::File => self.created_files.push(thing.text()),
                }
                "is missing".to_owned()
            }
            Found::Different(differences) => {
                let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
                format!("is different: {}", told.join(", "))
            }
            Found::Refused(status) => format!("cannot be looked at: {status}"),
            Found::Unknown => "was not looked at".to_owned(),
        };
        self.differ(share, thing.text(), thing.frame, what);
    }

    fn differ(&mut self, share: &WantedShare, path: String, frame: u64, what: String) {
        self.differences.push(Trouble { share: share.name.clone(), path, frame, what });
    }

    /// Permissions and room, where everything lies below.
    fn room(&mut self, before: &Before<'_>, share: &WantedShare, missing: u64) -> Result<(), BeforeError> {
        let name = &share.name;
        let room = match before.room(name)? {
            Ok(room) => room,
            Err(status) => {
                self.errors.push(format!("share {name}: its folder cannot be opened: {status}"));
                return Ok(());
            }
        };
        let needed = needed_access(&before.namespace, !share.things.is_empty());
        match room.access {
            Some(access) if access & needed != needed => {
                let lacks = phrases(needed & !access).join(" and ");
                self.errors.push(format!("share {name}: the account may not {lacks} there"));
            }
            Some(_) => {}
            None => self.warnings.push(format!("share {name}: the server does not tell what the account may do there")),
        }
        let written = written(&before.namespace).saturating_mul(before.copies());
        let needed = missing.saturating_add(written);
        match room.free {
            Some(free) if free < needed => {
                self.errors.push(format!("share {name}: {free} bytes are free, and up to {needed} are needed"));
            }
            Some(_) => {}
            None => self.warnings.push(format!("share {name}: the server does not tell how much room is left")),
        }
        Ok(())
    }
}

/// What the account must be allowed to do in the folder that everything lies in.
fn needed_access(namespace: &Namespace, sets_up: bool) -> u32 {
    let mut needed = LIST;
    for (_, node) in namespace.nodes.iter() {
        if sets_up || matches!(node.origin, Origin::Made { .. }) {
            needed |= if node.is_folder() { ADD_SUBDIRECTORY } else { ADD_FILE };
        }
    }
    needed
}

fn phrases(access: u32) -> Vec<&'static str> {
    let names = [(LIST, "list the folder"), (ADD_FILE, "make files"), (ADD_SUBDIRECTORY, "make folders")];
    names.iter().filter(|(bit, _)| access & bit != 0).map(|(_, name)| *name).collect()
}

/// Bytes that a setup writes of something that is missing: all but what is left a hole.
fn bytes_to_write(namespace: &Namespace, thing: &Thing) -> u64 {
    let data = thing.node(namespace).and_then(|node| node.data());
    data.map_or(0, |data| data.size_before().saturating_sub(hole(data)))
}

/// All that the sessions write, on whatever share.
fn written(namespace: &Namespace) -> u64 {
    namespace.nodes.iter().map(|(_, node)| node.activity.written).fold(0, u64::saturating_add)
}
