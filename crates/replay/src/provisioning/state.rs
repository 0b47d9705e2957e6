//! How a live share compares with the before-state.

use super::contents::Contents;
use super::site::Site;
use super::stages::Stages;
use super::survey::{Difference, Found, Survey};
use super::verify::Verify;
use super::wanted::{Thing, WantedShare};
use super::{Doing, ProvisioningError};
use crate::namespace::Namespace;
use client::crew::{End, carry_out};
use client::request::create::Kind;
use std::sync::atomic::AtomicBool;
use store::OutputFolder;

/// What was found of everything.
#[derive(Clone, Debug, Default)]
pub struct ShareState {
    /// Of each thing that there shall be.
    pub things: Vec<Found>,
    /// Of each that there shall not be.
    pub absent: Vec<Found>,
    /// Bytes that were read and compared.
    pub compared: u64,
    /// Not everything was looked at.
    pub interrupted: bool,
}

/// Looks at a live share, and reads what the capture shows the contents of.
///
/// # Errors
/// [`ProvisioningError`].
pub fn look_at(
    output: &OutputFolder,
    namespace: &Namespace,
    share: &WantedShare,
    site: &Site<'_>,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(Doing),
) -> Result<ShareState, ProvisioningError> {
    let place = site.place(&share.name)?;
    let total = u64::try_from(share.things.len().saturating_add(share.absent.len())).unwrap_or(u64::MAX);
    progress(Doing { what: "looking at the share", done: 0, total });
    let (mut survey, stages) = Survey::new(namespace, share);
    let connections = Site::connections(share.things.len());
    let end = site.block_on(carry_out(&place, connections, &mut Stages::new(&mut survey, stages), cancelled))?;
    let (things, absent) = (survey.things, survey.absent);
    let mut state = ShareState { things, absent, interrupted: end == End::Interrupted, ..ShareState::default() };
    let with_contents = |(index, found): (usize, &Found)| {
        let thing = share.things.get(index).filter(|thing| thing.kind == Kind::File && *found == Found::Same)?;
        let node = thing.node(namespace)?;
        node.streams.values().any(|stream| !stream.shown.is_empty()).then_some(index)
    };
    let indexes: Vec<usize> = state.things.iter().enumerate().filter_map(with_contents).collect();
    if indexes.is_empty() || state.interrupted {
        return Ok(state);
    }
    let total = u64::try_from(indexes.len()).unwrap_or(u64::MAX);
    progress(Doing { what: "reading files", done: 0, total });
    let files: Vec<&Thing> = indexes.iter().filter_map(|index| share.things.get(*index)).collect();
    let mut verify = Verify::new(namespace, &files, Contents::new(output, namespace));
    let end = site.block_on(carry_out(&place, Site::connections(files.len()), &mut verify, cancelled))?;
    if let Some(error) = verify.failed {
        return Err(error.into());
    }
    for (index, outcome) in verify.differing {
        let slot = indexes.get(index).and_then(|index| state.things.get_mut(*index));
        let Some(slot) = slot else { continue };
        *slot = match outcome {
            Ok(offset) => Found::Different(vec![Difference {
                what: "contents",
                wanted: "what the capture shows".to_owned(),
                live: format!("something else at byte {offset}"),
            }]),
            Err(status) => Found::Refused(status),
        };
    }
    state.compared = verify.compared;
    state.interrupted = end == End::Interrupted;
    Ok(state)
}
