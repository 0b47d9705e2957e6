//! What `setup`, `validate`, `cleanup` and `replay` have to do with the before-state of sessions.

use super::replay::advise_several;
use super::target::advise_probe;
use super::{Context, mapping, target};
use crate::arguments::{MappingArguments, ServerArguments};
use crate::failure::Failure;
use crate::output::Progress;
use client::crew::CrewError;
use replay::Options;
use replay::provisioning::{BeforeError, Doing, ProvisioningError};
use store::changes::ChangesError;
use store::metadata::Session;

/// How and where to, without what only a replay has.
pub(crate) fn options(
    context: &Context<'_>,
    server: &ServerArguments,
    names: &MappingArguments,
    allow_captured_server: bool,
) -> Result<Options, Failure> {
    let target = target::target(&context.config, server)?;
    let mapping = mapping::mapping(names)?;
    let max_wait = context.config.max_wait();
    Ok(Options { max_wait, mapping, allow_captured_server, ..Options::to(target) })
}

/// The session files, by name.
pub(crate) fn files(sessions: &[&Session]) -> Vec<String> {
    sessions.iter().map(|session| session.file.clone()).collect()
}

/// Shows how far something is.
pub(crate) fn shown(progress: &Progress) -> impl FnMut(Doing) {
    move |doing: Doing| progress.show(doing.what, doing.done, doing.total)
}

/// What to do about a before-state that has no place.
pub(crate) fn advise(error: BeforeError) -> Failure {
    let advice = match &error {
        BeforeError::Read(_) => "ingest the trace again with --force".to_owned(),
        BeforeError::Target(error) => target::advise(error).to_owned(),
        BeforeError::SeveralShares(several) => advise_several(several),
        BeforeError::Provisioning(error) => return advise_provisioning(error),
    };
    Failure::new(error, advice)
}

/// What to do about something that cannot be made or taken away.
pub(crate) fn advise_provisioning(error: &ProvisioningError) -> Failure {
    let advice = match error {
        ProvisioningError::Read(_) => "ingest the trace again with --force",
        ProvisioningError::Crew(CrewError::Probe(error)) => advise_probe(error),
        ProvisioningError::Ticket(error) => return Failure::new(error, target::advise_ticket(error)),
        ProvisioningError::Crew(_) => "check the server; what was made is noted, and `smbreplay cleanup` removes it",
        ProvisioningError::Changes(ChangesError::Line { .. } | ChangesError::Newer { .. }) => {
            "move that file away; what it notes cannot be cleaned up then"
        }
        ProvisioningError::Changes(_) => "make room in that folder, and let it be written to",
        ProvisioningError::System(_) => "try again",
    };
    Failure::new(error, advice)
}
