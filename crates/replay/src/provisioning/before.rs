//! The before-state of chosen sessions, and where it belongs on the lab server.

use super::claims::lies_below;
use super::cleanup::{Part, cleanup};
use super::permissions::{Room, room};
use super::report::SetupReport;
use super::setup::{SetupOptions, setup};
use super::site::Site;
use super::state::{ShareState, look_at};
use super::survey::Found;
use super::wanted::{WantedShare, wanted};
use super::{Doing, ProvisioningError};
use crate::clones;
use crate::map::{Names, SeveralShares};
use crate::namespace::Namespace;
use crate::options::Options;
use crate::target::{self, TargetError};
use smb2::NtStatus;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use store::changes::{self, ChangeJournal, Changes};
use store::metadata::SessionMetadata;
use store::{OutputFolder, ReadError};

/// Why a before-state has no place.
#[derive(Debug, thiserror::Error)]
pub enum BeforeError {
    /// A session file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing is sent there.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Captured shares would mix.
    #[error(transparent)]
    SeveralShares(#[from] SeveralShares),
    /// The server cannot be used, or what is made cannot be noted.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
}

/// What the shares were like before the chosen sessions, and under which names that is live.
#[derive(Debug)]
pub struct Before<'a> {
    /// What the sessions show.
    pub namespace: Namespace,
    output: &'a OutputFolder,
    options: &'a Options,
    names: Vec<Names>,
    address: SocketAddr,
}

impl<'a> Before<'a> {
    /// Infers it from the sessions with these file names.
    ///
    /// # Errors
    /// [`BeforeError`]: nothing was sent.
    pub fn of(
        output: &'a OutputFolder,
        metadata: &SessionMetadata,
        files: &[String],
        options: &'a Options,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<Self, BeforeError> {
        let servers: Vec<SocketAddr> =
            metadata.connections.iter().filter_map(|connection| connection.server.parse().ok()).collect();
        let address = target::address(&servers, options)?;
        let mut told = |done| progress(Doing { what: "reading the sessions", done, total: 0 });
        let namespace = Namespace::infer(output, metadata, files, &mut told)?;
        // Clones without a root have folders that are named after their run.
        let of_clones = clones::options(options, "");
        let names = of_clones.iter().map(|options| {
            let (share, mapping) = (&options.target.share, &options.mapping);
            Names::new(&namespace.shares, share, mapping, mapping.root.as_ref())
        });
        let names: Vec<Names> = names.collect();
        if let Some(names) = names.first() {
            SeveralShares::refuse(&namespace.shares, names)?;
        }
        Ok(Self { namespace, output, options, names, address })
    }

    /// Builds it.
    ///
    /// # Errors
    /// [`BeforeError::Provisioning`].
    pub fn set_up(
        &self,
        how: SetupOptions,
        cancelled: &AtomicBool,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<SetupReport, BeforeError> {
        let site = Site::new(self.address, self.options)?;
        let mut journal = ChangeJournal::of_setup(self.output, site.server(), site.port());
        let names: Vec<&Names> = self.names.iter().collect();
        let named = (&self.namespace, names.as_slice());
        let mut report = setup(self.output, named, &site, how, &mut journal, cancelled, progress)?;
        let lacking = self.namespace.payload.left_out();
        report.warnings.extend(lacking.map(|what| format!("{what}: a pattern takes the place of contents")));
        Ok(report)
    }

    /// Builds it if the lab shares lack it. What earlier setups and replays of the trace made below the same folders is taken
    /// away before, so that a replay finds the same each time. `None` when everything was there.
    ///
    /// # Errors
    /// [`BeforeError::Provisioning`].
    pub fn restore(
        &self,
        cancelled: &AtomicBool,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<Option<SetupReport>, BeforeError> {
        let site = Site::new(self.address, self.options)?;
        let journals = changes::list(self.output).map_err(ProvisioningError::from)?;
        let here = |journal: &Changes| journal.header.server == site.server() && journal.header.port == site.port();
        let journals: Vec<Changes> = journals.into_iter().filter(here).collect();
        let below: Vec<(String, Vec<u16>)> = self.folders();
        let is_right = |found: &Found| *found == Found::Same;
        let is_free = |found: &Found| !matches!(found, Found::Different(_));
        let lacks = |state: &ShareState| !(state.things.iter().all(is_right) && state.absent.iter().all(is_free));
        if !changed_since_setup(&journals, &below)
            && !self.compare(cancelled, progress)?.iter().any(|(_, state)| lacks(state))
        {
            return Ok(None);
        }
        let part = Part { run: None, below: Some(&below) };
        let cleaned = cleanup(&journals, part, &site, false, cancelled, progress)?;
        let mut report = self.set_up(SetupOptions::default(), cancelled, progress)?;
        // What was in the way of the cleanup may be in the way of the setup and of the replay.
        let left = cleaned.kept.iter().chain(&cleaned.not_restored);
        report.warnings.extend(left.map(|left| format!("{} on share {}: {}", left.path, left.share, left.what)));
        Ok(Some(report))
    }

    /// What the account may do in the folder of a live share that everything lies in, and how much room is there.
    ///
    /// # Errors
    /// [`BeforeError::Provisioning`]; an inner error when that folder cannot be opened.
    pub fn room(&self, share: &str) -> Result<Result<Room, NtStatus>, BeforeError> {
        let folders = self.folders();
        let folder = folders.iter().find(|(of, _)| of == share).map(|(_, folder)| folder.as_slice());
        Ok(room(&Site::new(self.address, self.options)?, share, folder.unwrap_or_default())?)
    }

    /// How many copies of it there are: one for each clone.
    pub(crate) fn copies(&self) -> u64 {
        u64::try_from(self.names.len()).unwrap_or(u64::MAX)
    }

    /// The folders that names lie below, with their live shares.
    fn folders(&self) -> Vec<(String, Vec<u16>)> {
        let of = |names: &Names| {
            let places = self.namespace.roots.iter().map(|(share, _)| names.share(*share));
            places.map(|live| (live.name.clone(), live.place.folder().to_vec())).collect::<Vec<_>>()
        };
        self.names.iter().flat_map(of).collect()
    }

    /// Compares the lab shares with it; nothing is changed.
    ///
    /// # Errors
    /// [`BeforeError::Provisioning`].
    pub fn compare(
        &self,
        cancelled: &AtomicBool,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<Vec<(WantedShare, ShareState)>, BeforeError> {
        let site = Site::new(self.address, self.options)?;
        let names: Vec<&Names> = self.names.iter().collect();
        let (shares, _) = wanted(&self.namespace, &names);
        let mut compared = Vec::with_capacity(shares.len());
        for share in shares {
            let state = look_at(self.output, &self.namespace, &share, &site, cancelled, progress)?;
            compared.push((share, state));
        }
        Ok(compared)
    }
}

/// Whether a replay has changed something in these folders that no setup has come after. A comparison does not show all of
/// that: not what is new, nor permissions.
fn changed_since_setup(journals: &[Changes], below: &[(String, Vec<u16>)]) -> bool {
    let touches = |journal: &&Changes| {
        journal.changes.iter().any(|noted| {
            let (share, path) = noted.change.place();
            lies_below(share, &path.units(), below)
        })
    };
    let last = |is_setup: bool| journals.iter().filter(|journal| journal.is_setup == is_setup).rfind(touches);
    let began = |journal: Option<&Changes>| journal.map(|journal| journal.header.started);
    began(last(false)) > began(last(true))
}
