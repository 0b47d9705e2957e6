//! The folders that names are mapped into: made on the live shares before the replay, and noted in the run.

use crate::map::{Names, ShareKind};
use crate::options::Options;
use crate::plan::Plan;
use client::provision::{self, Entry, Kind, Made, Place, ProvisionErrorCause};
use serde::{Deserialize, Serialize};
use smb2::auth::Credentials;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

/// Version of the layout of `created.json`.
pub const CREATED_SCHEMA_VERSION: &str = "1.0";
/// Name of the file in the run's folder.
pub const FILE: &str = "created.json";

/// What is new on the live shares because of a run, in the order in which it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Version of this layout, `major.minor`.
    pub schema_version: String,
    /// Host of the live server, as given.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// Folders and files that were not there before.
    pub created: Vec<CreatedEntry>,
}

/// A folder or file that was not there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedEntry {
    /// The live share.
    pub share: String,
    /// Path relative to the share, with `\`.
    pub path: String,
    /// `folder` or `file`.
    pub kind: String,
}

/// The folders that names lie below, by live share. `names` are those of all clones.
pub fn folders<'a>(plan: &Plan, names: impl Iterator<Item = &'a Names>) -> BTreeMap<String, Vec<Vec<u16>>> {
    let mut folders: BTreeMap<String, Vec<Vec<u16>>> = BTreeMap::new();
    let is_used =
        |index: &usize| plan.shares.get(*index).is_some_and(|share| share.kind == ShareKind::Disk && share.connected);
    let used: Vec<Option<usize>> = (0..plan.shares.len()).filter(is_used).map(Some).collect();
    // Without a share that the capture names, what is done on files goes to the configured one.
    let used = if used.is_empty() { vec![None] } else { used };
    for names in names {
        for live in used.iter().map(|share| names.share(*share)) {
            let folder = live.place.folder();
            if !folder.is_empty() {
                folders.entry(live.name.clone()).or_default().push(folder.to_vec());
            }
        }
    }
    folders
}

/// Makes the folders, and writes what of them is new to `created.json` in `run_folder`, also when not all can be made.
/// Must be called inside a tokio runtime.
///
/// # Errors
/// Why a folder could not be made, or the file not be written.
pub async fn provide(
    folders: BTreeMap<String, Vec<Vec<u16>>>,
    address: SocketAddr,
    options: &Options,
    run_folder: &Path,
) -> Result<(), ProvideError> {
    let target = &options.target;
    let credentials =
        Credentials { domain: target.domain.clone(), user: target.username.clone(), password: target.password.clone() };
    let (server, port) = (target.server.clone(), target.port);
    let mut created = Created { schema_version: CREATED_SCHEMA_VERSION.to_owned(), server, port, created: Vec::new() };
    let mut outcome = Ok(());
    for (share, folders) in folders {
        let (server_name, patience) = (target.server.as_str(), options.max_wait);
        let place = Place { address, server_name, credentials: &credentials, share: &share, dialects: &[], patience };
        let made = match provision::provision(&place, folders.into_iter().map(Entry::folder).collect()).await {
            Ok(made) => made,
            Err(error) => {
                outcome = Err(ProvideError::Refused(error.cause));
                error.made
            }
        };
        created.created.extend(made.into_iter().map(|made| entry(&share, &made)));
        if outcome.is_err() {
            break;
        }
    }
    if !created.created.is_empty() {
        write(&created, run_folder).map_err(ProvideError::Note)?;
    }
    outcome
}

/// Why the folders for a replay are not there.
#[derive(Debug, thiserror::Error)]
pub enum ProvideError {
    /// The live server does not give them.
    #[error(transparent)]
    Refused(#[from] ProvisionErrorCause),
    /// They were made, but that could not be noted.
    #[error("cannot write {FILE}: {0}")]
    Note(std::io::Error),
}

fn entry(share: &str, made: &Made) -> CreatedEntry {
    let kind = match made.kind {
        Kind::Folder => "folder",
        Kind::File => "file",
    };
    CreatedEntry { share: share.to_owned(), path: String::from_utf16_lossy(&made.path), kind: kind.to_owned() }
}

fn write(created: &Created, run_folder: &Path) -> std::io::Result<()> {
    let unfinished = run_folder.join(format!(".{FILE}"));
    let mut text = serde_json::to_vec_pretty(created)?;
    text.push(b'\n');
    std::fs::write(&unfinished, text)?;
    std::fs::rename(unfinished, run_folder.join(FILE))
}
